namespace NtkPipeline.Core

/// θ as one row after an epoch, and the network's accuracy on the validation rows there.
type JudgedWeights = { Epoch: int; Weights: Matrix<float32>; Accuracy: float }

/// A run's network as it is judged, and as it speaks of new rows.
type JudgedNetwork = {
    Trained: TrainedNetwork
    /// After the epoch that was chosen for its kind, else after the last; none where it diverged by then.
    At: JudgedWeights option
} with

    member this.Run = this.Trained.Run

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module JudgedNetwork =

    /// `labels` are ±1 for the validation rows.
    let create (labels: float[]) (trained: TrainedNetwork) (stopped: StoppedNetwork option) : JudgedNetwork = {
        Trained = trained
        At =
            match stopped, trained.Final with
            | Some stopped, _ ->
                Some {
                    Epoch = stopped.Epoch
                    Weights = stopped.Weights
                    Accuracy = Metrics.accuracy labels (Array.map float stopped.Outputs.Values)
                }
            | None, Some final ->
                let last = Group.last trained.Run
                Some { Epoch = last.Epoch; Weights = final; Accuracy = last.Validation.Accuracy }
            | None, None -> None
    }

    /// All of a run's networks, in its order; `stopped` are theirs, or empty where no epochs were chosen.
    let all
        (split: Artifact<Split>)
        (trained: Artifact<TrainedNetwork list>)
        (stopped: Artifact<StoppedNetwork option list>)
        : Artifact<JudgedNetwork list> =
        Artifact.map3
            (fun split trained stopped ->
                let labels = SplitTweets.validationLabels split

                match stopped with
                | [] -> trained |> List.map (fun trained -> create labels trained None)
                | stopped -> List.map2 (create labels) trained stopped)
            split
            trained
            stopped

    /// f at rows of this form, with these weights.
    let outputs
        (form: RowForm)
        (network: JudgedNetwork)
        (weights: Matrix<float32>)
        (rows: Matrix<float32>)
        : float[] =
        TrainedNetwork.outputs form network.Trained weights rows
