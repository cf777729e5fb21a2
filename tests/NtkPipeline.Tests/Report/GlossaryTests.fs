module NtkPipeline.Tests.GlossaryTests

open Expecto
open Giraffe.ViewEngine
open NtkPipeline.Core

let tests =
    testList "Glossary" [
        testCase "every term that a table or a figure takes for known stands in it, with a meaning"
        <| fun () ->
            let html =
                RenderView.AsString.htmlNode Glossary.entries |> System.Net.WebUtility.HtmlDecode |> string

            for term in
                [
                    "Brier score"
                    "calibration error"
                    "certificate"
                    "band"
                    "ROC curve"
                    "confusion matrix"
                    "learning curve"
                    "log loss"
                    "R², RMSE"
                    "alignment"
                ] do
                Expect.stringContains html $"<dt>%s{term}</dt><dd>" term

        testCase "what it says of the Brier score and of bins is what is computed"
        <| fun () ->
            let half = Calibration.reliability 10 [| 1.0; -1.0 |] [| 0.5; 0.5 |]
            Expect.equal half.Brier 0.25 "½ of every row"
            let sevenOfTen = Array.init 10 (fun k -> if k < 7 then 1.0 else -1.0)
            let true' = Calibration.reliability 10 sevenOfTen (Array.create 10 0.7)
            Expect.isLessThan true'.ExpectedError 1e-12 "70% means seven of ten"
    ]
