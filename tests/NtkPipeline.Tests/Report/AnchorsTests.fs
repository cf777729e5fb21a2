module NtkPipeline.Tests.AnchorsTests

open System.Collections.Generic
open Expecto
open Giraffe.ViewEngine
open NtkPipeline.Core

let private html nodes = nodes |> List.map RenderView.AsString.htmlNode |> String.concat ""

let tests =
    testList "Anchors" [
        testCase "an id is made of a heading's letters and digits, and of nothing else"
        <| fun () ->
            Expect.equal
                (Anchors.slug "Accuracy, along the ridge λ (5%)")
                "accuracy-along-the-ridge-λ-5"
                "words"

            Expect.equal (Anchors.slug "\"><script>") "script" "no sign that ends an attribute"

        testCase "that a sample is synthetic changes no link"
        <| fun () ->
            Expect.equal
                (Anchors.slug $"The data %s{Table.synthetic}")
                (Anchors.slug "The data")
                "the same place"

        testCase "every heading has an id of its own, whatever stands there already"
        <| fun () ->
            let headings = [
                div [] [ h3 [] [ str "One & one" ] ]
                h3 [] [ str "One" ]
                h3 [] [ str "One" ]
                h3 [ _id "kept" ] [ str "One" ]
                p [ _id "s/one-2" ] []
            ]

            let taken = HashSet(Anchors.ids headings)
            let placed = Anchors.place taken "s" headings

            Expect.equal
                (Anchors.ids placed)
                [ "s/one-one"; "s/one"; "s/one-3"; "kept"; "s/one-2" ]
                "in their order"

            Expect.stringContains (html placed) "href=\"#s/one-3\"" "linked to itself"
            Expect.stringContains (html placed) "One &amp; one" "and its words as they were"
    ]
