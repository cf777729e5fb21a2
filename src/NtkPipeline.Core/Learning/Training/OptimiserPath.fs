namespace NtkPipeline.Core

open System
open TorchSharp

/// A network about to be trained by any optimiser on any loss. Of n rows the first N are trained on.
[<NoEquality; NoComparison>]
type OptimiserJob = {
    /// Moved in place.
    Network: Trainable
    /// n × d, as the network sees them.
    Rows: torch.Tensor
    /// ±1 for each of the N.
    Labels: float[]
    Loss: Loss
    Optimiser: Optimiser
    /// η, or s, of the first step.
    Rate: float
    /// The share of the rate that step k, counted from 1, is taken at.
    Share: int -> float
    /// The rows (below N) of step k, counted from 1.
    Batch: int -> int[]
    /// Steps after which outputs are kept, ascending; training ends with the last.
    Tracked: int list
}

/// The network after some steps. Its function is f(·; θ) − f(·; θ₀).
type OptimiserPoint = {
    Step: int
    /// The loss on the N rows.
    Loss: float
    /// ‖θ − θ₀‖.
    Travel: float
    /// The least y f of the N rows.
    LeastMargin: float
    /// At the N rows, and at the n − N others.
    Fitted: float[]
    Outputs: float[]
}

/// Trains centred networks: what is learnt is f(·; θ) − f(·; θ₀), so that every kernel begins at 0 as they do.
[<RequireQualifiedAccess>]
module OptimiserPath =

    let private column (job: OptimiserJob) =
        (Tensors.ofArray64 job.Labels).``to``(job.Rows.dtype).``to``(job.Rows.device).reshape(-1L, 1L)

    let private indexOf (job: OptimiserJob) (rows: int[]) =
        torch.tensor (Array.map int64 rows, device = job.Rows.device)

    /// The gradient of any loss is that of ½(f − t)² at t = f − ∂ℓ/∂f, held fixed: so the squared error's hand-written steps serve all.
    let private standIn (job: OptimiserJob) (x: torch.Tensor) (start: torch.Tensor) (y: torch.Tensor) =
        match job.Loss with
        | Loss.SquaredError -> y + start
        | Loss.CrossEntropy ->
            let f = job.Network.Outputs x
            f - Loss.slope job.Loss (f - start) y

    /// Every optimiser's step is its rate times what does not depend on it, so that a share of the step is the step at a share of the
    /// rate.
    let private shorten share (kept: torch.Tensor[]) (parameters: torch.Tensor[]) =
        if share <> 1.0 then
            Array.iter2
                (fun (p: torch.Tensor) (k: torch.Tensor) ->
                    p.sub_(k).mul_((share: float).ToScalar()).add_ k |> ignore)
                parameters
                kept

    let private travel (first: torch.Tensor[]) (parameters: torch.Tensor[]) =
        use _ = torch.NewDisposeScope()

        Array.map2
            (fun (p: torch.Tensor) (f: torch.Tensor) ->
                (p - f).``to``(torch.float64).square().sum().item<float>())
            parameters
            first
        |> Array.sum
        |> sqrt

    let private look (job: OptimiserJob) (start: torch.Tensor) y first parameters step =
        use _ = torch.NewDisposeScope()
        let f = (job.Network.Outputs job.Rows - start).``to`` torch.float64
        let trained = f.narrow (0L, 0L, int64 job.Labels.Length)
        let outputs = Tensors.toArray64 (f.flatten ())
        let y: torch.Tensor = (y: torch.Tensor).``to`` torch.float64

        let point = {
            Step = step
            Loss = (Loss.value job.Loss trained y).item<float>()
            Travel = travel first parameters
            LeastMargin = (trained * y).min().item<float>()
            Fitted = outputs[.. job.Labels.Length - 1]
            Outputs = outputs[job.Labels.Length ..]
        }

        if
            Array.forall Double.IsFinite outputs && Double.IsFinite point.Loss && Double.IsFinite point.Travel
        then
            Some point
        else
            None

    /// The network after each of the tracked steps; fewer where it diverged.
    let run (job: OptimiserJob) : OptimiserPoint list =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let parameters = Array.concat job.Network.Layers
        let first = parameters |> Array.map _.clone()
        let kept = parameters |> Array.map _.clone()
        let start = job.Network.Outputs job.Rows
        let y = column job
        let move = job.Network.Begin job.Optimiser job.Rate

        let step k =
            use _ = torch.NewDisposeScope()
            let share = job.Share k

            if share <> 1.0 then
                Array.iter2 (fun (p: torch.Tensor) (k: torch.Tensor) -> k.copy_ p |> ignore) parameters kept

            let batch = indexOf job (job.Batch k)
            let rows (t: torch.Tensor) = t.index_select (0L, batch)
            let x = rows job.Rows
            move x (standIn job x (rows start) (rows y)) |> ignore
            shorten share kept parameters

        let rec follow at tracked =
            match tracked with
            | [] -> []
            | next :: later ->
                for k in at + 1 .. next do
                    step k

                match look job start y first parameters next with
                | Some point -> point :: follow next later
                | None -> []

        follow 0 job.Tracked
