namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Regression with one tangent kernel.
type TangentScore = {
    /// Over the mean diagonal: the best by exact leave-one-out.
    RelativeRidge: float
    LooError: float
    LooAccuracy: float option
    /// f on the validation rows, in their order.
    Outputs: float[]
}

/// A trained network's tangent kernel as a regressor, before training and after it.
type TangentTrial = {
    Member: int
    /// Fitted rows that both regressions have.
    Rows: int
    Before: TangentScore option
    After: TangentScore option
    /// Why one of them is missing.
    Refusal: string option
}

/// Stage: trained networks → kernel regression with Θ̂₀ and with Θ̂_T of each, on the same fitted rows (the after-kernel: Long 2021,
/// Fort et al. 2020). Θ̂_T has seen the labels of these rows while the network was trained, so its leave-one-out is flattered; validation
/// rows it has never seen.
[<RequireQualifiedAccess>]
module AfterKernel =

    let private score
        name
        ridges
        trained
        weights
        (rows: Matrix<float32>)
        (validation: Matrix<float32>)
        targets
        =
        result {
            let! fit =
                Matrix.create rows.Rows 1 targets
                |> RidgeFit.fit
                    name
                    (RidgeSource.Selected { ridges with ChooseBy = RidgeChoice.LeaveOneOut })
                    None
                    (TrainedNetwork.tangent trained weights rows None |> KernelMatrix.Single)

            let! outputs =
                fit
                |> RidgeFit.predict
                    name
                    (TrainedNetwork.tangent trained weights validation (Some rows) |> KernelMatrix.Single)

            return {
                RelativeRidge = fit.Chosen.RelativeRidge
                LooError = fit.Chosen.LooError
                LooAccuracy = fit.Chosen.LooAccuracy
                Outputs = outputs.Values
            }
        }

    let private trial most ridges (features: Features) (split: Split) (trained: TrainedNetwork) =
        let places = Probe.rows most split.Train.Length
        let rows = places |> Array.map (fun place -> split.Train[place])

        let score name weights =
            score
                $"the tangent kernel %s{name} of network m = %d{trained.Run.Spec.Width}, seed %d{trained.Run.Spec.Member}"
                ridges
                trained
                weights
                (Matrix.gatherRows rows features.Labelled)
                (Matrix.gatherRows split.Validation features.Labelled)
                (SplitTweets.targets split rows)

        let before = score "before training" trained.Initial

        let after =
            match trained.Final with
            | Some final -> score "after training" final
            | None -> Error(NumbersRefused "it diverged")

        {
            Member = trained.Run.Spec.Member
            Rows = rows.Length
            Before = Result.toOption before
            After = Result.toOption after
            Refusal =
                match before, after with
                | Ok _, Ok _ -> None
                | Error reason, _
                | _, Error reason -> Some reason.Sentence
        }

    let private run (most, ridges) (features: Features, (split: Split, networks: TrainedNetwork list)) =
        networks |> List.map (trial most ridges features split) |> Array.ofList |> Ok

    /// On at most so many fitted rows, evenly spaced.
    let stage
        (most: int)
        (ridges: RidgeSettings)
        : Stage<Features * (Split * TrainedNetwork list), TangentTrial[]> = {
        Name = "after-kernel"
        Version = 1
        Settings = Fingerprint.describe (most, ridges)
        Codec = Codec.json "tangent-trials/1"
        Body = Pure(run (most, ridges))
    }

    /// Both kernels of every network that has both: their validation outputs, before and after.
    let pairs (trials: TangentTrial[]) : (float[] * float[])[] =
        trials
        |> Array.choose (fun trial ->
            match trial.Before, trial.After with
            | Some before, Some after -> Some(before.Outputs, after.Outputs)
            | _ -> None)
