module NtkPipeline.Tests.RegimeTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.RegimeRuns

let tests =
    testList "Regime" [
        testCase "the border of exact laws is found: where α√m = 6/√0.05, along α ∝ m^−½, at each epoch"
        <| fun () ->
            let found = evidence theory
            Expect.equal found.Borders.Length 2 "one rate, two epochs"

            for border in found.Borders do
                let share = if border.Epoch = 10 then 0.5 else 1.0
                let expected = 6.0 * sqrt (share / 0.05)
                let fit = Expect.wantSome border.Fit "a law"
                Expect.equal border.Places.Length 6 "three widths, two seeds"

                KernelSamples.wantClose 1e-9 "exponent, band and constant" [|
                    fit.Slope
                    fit.Lower
                    fit.Upper
                    Option.defaultValue nan border.AlphaRootWidth
                |] [| -0.5; -0.5; -0.5; expected |]

        testCase "scalings are found: NTK −½, µP 0, mean-field of two layers −½ and +½"
        <| fun () ->
            let found = evidence theory

            for line in found.Scalings do
                let fit = Expect.wantSome line.Fit "a law"

                KernelSamples.wantClose 1e-6 (WidthScaling.print line.Scaling) [| fit.Slope |] [|
                    WidthScaling.movementExponent line.Layers line.Scaling
                |]

            Expect.equal
                (found.Scalings |> Array.map (fun line -> line.Layers, line.Scaling) |> List.ofArray)
                [
                    for layers in [ 1; 2 ] do
                        for scaling in WidthScaling.distinct layers do
                            layers, scaling
                ]
                "in order"

        testCase "all scalings are one network at the base width, and µP's are on the map"
        <| fun () ->
            let plans = RegimeGrid.scalings values basis
            let at width (plan: ScalingPlan) = plan.Networks |> List.filter (fun spec -> spec.Width = width)
            Expect.equal (plans[0] |> at 256) (plans[1] |> at 256) "NTK and µP at m₀"
            let mapped = RegimeGrid.mapped values basis
            Expect.contains mapped (plans[1] |> at 1024 |> List.exactlyOne) "α = ½ at m = 1024"
            let names = points.Value |> Array.map _.Name
            Expect.equal (Array.distinct names).Length names.Length "no stage stands twice"

        testCase "an optimiser without a kernel companion is not the experiment's: its networks descend"
        <| fun () ->
            let adam = { basis with Optimiser = Optimiser.adam }
            let found = Expect.wantOk (RegimeGrid.points values adam) "a grid"

            Expect.equal
                (found |> Array.map _.Spec.Optimiser |> Array.distinct)
                [| Optimiser.Descent |]
                "plain"

        testCase "a network that diverged early leaves an empty place, and later maps the rest"
        <| fun () ->
            let found = evidence { theory with IsSound = fun spec -> spec.Width <> 64 || alpha spec >= 0.5 }

            let cell epoch =
                found.Cells
                |> Array.find (fun cell -> cell.Width = 64 && cell.OutputScale = 0.25 && cell.Epoch = epoch)

            Expect.isSome (cell 10).DeltaTheta "it came so far"
            Expect.isNone (cell 50).DeltaTheta "and no further"
            Expect.isNone (cell 50).Accuracy "nor is its accuracy known"

        testCase "what was found is kept and read back, and becomes a chapter"
        <| fun () ->
            let runs = networks theory
            let found = evidenceOf runs
            let codec = (Regime.stage (Regime.settings settings values basis)).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"

            let chapter =
                Regime.chapter (artifact "runs" (EpochChoice.ended runs)) (artifact "evidence" found)
                |> fun chapter -> Expect.wantOk (chapter.Value.Force()) "a chapter"

            Expect.equal chapter.Charts.Length 6 "two maps at two times, features of one layer and of two"
            // Powers and bands are numbers, which no narrow column breaks.
            for cells in (List.exactlyOne chapter.Tables).Rows do
                for cell in cells do
                    match cell with
                    | TextCell text -> Expect.isFalse (text.Contains '^') text
                    | NumberCell _ -> ()

            Expect.equal chapter.Answer.Length 2 "the border, and the scalings"
            Expect.stringContains chapter.Answer[0] "at m = 256 from α = 1.7 on" "6/√0.05/16"

            Expect.equal
                (chapter.Findings |> Array.distinctBy _.Metric).Length
                chapter.Findings.Length
                "once each"

        testCase "sides are told and judged where fitted rows stop networks, with the last epoch beside them"
        <| fun () ->
            // By the end all have left the lazy regime; after 10 epochs those of small α alone, and they miss fewer rows there.
            let ended = networks { theory with Kernel = fun spec -> if alpha spec < 1.0 then 0.4 else 0.06 }

            let judged = {
                Ended = ended
                Choices = [||]
                Stopped = [
                    for run in ended do
                        {
                            (EpochChoice.at 10 run).Value with
                                ValidationOutputs =
                                    missing [ 0 .. (if alpha run.Spec < 1.0 then 99 else 199) ]
                        }
                ]
            }

            let verdict = (judgedEvidence judged |> verdicts "leave the lazy regime")[0]

            verdict
            |> wants (Some true) [
                "At m = 1024"
                "+10.0 percentage points"
                "Each kind is looked at after the epoch at which it is judged"
                "After the last epoch, 50, there are no networks on one of the two sides"
            ]

            (evidenceOf ended |> verdicts "leave the lazy regime")[0]
            |> wants None [ "there are no networks on both sides" ]

            let place = (Array.head (judgedEvidence judged).Scalings).Places[0]
            Expect.isSome place.Stopped "its accuracy there, in the table"

        testCase "every epoch is measured, so that any may be chosen"
        <| fun () ->
            for point in points.Value do
                Expect.equal (fst (TrackedEpochs.upTo 50 point.Spec.Tracked)) [ 1..50 ] point.Name

        testCase "nothing that trains still makes a chapter"
        <| fun () ->
            let runs =
                networks { theory with IsSound = fun _ -> false }
                |> List.map (fun run -> { run with Epochs = run.Epochs[..0] })

            let found = evidenceOf runs

            for claim in RegimeClaims.all do
                for verdict in claim.Judge found do
                    Expect.isNone verdict.Holds verdict.Evidence

            let chapter =
                Regime.chapter (artifact "runs" (EpochChoice.ended runs)) (artifact "evidence" found)

            Expect.isEmpty (Expect.wantOk (chapter.Value.Force()) "a chapter").Answer "nothing to say"
    ]
