namespace NtkPipeline.Core

open System
open TorchSharp

/// How a network is trained on all its rows at once, until its loss is small.
type WholeTraining = {
    Optimiser: Optimiser
    /// η itself.
    Rate: float
    /// Training ends at the first look at which mean (f − y)² is below this, or after so many steps.
    Goal: float
    Steps: int
}

/// What became of it.
type WholeTrained = {
    Steps: int
    /// mean (f − y)² on the fitted rows at the end; not below the goal where the steps ran out.
    Loss: float
    /// f less f at the first weights, on the others.
    Outputs: float[]
}

/// Full-batch training to a small loss, and nothing else: no kernel is followed, so that many small networks cost little.
[<RequireQualifiedAccess>]
module TrainWhole =

    /// Steps between two looks at the loss, each of which waits for the steps before it.
    let private between = 50

    /// A loss this many times the first one is divergence.
    let private tooMuch = 1e6

    let private column (values: float[]) (like: torch.Tensor) =
        Tensors.ofArray64(values).reshape(-1L, 1L).``to``(like.dtype)

    let private centred (network: Trainable) (x: torch.Tensor) (initial: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        network.Outputs x - initial |> Tensors.toArray64

    /// Trains a network that is centred (f less its first outputs) in place on rows n × d; none where it diverged. `others` are rows of
    /// the same precision.
    let run
        (training: WholeTraining)
        (network: Trainable)
        (rows: torch.Tensor)
        (targets: float[])
        (others: torch.Tensor)
        : WholeTrained option =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let before, beforeOthers = network.Outputs rows, network.Outputs others
        let goal = column targets rows + before
        let step = network.Begin training.Optimiser training.Rate
        let loss () = (network.Outputs rows - goal).square().mean().``to``(torch.float64).item<float>()
        let limit = tooMuch * max 1e-300 (targets |> Array.averageBy (fun y -> y * y))

        let rec follow taken (now: float) =
            if not (Double.IsFinite now && now <= limit) then
                None
            elif now < training.Goal || taken >= training.Steps then
                Some(taken, now)
            else
                let count = min between (training.Steps - taken)

                for _ in 1..count do
                    use _ = torch.NewDisposeScope()
                    step rows goal |> ignore

                follow (taken + count) (use _ = torch.NewDisposeScope() in loss ())

        follow 0 (loss ())
        |> Option.bind (fun (taken, loss) ->
            let outputs = centred network others beforeOthers

            if Array.forall Double.IsFinite outputs then
                Some { Steps = taken; Loss = loss; Outputs = outputs }
            else
                None)
