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
    /// Generalised cross-validation of the smoother H = Q diag(1 − decay) Qᵀ.
    Gcv: float
    /// From residuals (y − Hy)ᵢ/(1 − Hᵢᵢ). For a ridge that is leave-one-out itself; a row left out also changes the flow of the
    /// others, so here it is an estimate.
    LooError: float
    LooAccuracy: float
    Coefficients: float[]
}

/// Training times as ridges are judged: one eigendecomposition, any number of times.
[<RequireQualifiedAccess>]
module StoppingPath =

    /// Times at which so little is left to learn that the scores are 0/0 are refused.
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

            if left < 1e-9 || Array.min kept < 1e-9 then
                Error(
                    NumbersRefused
                        $"training time %g{float time}: nothing is left to learn, so there is nothing to judge it by; take shorter times"
                )
            else
                let loo = Array.map2 (/) residuals kept
                let predicted errors = Array.map2 (-) targets errors
                let meanSquare (values: float[]) = values |> Array.averageBy (fun x -> x * x)

                Ok {
                    Time = time
                    EffectiveDimension = float n * (1.0 - left)
                    TrainAccuracy = Metrics.accuracy targets (predicted residuals)
                    Gcv = meanSquare residuals / (left * left)
                    LooError = meanSquare loo
                    LooAccuracy = Metrics.accuracy targets (predicted loo)
                    Coefficients =
                        q.mv ((modes |> Array.map snd |> Tensors.ofArray64) * projected) |> Tensors.toArray64
                }

        times
        |> List.ofArray
        |> List.traverseResultM (fun time ->
            ClosedForm.modes spectrum 1 (Training.Flow time) |> Result.bind (score time))
        |> Result.map Array.ofList
