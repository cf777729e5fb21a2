module NtkPipeline.Tests.KeywordGroupsTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "KeywordGroups" [
        testCase "words are related by endings, by beginnings, and where one ends in the other"
        <| fun () ->
            for a, b in
                [
                    "flood", "floods"
                    "burned", "burning"
                    "wildfire", "fires"
                    "evacuate", "evacuation"
                    "thunder", "thunderstorm"
                    "blaze", "ablaze"
                ] do
                Expect.isTrue (KeywordGroups.related a b) $"%s{a}, %s{b}"
                Expect.isTrue (KeywordGroups.related b a) $"%s{b}, %s{a}"

            for a, b in [ "crash", "crush"; "army", "armageddon"; "fire", "first"; "dead", "death" ] do
                Expect.isFalse (KeywordGroups.related a b) $"%s{a}, %s{b}"

        testCase "keywords are joined through others, whatever their order and writing"
        <| fun () ->
            let keywords = [
                "burning%20buildings"
                "Wildfire"
                "buildings%20on%20fire"
                "blew%20up"
                "blown up"
                "flood"
                ""
                "floods"
            ]

            let expected = [|
                [| "blew up" |]
                [| "blown up" |]
                [| "buildings on fire"; "burning buildings"; "wildfire" |]
                [| "flood"; "floods" |]
            |]

            let sorted = Array.map Array.sort >> Array.sort
            Expect.equal (sorted (KeywordGroups.join keywords)) (sorted expected) "joined"
            Expect.equal (KeywordGroups.join (List.rev keywords)) (KeywordGroups.join keywords) "any order"
            Expect.equal (KeywordGroups.name expected[2]) "wildfire" "the shortest"

        testCase "short words alone stand for the whole keyword"
        <| fun () ->
            Expect.equal (KeywordGroups.words "war%20zone") [| "zone" |] "the long one"
            Expect.equal (KeywordGroups.words "oil up") [| "oilup" |] "all of it"
            Expect.equal (KeywordGroups.join [ "?!" ]) [| [| "?!" |] |] "no letters at all"
    ]
