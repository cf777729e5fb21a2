namespace NtkPipeline.Core

open System
open TorchSharp

/// Kernel ridge regression at every ridge λ of a grid, on N training rows. Column p belongs to ridge p; G = (K + λI)⁻¹.
type RidgePath = {
    Ridges: float[]
    /// α = G y, N × ridges.
    Coefficients: Matrix<float>
    /// The diagonal of G, N × ridges.
    InverseDiagonal: Matrix<float>
    /// Σ Λ/(Λ+λ).
    EffectiveDimension: float[]
    /// ((1/N) ‖(I−H)y‖²) / ((1/N) tr(I−H))², H = K G.
    Gcv: float[]
    /// log N(y; 0, K + λI).
    LogLikelihood: float[]
}

/// What one eigendecomposition says about every ridge at once, at two matrix products of N × N × ridges. Mathematics: with
/// w = Qᵀy and D = 1/(Λ+λ), G = Q D Qᵀ, so α = Q(w∘D) and diag G = (Q∘Q) D; and (I − H) y = λα, so that
/// λ cancels in the generalised cross-validation score (Golub, Heath, Wahba 1979).
[<RequireQualifiedAccess>]
module RidgePath =

    /// Rows of Q squared at a time.
    let private block = 1024L

    let private inverseDiagonal (q: torch.Tensor) (d: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let n = q.shape[0]

        let parts = [|
            for start in 0L .. block .. n - 1L -> q.narrow(0L, start, min block (n - start)).square().mm d
        |]

        (torch.cat (parts, 0L)).MoveToOuterDisposeScope()

    let column (p: int) (m: Matrix<float>) : float[] = Array.init m.Rows (fun i -> m[i, p])

    let private ofOutput
        (ridges: float[])
        inverse
        (trace: float[])
        dimension
        logDeterminant
        quadratic
        (alpha: Matrix<float>)
        : RidgePath =
        let n = float alpha.Rows

        {
            Ridges = ridges
            Coefficients = alpha
            InverseDiagonal = inverse
            EffectiveDimension = dimension
            Gcv =
                trace
                |> Array.mapi (fun p trace ->
                    column p alpha |> Array.averageBy (fun a -> (a * n / trace) ** 2.0))
            LogLikelihood =
                Array.map2
                    (fun fit log -> -0.5 * (fit + log + n * Math.Log(2.0 * Math.PI)))
                    quadratic
                    logDeterminant
        }

    /// One path for each column of the targets, N × outputs; what does not depend on targets is computed once and shared. The
    /// ridges must leave every Λ + λ positive.
    let ofOutputs (spectrum: Spectrum) (targets: Matrix<float>) (ridges: float[]) : RidgePath[] =
        if targets.Rows <> spectrum.Rows then
            invalidArg (nameof targets) $"%d{targets.Rows} targets for %d{spectrum.Rows} rows"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let values = Spectrum.values spectrum
        let w = q.t().mm(Tensors.ofMatrix64 targets)
        let shifted = (Tensors.ofArray64 values).unsqueeze 1L + (Tensors.ofArray64 ridges).unsqueeze 0L
        let d = shifted.reciprocal ()
        let inverse = inverseDiagonal q d |> Tensors.toMatrix64
        let trace = d.sum 0L |> Tensors.toArray64
        let dimension = (Tensors.ofArray64 values).unsqueeze(0L).mm d |> Tensors.toArray64
        let logDeterminant = shifted.log().sum 0L |> Tensors.toArray64

        Array.init targets.Columns (fun k ->
            use _ = torch.NewDisposeScope()
            let w = w.narrow (1L, int64 k, 1L)
            let quadratic = (w.square () * d).sum 0L |> Tensors.toArray64
            let alpha = q.mm (w * d) |> Tensors.toMatrix64
            ofOutput ridges inverse trace dimension logDeterminant quadratic alpha)

    /// The path of one output.
    let along (spectrum: Spectrum) (targets: float[]) (ridges: float[]) : RidgePath =
        ofOutputs spectrum (Matrix.create targets.Length 1 targets) ridges |> Array.exactlyOne

    /// y − f on the training rows, for one ridge: λα.
    let residuals (p: int) (path: RidgePath) : float[] =
        column p path.Coefficients |> Array.map (fun a -> path.Ridges[p] * a)

    /// What each row's residual would be, had the row been left out of the fit: αᵢ / Gᵢᵢ, exactly.
    let leaveOneOut (p: int) (path: RidgePath) : float[] =
        Array.map2 (/) (column p path.Coefficients) (column p path.InverseDiagonal)
