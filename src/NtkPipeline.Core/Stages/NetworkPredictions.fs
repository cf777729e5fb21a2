namespace NtkPipeline.Core

/// What one model says of one text.
type Opinion = {
    Model: string
    /// f(x): above 0 it reports a disaster.
    Score: float
    /// The model's accuracy on the validation rows.
    Accuracy: float
    /// Of a network: the epoch after which it speaks, where it is judged.
    Epoch: int option
}

/// What the networks of one input scale, width and learning rate say of one text together. Those that had
/// diverged by then say nothing.
type SharedOpinion = {
    Model: string
    /// What these networks are, but for their seed.
    Spec: RunSpec
    /// The epoch after which they speak, where they are judged.
    Epoch: int
    /// Over the seeds that did not diverge before it; at least one.
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

    /// What one network says of some texts, where it is judged.
    type Said = { Run: NetworkRun; At: JudgedWeights; Outputs: float[] }

    /// f at rows of this form, one a text, of every network that came to where it is judged, in the run's order.
    let scores (form: RowForm) (networks: JudgedNetwork list) (rows: Matrix<float32>) : Said list =
        networks
        |> List.choose (fun network ->
            network.At
            |> Option.map (fun at -> {
                Run = network.Run
                At = at
                Outputs = JudgedNetwork.outputs form network at.Weights rows
            }))

    /// What tells a run's networks apart, beyond input scale, width, rate and seed.
    let private axes (networks: JudgedNetwork list) = networks |> Seq.map _.Run.Spec |> Axis.unlabelled

    /// Of text i, each network by itself. `networks` are all of the run's.
    let each (networks: JudgedNetwork list) (scores: Said list) (i: int) : Opinion[] = [|
        for said in scores ->
            {
                Model = NetworkName.ofRun (axes networks) said.Run.Spec
                Score = said.Outputs[i]
                Accuracy = said.At.Accuracy
                Epoch = Some said.At.Epoch
            }
    |]

    /// Of text i, one opinion for each kind of network, in the order of `Group.sort`. `networks` are all of the run's.
    let shared (networks: JudgedNetwork list) (scores: Said list) (i: int) : SharedOpinion[] =
        let kind (run: NetworkRun) = RunSpec.group run.Spec
        let sound = scores |> List.groupBy (fun said -> kind said.Run) |> readOnlyDict

        networks
        |> Seq.map _.Run
        |> Group.sort
        |> Array.groupBy kind
        |> Array.choose (fun (spec, runs) ->
            match sound.TryGetValue spec with
            | false, _ -> None
            | true, members ->
                let outputs = members |> List.map (fun said -> said.Outputs[i]) |> Array.ofList

                Aggregate.ofValues outputs
                |> Option.map (fun score -> {
                    Model = NetworkName.ofKind (axes networks) spec
                    Spec = spec
                    Epoch = members.Head.At.Epoch
                    Score = score
                    Agree =
                        outputs
                        |> Array.filter (fun output -> (output > 0.0) = (score.Mean > 0.0))
                        |> Array.length
                    Diverged = runs.Length - outputs.Length
                    Accuracy = members |> List.averageBy _.At.Accuracy
                }))
