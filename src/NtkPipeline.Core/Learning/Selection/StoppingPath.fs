namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// A kernel trained by gradient flow for some time from f = 0, judged on its training rows alone.
type StoppingScore = {
    Time: float<flow>
    /// Σ (1 − decay).
    EffectiveDimension: float
    TrainAccuracy: float
    /// Generalised cross-validation of the smoother H = Q diag(1 − decay) Qᵀ. None once nothing is left to learn, where it is 0/0.
    Gcv: float option
    /// From residuals (y − Hy)ᵢ/(1 − Hᵢᵢ), none where they are 0/0. For a ridge that is leave-one-out itself; a row left out also
    /// changes the flow of the others, so here it is an estimate.
    LooError: float option
    LooAccuracy: float option
    Coefficients: float[]
}

/// Training times as ridges are judged: one eigendecomposition, any number of times.
[<RequireQualifiedAccess>]
module StoppingPath =

    /// A share left to learn below this is rounding.
    let private nothing = 1e-9

    /// The mean of the squares.
    let meanSquare (values: float[]) : float = values |> Array.averageBy (fun x -> x * x)

    /// The share of outputs on their targets' side of what divides these.
    let accuracy (targets: float[]) (outputs: float[]) : float =
        let cut = ClassRule.cut targets
        let centred = Array.map (fun value -> value - cut)
        Metrics.accuracy (centred targets) (centred outputs)

    /// One output's training from f = 0, at each of the times.
    let along
        (spectrum: Spectrum)
        (targets: float[])
        (times: float<flow>[])
        : Result<StoppingScore[], PipelineError> =
        let n = targets.Length

        if n <> spectrum.Rows then
            invalidArg (nameof targets) $"%d{n} targets for %d{spectrum.Rows} rows"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let projected = q.t().mv(Tensors.ofArray64 targets)
        let squares = q.square ()

        let score (time: float<flow>) (modes: (float * float)[]) =
            use _ = torch.NewDisposeScope()
            let decay = modes |> Array.map fst |> Tensors.ofArray64
            let residuals = q.mv (decay * projected) |> Tensors.toArray64
            let kept = squares.mv decay |> Tensors.toArray64
            let left = modes |> Array.averageBy fst
            let predicted errors = Array.map2 (-) targets errors
            let loo = if Array.min kept < nothing then None else Some(Array.map2 (/) residuals kept)

            {
                Time = time
                EffectiveDimension = float n * (1.0 - left)
                TrainAccuracy = accuracy targets (predicted residuals)
                Gcv = if left < nothing then None else Some(meanSquare residuals / (left * left))
                LooError = loo |> Option.map meanSquare
                LooAccuracy = loo |> Option.map (predicted >> accuracy targets)
                Coefficients =
                    q.mv ((modes |> Array.map snd |> Tensors.ofArray64) * projected) |> Tensors.toArray64
            }

        times
        |> List.ofArray
        |> List.traverseResultM (fun time ->
            ClosedForm.modes spectrum 1 (Training.Flow time) |> Result.map (score time))
        |> Result.map Array.ofList
