namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What a training said of rows that it did not see, epochs × (rows × outputs), from epoch 0; ends before a divergence.
type OwnTrail = { Outputs: Matrix<float>; Diverged: int option }

/// The epoch that the fine-tuned model is judged at, as held-out fitted rows choose it; `Errors` after each epoch from 0.
type OwnStop = { Epoch: int option; Errors: float[]; Folds: int; Rows: int }

/// Fine-tuning a model of one's own by the run's settings, in units of its own tangent kernel, and the stages that say when to stop.
[<RequireQualifiedAccess>]
module OwnTune =

    /// The model, its rows, and how regression with its tangent kernel was fitted, which knows Λ_max.
    type Asked = OwnRegress.Asked * OwnFit

    /// η itself. Of k outputs Λ_max is that of the kernel of all of them, and the loss a mean over them.
    let rate (setup: OwnSetup) (facts: OwnFacts) (fit: OwnFit) : float =
        let outputs = LearningTask.outputs setup.Task
        let optimiser = setup.Basis.Optimiser

        let rows = if (Optimiser.momentum optimiser).IsSome then fit.Side else fit.Side / outputs

        Optimiser.resolve fit.Largest rows facts.Parameters setup.Basis.Rate optimiser

    let training (setup: OwnSetup) (facts: OwnFacts) (fit: OwnFit) : OwnTraining = {
        Optimiser = setup.Basis.Optimiser
        Rate = rate setup facts fit
        BatchSize = setup.Basis.BatchSize
        Epochs = setup.Basis.Epochs
    }

    /// What is learnt, fitted rows × outputs.
    let targets (setup: OwnSetup) (rows: OwnRows) : Matrix<float> =
        TaskTargets.encode (OwnRows.targets setup.Task rows) rows.Values

    let trail (count: int) (path: OwnPath) : OwnTrail = {
        Outputs = Matrix.ofRows count path.Outputs
        Diverged = path.Diverged
    }

    /// What LibTorch refuses of a model that has passed its first row is still a refusal.
    let refusing (setup: OwnSetup) (work: unit -> Result<'a, PipelineError>) =
        match OwnModel.attempt work with
        | Ok found -> found
        | Error clause -> Error(DataRefused $"%s{setup.File}: %s{clause}.")

    let codec: Codec<OwnTrail> =
        Codec.pair ("outputs", Codec.matrix64) ("diverged", Codec.json<int[]> "divergence/1")
        |> Codec.map
            "own-trail/1"
            (fun trail -> trail.Outputs, Option.toArray trail.Diverged)
            (fun (outputs, diverged) -> Ok { Outputs = outputs; Diverged = Array.tryHead diverged })

    let settings (setup: OwnSetup) : string =
        let basis = setup.Basis
        Fingerprint.describe (setup.Task, basis.Optimiser, basis.Rate, basis.BatchSize, basis.Epochs)

    /// The training rows' places, those that a fold leaves and those that it holds out.
    let private places (fold: int) (rows: OwnRows) =
        [| 0 .. rows.Folds.Length - 1 |] |> Array.partition (fun row -> rows.Folds[row] <> fold)

    let private withoutFold setup fold seed ((((bytes, facts), rows), fit): Asked) =
        result {
            use _ = torch.NewDisposeScope()
            let! f = OwnLook.opened setup (bytes, facts) rows
            let kept, held = places fold rows

            let lane =
                OwnTraining.lane
                    f
                    (Matrix.gatherRows kept rows.Kept)
                    (Matrix.gatherRows kept (targets setup rows))
                    (Matrix.gatherRows held rows.Kept)

            return!
                refusing setup (fun () ->
                    OwnTraining.ofModel (training setup facts fit) seed (fun _ -> true) f lane
                    |> trail (held.Length * f.OutputCount)
                    |> Ok)
        }

    /// Fine-tuned on the fitted rows of all folds but one, which it is then asked of.
    let foldStage (setup: OwnSetup) (fold: int) : Stage<Asked, OwnTrail> = {
        Name = $"own-model/fold=%d{fold}"
        Version = 1
        Settings = settings setup
        Codec = codec
        Body = Seeded(withoutFold setup fold)
    }

    /// The epoch at which models that had not seen a fold met it best, from the first on; the last where no fold was held out.
    let choose (setup: OwnSetup) (rows: OwnRows) (trails: OwnTrail list) : OwnStop =
        let targets = targets setup rows

        let errors fold (trail: OwnTrail) =
            let expected = (Matrix.gatherRows (snd (places fold rows)) targets).Values

            expected.Length,
            Array.init trail.Outputs.Rows (fun epoch ->
                Array.map2 (fun f y -> (f - y) ** 2.0) ((Matrix.row epoch trail.Outputs).ToArray()) expected
                |> Array.average)

        match List.mapi errors trails with
        | [] -> { Epoch = Some setup.Basis.Epochs; Errors = [||]; Folds = 0; Rows = 0 }
        | each ->
            let entries = each |> List.sumBy fst
            let epochs = each |> List.map (fun (_, errors) -> errors.Length) |> List.min

            let mean =
                Array.init epochs (fun epoch ->
                    each |> List.sumBy (fun (count, errors) -> float count * errors[epoch] / float entries))

            {
                Epoch = EpochChoice.least setup.Basis mean
                Errors = mean
                Folds = each.Length
                Rows = entries / targets.Columns
            }

    /// The same of results that are known by their digests.
    let stop
        (setup: OwnSetup)
        (rows: Artifact<OwnRows>)
        (trails: Artifact<OwnTrail list>)
        : Artifact<OwnStop> =
        Artifact.map2 (choose setup) rows trails

    let inputs (asked: Artifact<OwnRegress.Asked>) (regression: Artifact<OwnRegression>) : Artifact<Asked> =
        regression |> Artifact.map _.Fit |> Artifact.both asked
