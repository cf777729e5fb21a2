namespace NtkPipeline.Core

open System

/// The function of least norm with y_i f(x_i) ≥ 1 for every row: the hard-margin support vector machine without a constant, whose
/// direction is where gradient flow on the cross-entropy tends (Soudry et al. 2018).
type LargestMargin = {
    /// c, f(x) = Σ_j c_j Θ(x, x_j).
    Coefficients: float[]
    /// ‖f‖² in the kernel's space; 1/‖f‖ is the margin.
    SquaredNorm: float
    /// Rows at the margin itself.
    Support: int
    /// By how much a row misses the conditions of optimality at most.
    Violation: float
}

/// Its dual, max Σα − ½ αᵀ(yyᵀ∘Θ)α over α ≥ 0, c = y∘α, by cyclic exact ascent in one coordinate after another (Hsieh et al. 2008):
/// α_i ← max(0, α_i + (1 − y_i f_i)/Θ_ii). At its optimum ‖f‖² = Σα.
[<RequireQualifiedAccess>]
module MaxMargin =

    let private tolerance, mostSweeps = 1e-8, 20000

    /// What row i misses: its margin must be 1 where α_i > 0, and 1 at least where it is 0.
    let private violation (alpha: float) (margin: float) =
        if alpha > 0.0 then abs (1.0 - margin) else max 0.0 (1.0 - margin)

    let private sweep (kernel: Matrix<float>) (labels: float[]) (alpha: float[]) (f: float[]) =
        let mutable most = 0.0

        for i in 0 .. labels.Length - 1 do
            let margin = labels[i] * f[i]
            most <- max most (violation alpha[i] margin)
            let next = max 0.0 (alpha[i] + (1.0 - margin) / kernel[i, i])
            let change = (next - alpha[i]) * labels[i]

            if change <> 0.0 then
                alpha[i] <- next
                let row = kernel.Values.AsSpan(i * kernel.Columns, kernel.Columns)

                for j in 0 .. f.Length - 1 do
                    f[j] <- f[j] + change * row[j]

        most

    /// `name` says in refusals which matrix the kernel is; labels are ±1. Refused where rows cannot be told apart by their labels, or
    /// so hardly that the margin is not found.
    let solve
        (name: string)
        (kernel: Matrix<float>)
        (labels: float[])
        : Result<LargestMargin, PipelineError> =
        if kernel.Rows <> labels.Length || kernel.Columns <> labels.Length then
            invalidArg (nameof kernel) $"%d{kernel.Rows} × %d{kernel.Columns} for %d{labels.Length} labels"

        let n = labels.Length

        if Seq.exists (fun i -> not (kernel[i, i] > 0.0)) (seq { 0 .. n - 1 }) then
            Error(
                NumbersRefused
                    $"%s{name}: a row has no length in the kernel's space, so no function gives it a margin"
            )
        else
            let alpha, f = Array.zeroCreate<float> n, Array.zeroCreate<float> n
            let mutable sweeps, missed = 0, infinity

            while missed > tolerance && sweeps < mostSweeps do
                missed <- sweep kernel labels alpha f
                sweeps <- sweeps + 1

            if missed > tolerance then
                Error(
                    NumbersRefused
                        $"%s{name}: after %d{sweeps} sweeps a row misses the greatest margin by %.1e{missed}; its rows can hardly be told apart by their labels"
                )
            else
                Ok {
                    Coefficients = Array.map2 (*) labels alpha
                    SquaredNorm = Array.sum alpha
                    Support = alpha |> Array.filter (fun a -> a > 0.0) |> Array.length
                    Violation = missed
                }
