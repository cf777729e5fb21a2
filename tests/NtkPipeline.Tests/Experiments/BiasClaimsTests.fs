module NtkPipeline.Tests.BiasClaimsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private about value = { Value = value; Lower = value - 0.02; Upper = value + 0.02 }

let private base': BiasEvidence = {
    Rows = 100
    ValidationRows = 50
    Widest = 1024
    Near = 0.1
    Ends = [||]
    Falls = [||]
    Stoppings = [||]
    Predictions = [||]
    Turns = [||]
    Support = Some 90
    NoMargin = None
    Budget = "500 steps"
}

let private judge k evidence = (BiasClaims.claims[k].Judge evidence) |> Array.exactlyOne

/// Distances that go as a power of the width, of three seeds at two widths.
let private fall kind own (distance: float -> int -> float) =
    let points = [|
        for m in [ 64.0; 1024.0 ] do
            for k in 0..2 -> m, distance m k
    |]

    {
        base' with
            Falls = [|
                {
                    Kind = kind
                    Runs = 6
                    Fit = PowerLaw.fit points
                    Widest = points[3..] |> Array.map snd
                    OwnWidest = own
                    Excess = None
                }
            |]
    }

let private scatter k = 1.0 + 0.01 * float k

let private excess value =
    let falls = (fall OptimiserKind.Adam [| 0.3; 0.32 |] (fun _ k -> 0.5 * scatter k)).Falls
    { base' with Falls = falls |> Array.map (fun f -> { f with Excess = value }) }

let private stopping correlation =
    let stop step : BiasStop = {
        Step = step
        Time = float step
        Ridge = 1.0 / float step
        Theory = 1.1 / float step
        Gap = 0.07
    }

    {
        base' with
            Stoppings = [|
                {
                    Kind = OptimiserKind.Descent
                    Stops = [| stop 1; stop 10; stop 100 |]
                    Undecided = 3
                    Correlation = correlation
                    Fit = Some { Slope = -1.05; Lower = -1.1; Upper = -1.0 }
                }
            |]
    }

let private predicted gain = {
    base' with
        Predictions = [|
            {
                Kind = OptimiserKind.Sign
                IsSingle = true
                Steps = [| 1; 20 |]
                Own = [| 0.01; 0.1 |]
                Tangent = [| 0.3; 0.4 |]
                Gain = gain
            }
        |]
}

let private turned value reason =
    let angle: BiasAngle = {
        Step = 500
        ToMargin = Some 12.0
        ToLeastNorm = 13.0
        ToKernel = None
        MarginShare = Some 0.8
    }

    {
        base' with
            NoMargin = reason
            Turns = [|
                {
                    Kind = OptimiserKind.Sgd
                    Sound = 1
                    Angles = [| angle |]
                    From = 50
                    To = 500
                    Turned = value
                }
            |]
    }

let tests =
    testList "BiasClaims" [
        testCase
            "linear steps: an end that nears the kernel's, ones that do not fall or stay far, and ones that cannot be told"
        <| fun () ->
            let says own distance = judge 0 (fall OptimiserKind.Momentum own distance)
            let falls m k = 3.0 / sqrt m * scatter k
            let near, far = [| 0.04; 0.05; 0.06 |], [| 0.2; 0.3; 0.4 |]
            says near falls |> wants (Some true) [ "m^−0.50"; "momentum ends 5.0% of its size" ]
            says near (fun m k -> sqrt m * scatter k) |> wants (Some false) [ "m^0.50" ]
            says far falls |> wants (Some false) [ "ends 30.0%"; "near is below 10.0%" ]
            says [| 0.05; 0.05; 0.3 |] falls |> wants None [ "m^−0.50" ]

            says near (fun m k -> (if m > 100.0 then 0.05 else 0.052) * (1.0 + 0.3 * float k))
            |> wants None [ "ends 5.0%" ]

            says [||] falls |> wants None [ "no power law" ]
            let none = fall OptimiserKind.Momentum near falls
            let none = { none with Falls = none.Falls |> Array.map (fun f -> { f with Fit = None }) }
            judge 0 none |> wants None [ "no power law" ]

            Expect.isEmpty
                (BiasClaims.claims[0].Judge(fall OptimiserKind.Sign [||] (fun _ _ -> 1.0)))
                "signs are not linear"

        testCase "adam and sign: ends that are elsewhere, that are nearer, and that cannot be told"
        <| fun () ->
            judge 1 (excess (Some(about 0.3)))
            |> wants (Some true) [ "+30.0 percentage points"; "further than the nearest" ]

            judge 1 (excess (Some(about -0.3))) |> wants (Some false) [ "−30.0" ]
            judge 1 (excess (Some(about 0.01))) |> wants None [ "+1.0" ]
            judge 1 (excess None) |> wants None [ "No network" ]

        testCase "early stopping: a ridge, none, one that cannot be told, and no network"
        <| fun () ->
            judge 2 (stopping (Some(about 0.97))) |> wants (Some true) [ "0.97"; "7.0% of f's size" ]
            judge 2 (stopping (Some(about 0.5))) |> wants (Some false) [ "correlate by 0.5" ]
            judge 2 (stopping (Some(about 0.9))) |> wants None [ "0.9" ]

            let found = stopping (Some(about 0.97))

            let falling slope lower upper =
                let fit = Some { Slope = slope; Lower = lower; Upper = upper }
                { found with Stoppings = [| { found.Stoppings[0] with Fit = fit } |] }

            judge 2 (falling -1.5 -1.6 -1.4) |> wants (Some false) [ "−1.50"; "0.25 around it counts" ]
            judge 2 (falling -1.05 -1.6 -0.5) |> wants None [ "−1.05" ]
            judge 2 (stopping None) |> wants None [ "Fewer than three times" ]

        testCase "own kernels: one that foretells, one that does not, one that cannot be told, and no network"
        <| fun () ->
            judge 3 (predicted (Some(about 0.3)))
            |> wants (Some true) [ "on single rows, "; "off by 10.0%"; "by 40.0% from Θ̂₀" ]

            let single = (predicted None).Predictions[0]
            let both = { base' with Predictions = [| single; { single with IsSingle = false } |] }
            let told = BiasClaims.claims[3].Judge both |> Array.map _.Setting
            Expect.notEqual told[0] told[1] "each in a setting of its own"
            judge 3 (predicted (Some(about -0.1))) |> wants (Some false) [ "−10.0" ]
            judge 3 (predicted (Some(about 0.0))) |> wants None [ "0.0 percentage points" ]
            judge 3 (predicted None) |> wants None [ "No network" ]

        testCase "cross-entropy: a turn towards the margin, away from it, none to be told, and no margin"
        <| fun () ->
            judge 4 (turned (Some(about 5.0)) None)
            |> wants (Some true) [ "From step 50 to step 500"; "12.0°" ]

            judge 4 (turned (Some(about -5.0)) None) |> wants (Some false) [ "−5" ]
            judge 4 (turned (Some(about 0.0)) None) |> wants None [ "sgd" ]
            judge 4 (turned None (Some "rows cannot be told apart")) |> wants None [ "cannot be told apart" ]
            judge 4 (turned None None) |> wants None [ "No network" ]

        testCase "what was found is kept and read back, and a chapter of nothing is written"
        <| fun () ->
            let point = (ImplicitBias.points BiasModelsTests.small SmallTraining.settings)[0]
            let codec = (JudgeBias.stage settings 0.1 point).Codec

            for found in [ BiasModelsTests.evidence.Force(); turned None (Some "none"); base' ] do
                use stream = new MemoryStream()
                codec.Write stream found
                stream.Position <- 0L
                Expect.equal (codec.Read stream) (Ok found) "the same"
                let chapter = (BiasChapter.chapter (artifact "evidence" found)).Value.Force()
                Expect.isOk (chapter |> Result.mapError _.Sentence) "written"
    ]
