module NtkPipeline.Tests.PowersTests

open Expecto
open Giraffe.ViewEngine
open NtkPipeline.Core

let private shown (text: string) =
    Powers.html text
    |> List.map RenderView.AsString.htmlNode
    |> String.concat ""
    |> _.Replace("&#189;", "½")

let tests =
    testList "Powers" [
        testCase "every way that sentences write a power is raised alike"
        <| fun () ->
            for text, expected in
                [
                    "falls as m^−½ at least", "falls as m<sup>−½</sup> at least"
                    "m^−0.49 (95% band −0.53 to −0.46).", "m<sup>−0.49</sup> (95% band −0.53 to −0.46)."
                    "∝ α^(−1.00), rate 1", "∝ α<sup>−1.00</sup>, rate 1"
                    "1 − e^{−Λt/N} and e^(−L/ξ)", "1 − e<sup>−Λt/N</sup> and e<sup>−L/ξ</sup>"
                    "∝ m^L, features", "∝ m<sup>L</sup>, features"
                    "m^0.00", "m<sup>0.00</sup>"
                    "quantity ∝ m^slope", "quantity ∝ m<sup>slope</sup>"
                ] do
                Expect.equal (shown text) expected text

        testCase "what is no power stays as it is, and is escaped"
        <| fun () ->
            for text in [ "a plain sentence"; "^_^ happy"; "o^o"; "2 ^ 3"; "so wow^2"; "O^L"; "" ] do
                Expect.equal (shown text) text text

            Expect.stringContains (shown "<b> m^−½") "&lt;b&gt;" "escaped"
            Expect.equal (Powers.encoded "m^−0.5 & <i>") "m<sup>−0.5</sup> &amp; &lt;i&gt;" "for charts"
    ]
