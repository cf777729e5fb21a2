module NtkPipeline.Tests.FunctionSpaceClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

/// Networks of mean angle `angle m` with a scatter that tells seeds apart.
let private evidence (angle: float -> float) ratio : FunctionSpaceEvidence =
    let points = [|
        for width in [ 128.0; 512.0; 2048.0 ] do
            for number in 0..2 do
                width, angle width * (1.0 + 0.01 * float number)
    |]

    {
        Paths = [||]
        Kernels = [||]
        Exponents = [|
            {
                InputScale = InputScale.SqrtD
                Runs = points.Length
                Fit = PowerLaw.fit points
                Setting = "full batches"
            }
        |]
        UnitOverRoot = ratio
        Widest = 2048
        TrainRows = 500
        ValidationRows = 100
    }

let private verdicts angle ratio =
    let evidence = evidence angle ratio
    FunctionSpaceClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq

let private band estimate = Some { Estimate = estimate; Least = estimate - 0.2; Most = estimate + 0.2 }

let tests =
    testList "FunctionSpaceClaims" [
        testCase "an angle that falls, one that rises, and one that cannot be told"
        <| fun () ->
            let first angle = (verdicts angle (band 2.0))[0]
            first (fun m -> 3.0 / sqrt m) |> wants (Some true) [ "∝ m^−0.50"; "m ≥ 128, full batches" ]
            first (fun m -> 0.01 * sqrt m) |> wants (Some false) [ "does not fall" ]
            first (fun m -> if m = 512.0 then 0.5 else 0.1) |> wants None [ "may be flat" ]
            first (fun _ -> 0.0) |> wants None [ "no power law can be fitted" ]

        testCase "paths that bend further at ‖x‖ = 1, less far, and neither"
        <| fun () ->
            let second ratio = (verdicts (fun _ -> 0.1) ratio)[1]
            second (band 3.0) |> wants (Some true) [ "3.00 times"; "2.80 to 3.20"; "m = 2048" ]
            second (band 0.5) |> wants (Some false) [ "smaller" ]
            second (band 1.1) |> wants None [ "no difference is shown" ]
            second None |> wants None [ "takes two networks" ]
    ]
