namespace NtkPipeline.Core

open System
open TorchSharp

/// A score and its derivatives by the ridge λ and by the kernel's scale s, at s·K + λI.
type ScoreSlope = { Value: float; ByRidge: float; ByScale: float }

/// The scores that choose a ridge, each with its slopes.
type RidgeSlopes = {
    LogLikelihood: ScoreSlope
    Gcv: ScoreSlope
    /// The mean squared error of rows left out.
    LooError: ScoreSlope
}

/// Gradients of a regression's scores from its one eigendecomposition. With D = 1/(sΛ + λ) and w = Qᵀy, every score is a function of
/// D: ∂D/∂λ = −D², ∂D/∂s = −ΛD², and the chain rule does the rest. Source: Rasmussen, Williams 2006, §5.4 (there for any
/// parameter of the kernel).
[<RequireQualifiedAccess>]
module RidgeGradient =

    /// log N(y; 0, sK + λI).
    let private likelihood (w2: float[]) (d: float[]) (slopes: float[] list) =
        let value =
            Seq.sum (Seq.map2 (fun w2 d -> w2 * d - Math.Log d) w2 d)
            + float d.Length * Math.Log(2.0 * Math.PI)

        let slope (slope: float[]) = Seq.sum (Seq.map3 (fun w2 d s -> (w2 - 1.0 / d) * s) w2 d slope)

        -0.5 * value, slopes |> List.map (fun s -> -0.5 * slope s)

    /// N Σ w²D² / (Σ D)².
    let private gcv (w2: float[]) (d: float[]) (slopes: float[] list) =
        let n = float d.Length
        let squares = Seq.sum (Seq.map2 (fun w2 d -> w2 * d * d) w2 d)
        let trace = Array.sum d

        let slope (slope: float[]) =
            let ofSquares = Seq.sum (Seq.map3 (fun w2 d s -> 2.0 * w2 * d * s) w2 d slope)
            n * (ofSquares - 2.0 * squares * Array.sum slope / trace) / (trace * trace)

        n * squares / (trace * trace), slopes |> List.map slope

    /// (1/N) Σ (αᵢ/Gᵢᵢ)², α = Q(w∘D), diag G = (Q∘Q) D.
    let private leaveOneOut (q: torch.Tensor) (w: torch.Tensor) (d: float[]) (slopes: float[] list) =
        use _ = torch.NewDisposeScope()
        let squared = q.square ()
        let column (values: float[]) = Tensors.ofArray64 values
        let alpha = q.mv (w * column d)
        let inverse = squared.mv (column d)
        let residual = alpha / inverse
        let number (t: torch.Tensor) = t.mean().item<float>()

        let slope (slope: float[]) =
            let ofAlpha = q.mv (w * column slope)
            let ofInverse = squared.mv (column slope)
            number (residual * (ofAlpha - residual * ofInverse) / inverse) * 2.0

        number (residual.square ()), slopes |> List.map slope

    let private pack (value, slopes: float list) =
        match slopes with
        | [ byRidge; byScale ] -> { Value = value; ByRidge = byRidge; ByScale = byScale }
        | _ -> invalidOp "two slopes were asked for"

    /// At s·K + λI, where `spectrum` is that of K; every sΛ + λ must be positive.
    let at (spectrum: Spectrum) (targets: float[]) (scale: float) (ridge: float) : RidgeSlopes =
        let values = Spectrum.values spectrum

        if targets.Length <> values.Length || scale * values[values.Length - 1] + ridge <= 0.0 then
            invalidArg
                (nameof ridge)
                $"%d{targets.Length} targets, scale %g{scale} and ridge %g{ridge} for %d{values.Length} rows"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let w = q.t().mv(Tensors.ofArray64 targets)
        let w2 = w.square () |> Tensors.toArray64
        let d = values |> Array.map (fun value -> 1.0 / (scale * value + ridge))

        let slopes = [
            Array.map (fun d -> -d * d) d
            Array.map2 (fun value d -> -value * d * d) values d
        ]

        {
            LogLikelihood = likelihood w2 d slopes |> pack
            Gcv = gcv w2 d slopes |> pack
            LooError = leaveOneOut q w d slopes |> pack
        }
