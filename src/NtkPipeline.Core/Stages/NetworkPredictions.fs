namespace NtkPipeline.Core

/// What one model says of one text.
type Opinion = {
    Model: string
    /// f(x): above 0 it reports a disaster.
    Score: float
    /// The model's accuracy on the validation rows.
    Accuracy: float
}

/// What the networks of one input scale, width and learning rate say of one text together. Those that diverged say nothing.
type SharedOpinion = {
    Model: string
    /// What these networks are, but for their seed.
    Spec: RunSpec
    /// Over the seeds that did not diverge; at least one.
    Score: Aggregate
    /// How many of these seeds put the text on the same side of 0 as their mean does.
    Agree: int
    Diverged: int
    /// Their mean accuracy on the validation rows.
    Accuracy: float
}

/// What a run's networks say of some texts, one by one and over seeds.
[<RequireQualifiedAccess>]
module NetworkPredictions =

    let private accuracy (run: NetworkRun) = (Group.last run).Validation.Accuracy

    /// f at unit rows, texts × d, of every network that did not diverge, in the run's order.
    let scores (networks: TrainedNetwork list) (rows: Matrix<float32>) : (NetworkRun * float[]) list =
        networks
        |> List.choose (fun trained ->
            trained.Final
            |> Option.map (fun weights -> trained.Run, TrainedNetwork.outputs trained weights rows))

    /// What tells a run's networks apart, beyond input scale, width, rate and seed.
    let private axes (networks: TrainedNetwork list) = networks |> Seq.map _.Run.Spec |> Axis.unlabelled

    /// Of text i, each network by itself. `networks` are all of the run's.
    let each (networks: TrainedNetwork list) (scores: (NetworkRun * float[]) list) (i: int) : Opinion[] = [|
        for run, outputs in scores ->
            {
                Model = NetworkName.ofRun (axes networks) run.Spec
                Score = outputs[i]
                Accuracy = accuracy run
            }
    |]

    /// Of text i, one opinion for each kind of network, in the order of `Group.sort`. `networks` are all of the run's.
    let shared
        (networks: TrainedNetwork list)
        (scores: (NetworkRun * float[]) list)
        (i: int)
        : SharedOpinion[] =
        let kind (run: NetworkRun) = RunSpec.group run.Spec
        let sound = scores |> List.groupBy (fst >> kind) |> readOnlyDict

        networks
        |> Seq.map _.Run
        |> Group.sort
        |> Array.groupBy kind
        |> Array.choose (fun (spec, runs) ->
            match sound.TryGetValue spec with
            | false, _ -> None
            | true, members ->
                let outputs = members |> List.map (fun (_, outputs) -> outputs[i]) |> Array.ofList

                Aggregate.ofValues outputs
                |> Option.map (fun score -> {
                    Model = NetworkName.ofKind (axes networks) spec
                    Spec = spec
                    Score = score
                    Agree =
                        outputs
                        |> Array.filter (fun output -> (output > 0.0) = (score.Mean > 0.0))
                        |> Array.length
                    Diverged = runs.Length - outputs.Length
                    Accuracy = members |> List.averageBy (fst >> accuracy)
                }))
