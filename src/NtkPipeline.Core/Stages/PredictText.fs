namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// A training tweet's part in a prediction.
type WeighedTweet = {
    Tweet: Tweet
    /// αᵢ K(x, xᵢ).
    Contribution: float
    /// f(x) less what it would be without this tweet, exactly; none where that is not known.
    EffectOfLeavingOut: float option
}

/// What one model says of one text.
type Opinion = {
    Model: string
    /// f(x): above 0 it reports a disaster.
    Score: float
    /// The model's accuracy on the validation rows.
    Accuracy: float
}

/// A prediction as a sum over training tweets: `Score` is `Offset`, which is 0 unless 0 and 1 were learnt, and the contributions of
/// all of them, not only of those that are listed.
type Explanation = { By: string; Score: float; Offset: float; Tweets: WeighedTweet[] }

/// What a run's models say of one text. The second explanation is missing where every network diverged.
type TextPrediction = { Opinions: Opinion[]; Explanations: Explanation[] }

/// A finished run, as far as it is needed to predict.
type FinishedRun = {
    Tweets: Tweet[]
    Split: Split
    /// Unit rows of the labelled tweets.
    Labelled: Matrix<float32>
    Spectrum: Spectrum
    Kernel: KernelRegression
    Networks: TrainedNetwork list
}

/// New texts as the run's models see them.
type NewRows = {
    /// Unit rows, new × d: what networks are given.
    Features: Matrix<float32>
    /// The regression's kernel, new × labelled rows.
    Cross: Matrix<float32>
}

/// New texts → what each model of a finished run says of them, and which training tweets carry it. All models are
/// those fitted on the training rows: they are the ones whose accuracy is known.
[<RequireQualifiedAccess>]
module PredictText =

    let private nameOf (run: NetworkRun) =
        let scale = if run.InputScale = InputScale.print InputScale.Unit then "1" else "√d"
        $"network m = %d{run.Width}, ‖x‖ = %s{scale}, rate %g{run.LearningRate}, seed %d{run.Member}"

    let private rowsOf (m: Matrix<float32>) : float[][] =
        Array.init m.Rows (fun i -> (Matrix.row i m).ToArray() |> Array.map float)

    let private training (run: FinishedRun) = Matrix.gatherRows run.Split.Train run.Labelled

    let private weighed (run: FinishedRun) row contribution effect = {
        Tweet = run.Tweets[run.Split.Train[row]]
        Contribution = contribution
        EffectOfLeavingOut = effect
    }

    /// Each row's score and its explanation by the kernel regression that the run chose.
    let private byKernel most (run: FinishedRun) (cross: Matrix<float32>) =
        let coding = TargetCoding.parse run.Kernel.Targets |> Option.defaultValue TargetCoding.PlusMinus
        let targets = SplitTweets.targets run.Split run.Split.Train |> TargetCoding.encode coding
        let slope, offset = TargetCoding.decision coding
        let path = RidgePath.along run.Spectrum targets [| run.Kernel.Chosen.Ridge |]

        Matrix.gather [| 0 .. cross.Rows - 1 |] run.Split.Train cross
        |> rowsOf
        |> Array.map (fun cross -> {
            By = "kernel regression"
            Score =
                offset + slope * (Array.map2 (*) (RidgePath.column 0 path.Coefficients) cross |> Array.sum)
            Offset = offset
            Tweets =
                Explain.carriers run.Spectrum path 0 most cross
                |> Array.map (fun carrier ->
                    weighed
                        run
                        carrier.Row
                        (slope * carrier.Contribution)
                        (Some(slope * carrier.EffectOfLeavingOut)))
        })

    /// Each row explained by kernel regression with the network's own tangent kernel after training, at the same ridge
    /// relative to the mean diagonal: what the network would be, were it a kernel machine with the kernel that it has learned.
    let private byTangent most (run: FinishedRun) (trained: TrainedNetwork) weights (rows: Matrix<float32>) =
        result {
            let train = training run
            let gram = TrainedNetwork.tangent trained weights train None |> KernelMatrix.Single
            let ridge = run.Kernel.Chosen.RelativeRidge * Array.average (KernelMatrix.diagonal gram)
            let name = $"the tangent kernel of %s{nameOf trained.Run} after training"
            let! alpha = DirectSolve.ridge name gram ridge (SplitTweets.targets run.Split run.Split.Train)

            return
                TrainedNetwork.tangent trained weights rows (Some train)
                |> rowsOf
                |> Array.map (fun cross ->
                    let parts = Array.map2 (*) alpha cross

                    {
                        By = $"kernel regression with %s{name}"
                        Score = Array.sum parts
                        Offset = 0.0
                        Tweets =
                            Array.indexed parts
                            |> Array.sortBy (fun (row, part) -> -abs part, row)
                            |> Array.truncate most
                            |> Array.map (fun (row, part) -> weighed run row part None)
                    })
        }

    let private sound (run: FinishedRun) =
        run.Networks
        |> List.choose (fun trained -> trained.Final |> Option.map (fun weights -> trained, weights))

    /// The network that is explained: at ‖x‖ = √d if there are such, the smallest rate, the widest, the first seed.
    let private chosen (run: FinishedRun) =
        sound run
        |> List.sortBy (fun ({ Run = run }, _) ->
            run.InputScale <> InputScale.print InputScale.SqrtD, run.LearningRate, -run.Width, run.Member)
        |> List.tryHead

    /// What the models say of every text, with `most` training tweets an explanation.
    let run (most: int) (finished: FinishedRun) (texts: NewRows) : Result<TextPrediction[], PipelineError> =
        let rows = texts.Features

        result {
            let kernel = byKernel most finished texts.Cross

            let! tangent =
                match chosen finished with
                | None -> Ok None
                | Some(trained, weights) -> byTangent most finished trained weights rows |> Result.map Some

            let networks =
                sound finished
                |> List.map (fun (trained, weights) ->
                    nameOf trained.Run,
                    TrainedNetwork.outputs trained weights rows,
                    (Array.last trained.Run.Epochs).Validation.Accuracy)

            return
                Array.init rows.Rows (fun i -> {
                    Opinions = [|
                        {
                            Model = kernel[i].By
                            Score = kernel[i].Score
                            Accuracy = finished.Kernel.Validation.Accuracy
                        }
                        for name, outputs, accuracy in networks do
                            { Model = name; Score = outputs[i]; Accuracy = accuracy }
                    |]
                    Explanations = [|
                        kernel[i]
                        match tangent with
                        | Some tangent -> tangent[i]
                        | None -> ()
                    |]
                })
        }
