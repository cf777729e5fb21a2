namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// A training tweet's part in a prediction.
type WeighedTweet = {
    Tweet: Tweet
    /// αᵢ K(x, xᵢ).
    Contribution: float
    /// f(x) less what it would be without this tweet, exactly; none where that is not known.
    EffectOfLeavingOut: float option
}

/// A prediction as a sum over training tweets: `Score` is `Offset`, which is 0 unless 0 and 1 were learnt, and the contributions of
/// all of them, not only of those that are listed.
type Explanation = { By: string; Score: float; Offset: float; Tweets: WeighedTweet[] }

/// What a run's models say of one text. The second explanation is missing where every network diverged.
type TextPrediction = {
    /// The kernel regression's, then each network's.
    Opinions: Opinion[]
    /// The networks' over seeds.
    Shared: SharedOpinion[]
    Explanations: Explanation[]
}

/// A finished run, as far as it is needed to predict.
type FinishedRun = {
    Tweets: Tweet[]
    Split: Split
    /// Rows of the labelled tweets, of the form that new ones have.
    Labelled: Matrix<float32>
    Spectrum: Spectrum
    Kernel: KernelRegression
    Networks: JudgedNetwork list
    /// The networks that are explained: one, or none where all diverged.
    Tangents: TangentFit[]
}

/// New texts as the run's models see them.
type NewRows = {
    Form: RowForm
    /// Rows of this form, one a text: what networks are given.
    Features: Matrix<float32>
    /// The regression's kernel, new × labelled rows.
    Cross: Matrix<float32>
}

/// New texts → what each model of a finished run says of them, and which training tweets carry it. All models are
/// those fitted on the training rows: they are the ones whose accuracy is known.
[<RequireQualifiedAccess>]
module PredictText =

    let private rowsOf (m: Matrix<float32>) : float[][] =
        Array.init m.Rows (fun i -> (Matrix.row i m).ToArray() |> Array.map float)

    let private weighed (run: FinishedRun) row contribution effect = {
        Tweet = run.Tweets[run.Split.Train[row]]
        Contribution = contribution
        EffectOfLeavingOut = effect
    }

    /// Each row's score and its explanation by the kernel regression that the run chose.
    let private byKernel most (run: FinishedRun) (cross: Matrix<float32>) =
        let coding = run.Kernel.Targets
        let targets = SplitTweets.targets run.Split run.Split.Train |> TargetCoding.encode coding
        let slope, offset = TargetCoding.decision coding

        let fit: FittedKernel = {
            Spectrum = run.Spectrum
            Ridge = run.Kernel.Chosen.Ridge
            Coefficients = run.Kernel.Coefficients
            LeftOut =
                Array.map2
                    (fun target leftOut -> target - (leftOut - offset) / slope)
                    targets
                    run.Kernel.LeftOutOutputs
        }

        let crosses = Matrix.gather [| 0 .. cross.Rows - 1 |] run.Split.Train cross |> rowsOf

        Contributions.carriers fit most crosses
        |> Array.map2
            (fun cross carriers -> {
                By = "kernel regression"
                Score = offset + slope * (Array.map2 (*) fit.Coefficients cross |> Array.sum)
                Offset = offset
                Tweets =
                    carriers
                    |> Array.map (fun carrier ->
                        weighed
                            run
                            carrier.Row
                            (slope * carrier.Contribution)
                            (Some(slope * carrier.EffectOfLeavingOut)))
            })
            crosses

    /// Each row explained by kernel regression with a network's own tangent kernel where it is judged.
    let private byTangent most (run: FinishedRun) (texts: NewRows) (fit: TangentFit) =
        let network = run.Networks[fit.Network]

        match fit.Refusal, network.At with
        | Some reason, _ -> Error(NumbersRefused reason)
        | None, None -> invalidArg (nameof fit) $"network %d{fit.Network} of the run diverged"
        | None, Some at ->
            Some(Matrix.gatherRows run.Split.Train run.Labelled)
            |> TrainedNetwork.tangentIn texts.Form network.Trained at.Weights texts.Features
            |> rowsOf
            |> Array.map (fun cross ->
                let parts = Array.map2 (*) fit.Coefficients cross

                {
                    By = $"kernel regression with %s{fit.Name}"
                    Score = Array.sum parts
                    Offset = 0.0
                    Tweets =
                        Array.indexed parts
                        |> Array.sortBy (fun (row, part) -> -abs part, row)
                        |> Array.truncate most
                        |> Array.map (fun (row, part) -> weighed run row part None)
                })
            |> Ok

    /// What the models say of every text, with `most` training tweets an explanation.
    let run (most: int) (finished: FinishedRun) (texts: NewRows) : Result<TextPrediction[], PipelineError> =
        finished.Tangents
        |> List.ofArray
        |> List.traverseResultM (byTangent most finished texts)
        |> Result.map (fun tangents ->
            let kernel = byKernel most finished texts.Cross
            let scores = NetworkPredictions.scores texts.Form finished.Networks texts.Features

            Array.init texts.Features.Rows (fun i -> {
                Opinions = [|
                    {
                        Model = kernel[i].By
                        Score = kernel[i].Score
                        Accuracy = finished.Kernel.Validation.Accuracy
                        Epoch = None
                    }
                    yield! NetworkPredictions.each finished.Networks scores i
                |]
                Shared = NetworkPredictions.shared finished.Networks scores i
                Explanations = [|
                    kernel[i]
                    for tangent in tangents do
                        tangent[i]
                |]
            }))
