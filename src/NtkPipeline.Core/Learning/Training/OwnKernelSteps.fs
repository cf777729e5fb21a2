namespace NtkPipeline.Core

open TorchSharp

/// What the first steps do to a network's outputs, and what is predicted of them at its first weights. Of n rows the first N are
/// trained on, on the squared error.
type FirstSteps = {
    Steps: int
    /// The change of f at the n − N other rows.
    Actual: float[]
    /// What the optimiser's own rule does to the network linearised at θ₀. For sign descent on single rows that is Malladi et al. 2023's
    /// sign kernel, f(z) ← f(z) − s sign(r_i) ∇f(z)·sign ∇f(x_i).
    Own: float[]
    /// What descent by Θ̂₀ does on the same batches, its rate such that the first step is as long.
    Tangent: float[]
}

[<RequireQualifiedAccess>]
module OwnKernelSteps =

    let private other (trained: int) (f: torch.Tensor) = (Tensors.toArray64 (f.flatten ()))[trained..]

    /// δ of the linearised network after each step of the optimiser's rule, as outputs at all rows.
    let private linearised (network: Network) theta outputScale (job: OptimiserJob) (y: torch.Tensor) =
        let tangent = Linearised.at network theta job.Rows
        let delta = Linearised.unmoved theta
        let move = GradientSteps.start job.Optimiser job.Rate delta
        let alpha = (outputScale: float).ToScalar()

        fun k ->
            use _ = torch.NewDisposeScope()
            let rows = job.Batch k
            let batch = torch.tensor (Array.map int64 rows, device = job.Rows.device)
            let f = (tangent.Push delta).mul alpha
            let residual = (f.index_select (0L, batch) - y.index_select (0L, batch)).mul alpha
            let share = residual.div ((float rows.Length).ToScalar())
            let spread = torch.zeros_like(f).index_add_(0L, batch, share, 1.0.ToScalar())
            move (tangent.Pull spread)
            (tangent.Push delta).mul(alpha).MoveToOuterDisposeScope()

    let private rms (values: float[]) = sqrt (Array.averageBy (fun x -> x * x) values)

    /// Outputs by Θ̂₀ after each of the steps.
    let private tangent (kernel: torch.Tensor) (job: OptimiserJob) (y: torch.Tensor) (length: float) steps =
        let trained = job.Labels.Length

        let start rate = {
            Rate = rate
            Kernel = kernel
            Targets = y.flatten ()
            Outputs = torch.zeros (kernel.shape[0], dtype = kernel.dtype, device = kernel.device)
            Momentum = None
        }

        let batch k = torch.tensor (Array.map int64 (job.Batch k), device = kernel.device)
        let once = start 1.0
        once |> FunctionDescent.run [ batch 1 ]
        let descent = start (length / rms (other trained once.Outputs))

        [
            for k in 1..steps do
                descent |> FunctionDescent.run [ batch k ]
                other trained descent.Outputs
        ]

    /// `draw` gives θ₀ anew; α times the network is trained; the job's network is not used, and its loss is the squared error. Kept are
    /// the tracked steps.
    let run
        (network: Network)
        (draw: unit -> DenseParameters[])
        outputScale
        (job: OptimiserJob)
        : FirstSteps list =
        use _ = torch.NewDisposeScope()
        let steps, trained = List.last job.Tracked, job.Labels.Length
        let all = [ 1..steps ]

        let actual =
            OptimiserPath.run {
                job with
                    Network = Trainable.ofNetwork network (draw ()) outputScale
                    Loss = Loss.SquaredError
                    Tracked = all
            }

        if actual.Length < steps then
            []
        else
            let y =
                (Tensors.ofArray64 job.Labels).``to``(job.Rows.dtype).``to``(job.Rows.device).reshape(-1L, 1L)

            let predict = linearised network (draw ()) outputScale job y
            let own = all |> List.map (predict >> other trained)

            let kernel =
                (EmpiricalNtk.gram network (draw ()) job.Rows None)
                    .mul_((outputScale * outputScale).ToScalar())

            let tangent = tangent kernel job y (rms actual[0].Outputs) steps

            job.Tracked
            |> List.map (fun k -> {
                Steps = k
                Actual = actual[k - 1].Outputs
                Own = own[k - 1]
                Tangent = tangent[k - 1]
            })

    /// ‖actual − own‖/‖actual‖ over some rows.
    let ownError (rows: int[]) (steps: FirstSteps) : float =
        let mutable off, all = 0.0, 0.0

        for i in rows do
            let a = steps.Actual[i]
            off <- off + (a - steps.Own[i]) ** 2.0
            all <- all + a * a

        if all = 0.0 then 0.0 else sqrt (off / all)

    /// The same of Θ̂₀'s prediction, stretched by whatever factor fits best: what only its direction misses.
    let tangentError (rows: int[]) (steps: FirstSteps) : float =
        let mutable product, own, all = 0.0, 0.0, 0.0

        for i in rows do
            let a, t = steps.Actual[i], steps.Tangent[i]
            product <- product + a * t
            own <- own + t * t
            all <- all + a * a

        if all = 0.0 then 0.0
        elif own = 0.0 then 1.0
        else sqrt (max 0.0 (1.0 - product * product / (own * all)))
