namespace NtkPipeline.Core

open System
open TorchSharp

/// A network that is trained several times from the same first weights on the same batches, each time with one more thing that parts it
/// from its infinitely wide kernel. Of n rows the first N are trained on.
[<NoEquality; NoComparison>]
type SwitchedJob = {
    /// Not centred, without α.
    Network: Network
    /// θ₀, in new tensors each time.
    Draw: unit -> DenseParameters[]
    /// α.
    OutputScale: float
    /// n × d, as the network sees them.
    Rows: torch.Tensor
    /// ±1 for each of the N.
    Targets: float[]
    /// The infinite-width kernel of all rows is `KernelFactor` × `Kernel`, n × n.
    Kernel: torch.Tensor
    KernelFactor: float
    /// Descent, with momentum or without: optimisers that kernels know.
    Optimiser: Optimiser
    /// η, as it is.
    Rate: float
    /// Row numbers (below N) of every batch of an epoch, counted from 1.
    Batches: int -> int[][]
    Epochs: int
}

/// Outputs at the n − N rows that are not trained on, after the same steps.
type SwitchedOutputs = {
    /// Of the infinitely wide network, f₀ = 0.
    Kernel: float[]
    /// Of the network linearised at its first weights, f₀ taken away.
    Linearised: float[]
    /// Of the network itself, f₀ taken away before it is trained.
    Centred: float[]
    /// Of the network as it is.
    Network: float[]
}

[<RequireQualifiedAccess>]
module SwitchedCauses =

    /// A loss this many times that of f = 0 is divergence.
    let private tooMuch = 1e6

    let private column (job: SwitchedJob) =
        (Tensors.ofArray64 job.Targets).``to``(job.Rows.dtype).``to``(job.Rows.device).reshape(-1L, 1L)

    let private indices (job: SwitchedJob) epoch =
        job.Batches epoch
        |> Array.map (fun rows -> torch.tensor (Array.map int64 rows, device = job.Rows.device))

    /// Outputs at the rows that are not trained on; none where training diverged.
    let private ending (job: SwitchedJob) (outputs: torch.Tensor) =
        let f = Tensors.toArray64 (outputs.flatten ())
        let trained = job.Targets.Length
        let residual = Array.map2 (-) f[.. trained - 1] job.Targets

        let loss, first =
            Array.averageBy (fun r -> r * r) residual, Array.averageBy (fun y -> y * y) job.Targets

        if Array.forall Double.IsFinite f && loss <= tooMuch * first then
            Some f[trained..]
        else
            None

    let private inFunctionSpace (job: SwitchedJob) beta (kernel: torch.Tensor) factor =
        use _ = torch.NewDisposeScope()
        let f = torch.zeros (kernel.shape[0], dtype = kernel.dtype, device = kernel.device)

        let descent = {
            Rate = job.Rate * factor
            Kernel = kernel
            Targets = (column job).flatten()
            Outputs = f
            Momentum = HeavyBall.ofBeta beta f
        }

        for epoch in 1 .. job.Epochs do
            use _ = torch.NewDisposeScope()
            descent |> FunctionDescent.run (indices job epoch)

        ending job descent.Outputs

    let private byWeights (job: SwitchedJob) isCentred =
        use _ = torch.NewDisposeScope()
        let network = Trainable.ofNetwork job.Network (job.Draw()) job.OutputScale
        let start = network.Outputs job.Rows
        let offset = if isCentred then start.clone () else torch.zeros_like start
        let goal = column job + offset.narrow (0L, 0L, int64 job.Targets.Length)
        let step = network.Begin job.Optimiser job.Rate

        for epoch in 1 .. job.Epochs do
            use _ = torch.NewDisposeScope()

            for batch in indices job epoch do
                use _ = torch.NewDisposeScope()
                step (job.Rows.index_select (0L, batch)) (goal.index_select (0L, batch)) |> ignore

        ending job (network.Outputs job.Rows - offset)

    let private tangent (job: SwitchedJob) =
        let gram = EmpiricalNtk.gram job.Network (job.Draw()) job.Rows None
        gram.mul_ ((job.OutputScale * job.OutputScale).ToScalar())

    /// None where one of the four diverged. An optimiser without a kernel is a bug of the caller.
    let run (job: SwitchedJob) : SwitchedOutputs option =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()

        match Optimiser.momentum job.Optimiser with
        | None ->
            invalidArg (nameof job) $"%s{Optimiser.print job.Optimiser} has no descent in function space"
        | Some beta ->
            let kernel = inFunctionSpace job beta job.Kernel job.KernelFactor
            let linearised = inFunctionSpace job beta (tangent job) 1.0

            match kernel, linearised, byWeights job true, byWeights job false with
            | Some kernel, Some linearised, Some centred, Some network ->
                Some {
                    Kernel = kernel
                    Linearised = linearised
                    Centred = centred
                    Network = network
                }
            | _ -> None
