module NtkPipeline.Tests.RegimeClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.RegimeRuns

/// Networks that agree with a law but for what seed and width shake, by ± this share.
let private shaken share (law: RunSpec -> float) (spec: RunSpec) =
    law spec * (if (spec.Member + spec.Width / 64) % 2 = 0 then 1.0 + share else 1.0 - share)

let private kernel law = { theory with Kernel = law }

let private features scaled = { theory with Features = fun layers spec -> scaled layers spec }

let private steep (spec: RunSpec) = 30.0 / (alpha spec * float spec.Width)

let tests =
    testList "RegimeClaims" [
        testCase "a border along α√m = constant, a steeper one, and one that cannot be told"
        <| fun () ->
            let border law = (evidence (kernel law) |> verdicts "border").[0]

            border theory.Kernel
            |> wants (Some true) [ "α ∝ m^−0.50"; "within 0.15 of theory's −½"; "epoch 50"; "m = 64 to 1024" ]

            border steep |> wants (Some false) [ "α ∝ m^−1.00"; "further than 0.15" ]

            border (shaken 0.6 theory.Kernel) |> wants None [ "does not tell" ]
            border (fun _ -> 1.0) |> wants None [ "no power law can be fitted"; "0 networks" ]

        testCase "features that help, that harm, that make no difference, and networks of one side alone"
        <| fun () ->
            let helps law = (evidence law |> verdicts "leave the lazy regime").[0]
            let moved (spec: RunSpec) = theory.Kernel spec >= 0.05

            helps { theory with Wrong = fun spec -> if moved spec then 100 else 200 }
            |> wants (Some true) [ "m = 1024"; "+10.0 percentage points"; "not by the outcome" ]

            helps { theory with Wrong = fun spec -> if moved spec then 300 else 200 }
            |> wants (Some false) [ "−10.0" ]

            helps theory |> wants None [ "0.0 percentage points" ]
            helps (kernel (fun _ -> 0.5)) |> wants None [ "no networks on both sides" ]

        testCase "µP: features that move alike, that do not, and that cannot be told"
        <| fun () ->
            let alike law = (evidence law |> verdicts "µP").[0]

            alike theory
            |> wants (Some true) [ "by a factor 1.00"; "less than a factor 1.5"; "m = 256 to 4096" ]

            alike (features (fun _ spec -> 1.0 / float spec.Width))
            |> wants (Some false) [ "more than a factor 1.5" ]

            alike (features (fun layers -> shaken 0.5 (theory.Features layers)))
            |> wants None [ "may or may not" ]

            alike { theory with IsSound = fun spec -> alpha spec = 1.0 }
            |> wants None [ "No power law"; "4 networks diverged" ]

        testCase "NTK: features that freeze as theory says, that do not, and that cannot be told"
        <| fun () ->
            let freeze law = (evidence law |> verdicts "freeze").[0]
            freeze theory |> wants (Some true) [ "m^−0.50"; "within 0.15" ]
            freeze (features (fun _ _ -> 0.1)) |> wants (Some false) [ "m^0.00"; "not within 0.15" ]

            freeze (features (fun layers -> shaken 0.5 (theory.Features layers)))
            |> wants None [ "may or may not" ]

            freeze { theory with IsSound = fun spec -> spec.Width = 256 } |> wants None [ "No power law" ]

        testCase "mean-field of two layers: degenerate, sound, and not to be told"
        <| fun () ->
            let degenerate law =
                let verdicts = evidence law |> verdicts "mean-field"
                Expect.equal verdicts.Length 1 "two hidden layers; of one it is µP"
                verdicts[0]

            degenerate theory |> wants (Some true) [ "m^−0.50"; "m^0.50"; "2 hidden layers" ]
            degenerate (features (fun _ _ -> 0.1)) |> wants (Some false) [ "m^0.00" ]

            degenerate (features (fun layers -> shaken 0.9 (theory.Features layers)))
            |> wants None [ "at the rate that keeps the outputs' time" ]

            degenerate { theory with IsSound = fun spec -> spec.Rate = 1.0 && alpha spec = 1.0 }
            |> wants None [ "No power law" ]
    ]
