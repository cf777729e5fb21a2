namespace NtkPipeline.Core

open System
open TorchSharp

/// A score and its derivatives by the ridge λ and by the kernel's scale s, at s·K + λI.
type ScoreSlope = { Value: float; ByRidge: float; ByScale: float }

/// The scores that choose a ridge, each with its slopes. Errors are averaged and likelihoods summed over outputs.
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

    /// log N(y; 0, sK + λI), summed over outputs; `w2` is (Qᵀy)², summed likewise.
    let private likelihood (outputs: float) (w2: float[]) (d: float[]) (slopes: float[] list) =
        let value =
            Seq.sum (Seq.map2 (fun w2 d -> w2 * d - outputs * Math.Log d) w2 d)
            + outputs * float d.Length * Math.Log(2.0 * Math.PI)

        let slope (slope: float[]) = Seq.sum (Seq.map3 (fun w2 d s -> (w2 - outputs / d) * s) w2 d slope)

        -0.5 * value, slopes |> List.map (fun s -> -0.5 * slope s)

    /// N Σ w²D² / (Σ D)², averaged over outputs.
    let private gcv (outputs: float) (w2: float[]) (d: float[]) (slopes: float[] list) =
        let n = float d.Length / outputs
        let trace = Array.sum d
        let share = d |> Array.map (fun d -> d / trace)
        let squares = Seq.sum (Seq.map2 (fun w2 share -> w2 * share * share) w2 share)

        let slope (slope: float[]) =
            let ofSquares = Seq.sum (Seq.map3 (fun w2 share s -> w2 * share * s) w2 share slope)
            2.0 * n * (ofSquares - squares * Array.sum slope) / trace

        n * squares, slopes |> List.map slope

    /// The mean of (αᵢ/Gᵢᵢ)² over rows and outputs, α = Q(w∘D), diag G = (Q∘Q) D; `squared` is Q∘Q.
    let private leaveOneOut (q: torch.Tensor) squared (w: torch.Tensor) (d: float[]) (slopes: float[] list) =
        use _ = torch.NewDisposeScope()
        let column (values: float[]) = (Tensors.ofArray64 values).unsqueeze 1L
        let through values = q.mm (w * column values)
        let onDiagonal values = (squared: torch.Tensor).mm(column values)
        let inverse = onDiagonal d
        let residual = through d / inverse
        let number (t: torch.Tensor) = t.mean().item<float>()

        let slope (slope: float[]) =
            number (residual * (through slope - residual * onDiagonal slope) / inverse) * 2.0

        number (residual.square ()), slopes |> List.map slope

    let private pack (value, slopes: float list) =
        match slopes with
        | [ byRidge; byScale ] -> { Value = value; ByRidge = byRidge; ByScale = byScale }
        | _ -> invalidOp "two slopes were asked for"

    /// The scores at s·K + λI as functions of s and λ, where `spectrum` is that of K; targets N × outputs. Each call costs six products of
    /// N × N with a column an output; what they share lives as long as the caller's dispose scope.
    let along (spectrum: Spectrum) (targets: Matrix<float>) : float -> float -> RidgeSlopes =
        let values = Spectrum.values spectrum

        if targets.Rows <> values.Length then
            invalidArg (nameof targets) $"%d{targets.Rows} targets for %d{values.Length} rows"

        let q = Spectrum.vectors spectrum
        let squared = q.square ()
        let w = q.t().mm(Tensors.ofMatrix64 targets)
        let w2 = w.square().sum 1L |> Tensors.toArray64
        let outputs = float targets.Columns

        fun scale ridge ->
            if not (scale * values[values.Length - 1] + ridge > 0.0) then
                invalidArg (nameof ridge) $"scale %g{scale} and ridge %g{ridge} leave a singular matrix"

            let d = values |> Array.map (fun value -> 1.0 / (scale * value + ridge))

            let slopes = [
                Array.map (fun d -> -d * d) d
                Array.map2 (fun value d -> -value * d * d) values d
            ]

            {
                LogLikelihood = likelihood outputs w2 d slopes |> pack
                Gcv = gcv outputs w2 d slopes |> pack
                LooError = leaveOneOut q squared w d slopes |> pack
            }

    /// The scores of one output at s·K + λI; sΛ + λ must be positive.
    let at (spectrum: Spectrum) (targets: float[]) (scale: float) (ridge: float) : RidgeSlopes =
        use _ = torch.NewDisposeScope()
        along spectrum (Matrix.create targets.Length 1 targets) scale ridge
