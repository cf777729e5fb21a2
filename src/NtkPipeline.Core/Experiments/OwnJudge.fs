namespace NtkPipeline.Core

/// What is judged: the rows, the model, and what became of it.
type OwnOutcome = {
    Facts: OwnFacts
    Rows: OwnRows
    Tangent: OwnTangent
    Regression: OwnRegression
    Analytic: OwnRegression
    Stop: OwnStop
    Tuned: OwnTuned
}

/// Stage: all that was made of a model of one's own → how it met rows that chose nothing.
[<RequireQualifiedAccess>]
module OwnJudge =

    /// The file without its folders: a model that was moved is the same.
    let private name (setup: OwnSetup) = PlainLine.ofWords (string (System.IO.Path.GetFileName setup.File))

    let private given (setup: OwnSetup) (rows: OwnRows) =
        match setup.Inputs with
        | OwnInputs.Scaled scale -> $"the run's rows, d = %d{rows.RowColumns}, at %s{InputScale.words scale}"
        | OwnInputs.Raw when setup.AreNumbers ->
            $"the %d{rows.RawColumns} numbers of a row as its file has them"
        | OwnInputs.Raw -> $"the encoder's own %d{rows.RawColumns} columns"

    /// Outputs after an epoch, validation rows × outputs; none where training did not get there.
    let private after (outputs: int) (trail: OwnTrail) (epoch: int option) =
        epoch
        |> Option.filter (fun epoch -> epoch < trail.Outputs.Rows)
        |> Option.map (fun epoch ->
            let values = (Matrix.row epoch trail.Outputs).ToArray()
            Matrix.create (values.Length / outputs) outputs values)

    let private judge (setup: OwnSetup) seed (outcome: OwnOutcome) =
        let rows, tuned, outputs = outcome.Rows, outcome.Tuned, outcome.Tangent.Start.Columns
        let targets = OwnRows.targets setup.Task rows
        let expected = (TaskTargets.encode targets rows.Labels).Values
        let byRow m = TaskTargets.decode targets m |> TaskScores.byRow setup.Task rows.Labels
        let mean f = Array.map2 (fun f y -> (f - y) ** 2.0) f expected |> Array.average

        let scores id title choice (m: Matrix<float>) = {
            Id = id
            Title = title
            Choice = choice
            Measures = TaskTargets.decode targets m |> TaskScores.all setup.Task rows.Labels
            Error = mean m.Values
        }

        let less name a b =
            Bootstrap.paired setup.Compare.Resamples (Seed.derive name seed) [| byRow a |] (byRow b)

        let ridge (fit: OwnFit) = $"ridge %.3g{fit.RelativeRidge} × mean diagonal"
        let start, tangent, analytic = outcome.Tangent.StartHeld, outcome.Regression, outcome.Analytic
        let final = after outputs tuned.Trail outcome.Stop.Epoch
        let last = tuned.Trail.Outputs.Rows - 1
        let judged = if final.IsSome then outcome.Stop.Epoch else None
        let linear = after outputs tuned.Linearised judged
        let place epoch = $"after %s{VerdictWords.epochs epoch}"
        let fit = tangent.Fit

        Ok {
            File = name setup
            Facts = outcome.Facts
            Inputs = given setup rows
            Measure = TaskScores.main setup.Task
            LazyThreshold = setup.Compare.LazyThreshold
            Margin = setup.Compare.Margin
            FittedRows = rows.Kept.Rows
            AllFittedRows = rows.AllFitted
            ValidationRows = rows.Held.Rows
            ProbeRows = tuned.Before.Rows
            Largest = fit.Largest
            Side = fit.Side
            Rate = setup.Basis.Rate
            Eta = OwnTune.rate setup outcome.Facts fit
            Unit = Optimiser.unit setup.Basis.Optimiser
            Epochs = setup.Basis.Epochs
            Stop = outcome.Stop
            Judged = judged
            Diverged = tuned.Trail.Diverged
            Models = [|
                scores "as-it-comes" "as it comes" "" start
                scores "analytic" "the run's analytic kernel" (ridge analytic.Fit) analytic.Held
                scores "tangent" "its own tangent kernel" (ridge fit) tangent.Held

                match judged, linear with
                | Some epoch, Some linear ->
                    scores "linearised" "linearised, trained alike" (place epoch) linear
                | _ -> ()

                match judged, final with
                | Some epoch, Some final -> scores "fine-tuned" "fine-tuned" (place epoch) final
                | _ -> ()

                match after outputs tuned.Trail (Some last) with
                | Some ended when last > 0 && Some last <> judged ->
                    scores "fine-tuned-last" "fine-tuned to the last epoch" (place last) ended
                | _ -> ()
            |]
            TangentLessAnalytic = less "tangent-analytic" tangent.Held analytic.Held
            TunedLessTangent = final |> Option.map (fun f -> less "tuned-tangent" f tangent.Held)
            TunedLessAnalytic = final |> Option.map (fun f -> less "tuned-analytic" f analytic.Held)
            TunedLessLinearised = Option.map2 (fun f linear -> less "tuned-linearised" f linear) final linear
            TunedLessStart = final |> Option.map (fun f -> less "tuned-start" f start)
            Movement =
                judged
                |> Option.map (fun _ ->
                    OwnChange.movement
                        setup.Compare.Resamples
                        (Seed.derive "probe" seed)
                        tuned.Before
                        tuned.After)
            Course = tuned.Course
            Errors = [|
                for epoch in 0..last -> mean ((Matrix.row epoch tuned.Trail.Outputs).ToArray())
            |]
            LinearisedErrors = [|
                for epoch in 0 .. tuned.Linearised.Outputs.Rows - 1 ->
                    mean ((Matrix.row epoch tuned.Linearised.Outputs).ToArray())
            |]
            Foretold = [|
                match final with
                | None -> ()
                | Some actual ->
                    let told id what said = OwnChange.foretold setup.Task (id, what) start actual said

                    if tuned.FirstOrder.Rows > 0 then
                        told
                            "first-order"
                            "its first-order change along the same path of weights"
                            (Matrix.create
                                start.Rows
                                outputs
                                (Array.map2 (+) start.Values tuned.FirstOrder.Values))

                    match linear with
                    | Some linear -> told "linearised" "the linearised model, trained alike" linear
                    | None -> ()

                    told "tangent" "regression with its tangent kernel" tangent.Held
            |]
        }

    let stage (setup: OwnSetup) : Stage<OwnOutcome, OwnEvidence> = {
        Name = "own-model/judge"
        // 2: bands of few rows that differ are exact.
        Version = 2
        Settings = Fingerprint.describe { setup with File = name setup }
        Codec = Codec.json "own-evidence/1"
        Body = Seeded(judge setup)
    }

    let outcome
        (facts: Artifact<OwnFacts>)
        (rows: Artifact<OwnRows>)
        (tangent: Artifact<OwnTangent>)
        (regression: Artifact<OwnRegression>)
        (analytic: Artifact<OwnRegression>)
        (stop: Artifact<OwnStop>)
        (tuned: Artifact<OwnTuned>)
        : Artifact<OwnOutcome> =
        let gather facts rows tangent regression analytic stop tuned = {
            Facts = facts
            Rows = rows
            Tangent = tangent
            Regression = regression
            Analytic = analytic
            Stop = stop
            Tuned = tuned
        }

        Artifact.map4 gather facts rows tangent regression
        |> Artifact.apply analytic
        |> Artifact.apply stop
        |> Artifact.apply tuned
