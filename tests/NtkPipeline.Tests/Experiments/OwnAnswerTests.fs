/// What a model of one's own adds to the answer beside its verdicts.
module NtkPipeline.Tests.OwnAnswerTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.OwnClaimsTests

let tests =
    testList "the answer on a model of one's own" [
        testCase "the answer has how much of fine-tuning the linearised model explains"
        <| fun () ->
            says [ "explains 97.0% of what fine-tuning does" ] still

            let explained share = {
                still with
                    Foretold = still.Foretold |> Array.map (fun one -> { one with Explained = share })
            }

            says [ "foretells nothing of what fine-tuning does" ] (explained (Some -0.2))
            let silent = OwnAnswer.sentences (explained None) |> String.concat " "
            Expect.isFalse (silent.Contains "linearised") "nothing is known"

        testCase "a model that as it comes is worse than the mean is asked for its units"
        <| fun () ->
            let reaching value = {
                still with
                    Measure = "r2"
                    Models = [|
                        for model in still.Models ->
                            { model with Measures = [| { Name = "r2"; Value = value } |] }
                    |]
            }

            says
                [
                    "has R² −0.400 on these rows, worse than the mean alone: are inputs and labels in the units"
                ]
                (reaching -0.4)

            let silent = OwnAnswer.sentences (reaching 0.4) |> String.concat " "
            Expect.isFalse (silent.Contains "units") "better than the mean"
    ]
