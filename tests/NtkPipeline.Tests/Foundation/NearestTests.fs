module NtkPipeline.Tests.NearestTests

open Expecto
open NtkPipeline.Core

let private known = [ "loo"; "loo-accuracy"; "gcv"; "likelihood"; "cv"; "run"; "regress" ]

let tests =
    testList "Nearest" [
        testCase "a mistyped word stands for the nearest, and a stranger for none"
        <| fun () ->
            for word, meant in
                [
                    "lo", Some "loo"
                    "LOO", Some "loo"
                    "likelyhood", Some "likelihood"
                    "like", Some "likelihood"
                    "regres", Some "regress"
                    "rnu", Some "run"
                    "zebra", None
                    "x", None
                    "", None
                    String.replicate 100 "loo", None
                ] do
                Expect.equal (Nearest.find known word) meant word

            Expect.equal (Nearest.find [] "loo") None "of nothing"
            Expect.equal (Nearest.hint known "lo") "; did you mean loo?" "as the end of a sentence"
            Expect.equal (Nearest.hint known "zebra") "" "nothing to say"

        testProperty "the distance is 0 for one word only, and the same both ways"
        <| fun (first: FsCheck.NonEmptyString) (second: FsCheck.NonEmptyString) ->
            let a, b = first.Get, second.Get
            let there, back = Nearest.distance a b, Nearest.distance b a
            there = back && (there = 0) = (a = b) && there <= max a.Length b.Length
    ]
