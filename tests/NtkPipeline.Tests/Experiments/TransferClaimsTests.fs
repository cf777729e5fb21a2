module NtkPipeline.Tests.TransferClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private band estimate = Some { Estimate = estimate; Least = estimate - 0.1; Most = estimate + 0.1 }

let private evidence (known: Banded option) (better: Banded option) (gain: Banded option) : TransferEvidence =
    let areas: Areas = { Zero = [||]; Few = [||]; Alone = [||] }

    {
        Facts =
            Array.init 4 (fun k -> { Task = $"%d{k}"; KeywordsOfTask = [||]; Tweets = 30; Disasters = 10 })
        LeftOut = 1
        Folds = 3
        Networks = areas
        Kernel = areas
        Alignment = [||]
        Discrepancy = [||]
        Correlations = [|
            for foretold in [ "kernel-regression"; "label-alignment"; "text-nearness" ] do
                {
                    Foretold = foretold
                    Outcome = "transfer"
                    OverPairs = known
                    OverSources = known
                }
        |]
        SameRows = known
        LabelsAgainstTexts = better
        Gain = gain
        KernelGain = gain
        Diverged = 0
    }

let private verdicts known better gain =
    let evidence = evidence known better gain
    TransferClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq

let tests =
    testList "TransferClaims" [
        testCase "claims that hold"
        <| fun () ->
            let found = verdicts (band 0.72) (band 0.3) (band 0.2)

            found[0]
            |> wants (Some true) [ "4 keyword tasks, 12 ordered pairs"; "ρ = 0.72 (95% band 0.62 to 0.82)" ]

            found[1] |> wants (Some true) [ "in favour of the labels"; "0.30 (95% band 0.20 to 0.40)" ]
            found[2] |> wants (Some true) [ "+20.0 points of AUC (95% band +10.0 to +30.0)" ]

        testCase "claims that do not hold"
        <| fun () ->
            let found = verdicts (band -0.5) (band -0.3) (band -0.2)
            found[0] |> wants (Some false) [ "ρ = −0.50"; "the wrong way round" ]
            found[1] |> wants (Some false) [ "in favour of the texts" ]
            found[2] |> wants (Some false) [ "−20.0 points of AUC"; "so that it harms" ]

        testCase "claims that cannot be told, by a band across 0 or by no band"
        <| fun () ->
            let found = verdicts (band 0.05) (band 0.0) (band -0.05)
            found[0] |> wants None [ "may be chance" ]
            found[1] |> wants None [ "does not decide" ]
            found[2] |> wants None [ "does not decide" ]

            for verdict in verdicts None None None do
                verdict |> wants None [ "Too few tasks are large enough" ]
    ]
