module NtkPipeline.Tests.DimensionClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

/// A place at d whose kernel misses so many rows, and whose networks have this initial error and this movement at m = 1.
let place (d: int) (missed: int) (networksMiss: int) (error: float) (movement: float) : DimensionPlace =
    let outputs = missing [ 0 .. missed - 1 ]

    {
        Asked = d
        Dimensions = d
        ExplainedVariance = 0.5
        TrainRows = 500
        Spectrum = [| 0.5; 0.3; 0.2 |]
        Decay = None
        EffectiveRank = 2.8
        Kernel = {
            RelativeRidge = 0.5
            EffectiveDimension = 2.0
            LeaveOneOutError = 0.6
            LeaveOneOutAccuracy = Some 0.8
            Validation = scores outputs
            ValidationOutputs = outputs
        }
        Runs = [|
            for width in [ 256; 1024 ] do
                for number in 0..2 do
                    // Seeds differ by a hundredth.
                    let factor = 1.0 + 0.01 * float number

                    {
                        run width number 1.0 (factor * movement / sqrt (float width)) [
                            0 .. networksMiss - 1
                        ] with
                            Features = d
                            InitKernelError = factor * error
                    }
        |]
        Choices = [||]
        Stopped = [||]
    }

let evidence places = DimensionEvidence.create settings (Seed.root 5UL) labels places

let private judge (claim: Claim<DimensionEvidence>) places =
    (claim.Judge(evidence places)) |> Array.exactlyOne

let private plain d missed = place d missed 200 0.08 1.0
let private diverging (place: DimensionPlace) = { place with Runs = place.Runs |> Array.map diverge }

let tests =
    testList "DimensionClaims" [
        testCase "the kernel gains by components, loses, and one d cannot tell"
        <| fun () ->
            let rises = judge DimensionClaims.kernelRises

            rises [ plain 8 300; plain 32 250; plain 128 200 ]
            |> wants (Some true) [ "70.0%"; "80.0%"; "+10.0"; "d = 8 to 128"; "500 rows" ]

            rises [ plain 8 200; plain 128 300 ] |> wants (Some false) [ "−10.0" ]
            rises [ plain 8 200; plain 128 200 ] |> wants None [ "0.0 percentage" ]
            rises [ plain 8 200 ] |> wants None [ "Fewer than two" ]

        testCase "the last components add nothing, add something, cannot tell"
        <| fun () ->
            let last = judge DimensionClaims.saturates
            last [ plain 8 300; plain 32 200; plain 128 199 ] |> wants (Some true) [ "d = 32 to 128" ]
            last [ plain 8 300; plain 32 300; plain 128 200 ] |> wants (Some false) [ "+10.0" ]
            last [ plain 32 210; plain 128 199 ] |> wants None [ "+1.1" ]
            // That they take something away is not nothing, nor can it be told from nothing where a band says so.
            last [ plain 8 300; plain 32 200; plain 128 300 ] |> wants (Some false) [ "−10.0" ]
            last [ plain 32 199; plain 128 210 ] |> wants None [ "−1.1" ]
            last [ plain 8 300 ] |> wants None [ "Fewer than two" ]

        testCase "networks gain, lose, and diverge"
        <| fun () ->
            let rise first last =
                judge DimensionClaims.networksRise [ place 8 200 first 0.08 1.0; place 128 200 last 0.08 1.0 ]

            rise 300 200 |> wants (Some true) [ "m = 1024"; "+10.0" ]
            rise 200 300 |> wants (Some false) [ "−10.0" ]

            judge DimensionClaims.networksRise [ plain 8 200; diverging (plain 128 200) ]
            |> wants None [ "diverged" ]

            judge DimensionClaims.networksRise [ plain 8 200 ] |> wants None [ "Fewer than two" ]

        testCase "networks are judged where fitted rows stop them, with the last epoch beside it"
        <| fun () ->
            let stop missed (place: DimensionPlace) = {
                place with
                    Choices = [|
                        for width in [ 256; 1024 ] do
                            {
                                Spec = (place.Runs |> Array.find (fun run -> run.Spec.Width = width)).Spec
                                Errors = [||]
                                Epoch = Some 10
                                Folds = 1
                                Rows = 100
                            }
                    |]
                    Stopped =
                        place.Runs
                        |> Array.map (fun run -> {
                            (EpochChoice.at 10 run).Value with
                                ValidationOutputs = missing [ 0 .. missed - 1 ]
                        })
            }

            let first, last = plain 8 200 |> stop 300, plain 128 200 |> stop 200

            judge DimensionClaims.networksRise [ first; last ]
            |> wants (Some true) [
                "From d = 8 (after 10 epochs) to d = 128 (after 10 epochs)"
                "+10.0"
                "chosen on fitted rows alone. After the last epoch, 50, the difference is 0.0"
            ]

            let found = evidence [ first; last ]

            Expect.stringContains
                (String.concat " " (DimensionWords.words found))
                "networks after the epoch at which one that did not train on some of these rows met them best"
                "said"

            judge DimensionClaims.networksRise [ first; diverging last |> stop 200 ]
            |> wants (Some true) [ "there are no networks on one of the two sides" ]

        testCase "the initial kernel's error: hardly depends on d, depends on it, cannot tell"
        <| fun () ->
            let error law =
                judge DimensionClaims.initialError [
                    for d in [ 8; 32; 128 ] -> place d 200 200 (law (float d)) 1.0
                ]

            error (fun d -> 0.07 * d ** 0.02) |> wants (Some true) [ "d^0.02" ]
            error (fun d -> 0.07 * d ** 0.5) |> wants (Some false) [ "d^0.50" ]
            error (fun d -> 0.07 * d ** 0.1) |> wants None [ "d^0.10" ]
            judge DimensionClaims.initialError [ plain 8 200 ] |> wants None [ "No power law" ]

        testCase "the width that is needed: grows with d, falls with it, cannot tell, and is not known"
        <| fun () ->
            let needed law =
                judge DimensionClaims.neededGrows [
                    for d in [ 8; 32; 128 ] -> place d 200 200 0.08 (law (float d))
                ]
            // Movement ∝ √d and m^(−½): the width goes as d.
            needed sqrt |> wants (Some true) [ "5.0%"; "d^1.0"; "d = 8 to 128" ]
            needed (fun d -> 1.0 / sqrt d) |> wants (Some false) [ "d^−1.0" ]
            needed (fun _ -> 1.0) |> wants None [ "d^" ]

            judge DimensionClaims.neededGrows [ plain 8 200; diverging (plain 128 200) ]
            |> wants None [ "not known"; "At d = 128"; "two widths" ]

        testCase "the answer says what d does, for each outcome, and nothing for one d"
        <| fun () ->
            let answer law =
                DimensionWords.answer (
                    evidence [ for d in [ 8; 32; 128 ] -> place d 200 200 0.08 (law (float d)) ]
                )
                |> String.concat " "

            Expect.stringContains (answer sqrt) "must then be wider" "grows"
            Expect.stringContains (answer (fun d -> 1.0 / sqrt d)) "may then be narrower" "falls"
            Expect.stringContains (answer (fun _ -> 1.0)) "no clear change" "neither"
            let unknown = evidence [ plain 8 300; diverging (plain 128 200) ]

            Expect.stringContains
                (String.concat " " (DimensionWords.answer unknown))
                "could not be told"
                "unknown"

            Expect.isEmpty (DimensionWords.answer (evidence [ plain 8 200 ])) "one"
    ]
