namespace NtkPipeline.Core

open TorchSharp

/// A training row's part in one prediction.
type Carrier = {
    /// Counted among the training rows.
    Row: int
    /// αᵢ K(x, xᵢ); these add up to f(x).
    Contribution: float
    /// f(x) less what f(x) would be, had the row been left out of the fit.
    EffectOfLeavingOut: float
}

/// A kernel regression that was fitted, f(x) = Σ αᵢ K(x, xᵢ), as far as its predictions are explained by it.
type FittedKernel = {
    Spectrum: Spectrum
    /// λ.
    Ridge: float
    /// α = (K + λI)⁻¹ y.
    Coefficients: float[]
    /// y − f at each training row, fitted on all the others: αᵢ/Gᵢᵢ, with G = (K + λI)⁻¹.
    LeftOut: float[]
}

/// A training row whose label the others contradict.
type Suspect = {
    Row: int
    Target: float
    /// f at the row, fitted on all others.
    LeftOut: float
}

/// What a kernel regression's predictions rest on.
[<RequireQualifiedAccess>]
module Contributions =

    /// (G k)ᵢ at the rows i that are asked for, for each k: G = Q D Qᵀ is never formed, and Q is read once for all k.
    let private reach (fit: FittedKernel) (crosses: float[][]) (rows: int[][]) =
        use _ = torch.NewDisposeScope()
        let n = fit.Spectrum.Rows
        let q = Tensors.ofMatrix64 fit.Spectrum.Vectors
        let d = (Tensors.ofArray64 (Spectrum.values fit.Spectrum) + torch.tensor fit.Ridge).reciprocal()
        let k = Tensors.ofMatrix64(Matrix.ofRows n crosses).t()
        let turned = q.t().mm(k) * d.unsqueeze 1L

        Array.init crosses.Length (fun c ->
            use _ = torch.NewDisposeScope()
            let chosen = q.index_select (0L, torch.tensor (rows[c] |> Array.map int64))
            chosen.mv (turned.select (1, c)) |> Tensors.toArray64)

    /// The training rows that carry each prediction most, greatest contribution first. Each of `crosses` holds K(x, xᵢ) of one x.
    /// Leaving row i out moves α by G eᵢ αᵢ/Gᵢᵢ, exactly.
    let carriers (fit: FittedKernel) (most: int) (crosses: float[][]) : Carrier[][] =
        for cross in crosses do
            if cross.Length <> fit.Spectrum.Rows then
                invalidArg
                    (nameof crosses)
                    $"%d{cross.Length} kernel values for %d{fit.Spectrum.Rows} training rows"

        let parts = crosses |> Array.map (Array.map2 (*) fit.Coefficients)

        let heaviest =
            parts
            |> Array.map (fun parts ->
                [| 0 .. parts.Length - 1 |]
                |> Array.sortBy (fun row -> -abs parts[row], row)
                |> Array.truncate most)

        reach fit crosses heaviest
        |> Array.mapi (fun c reach ->
            heaviest[c]
            |> Array.mapi (fun k row -> {
                Row = row
                Contribution = parts[c][row]
                EffectOfLeavingOut = reach[k] * fit.LeftOut[row]
            }))

    /// The training rows whose label lies on the other side of 0 than all others predict, clearest first.
    let suspects (leftOut: float[]) (labels: float[]) (most: int) : Suspect[] =
        Array.map2 (fun f label -> f, label) leftOut labels
        |> Array.mapi (fun i (f, label) -> { Row = i; Target = label; LeftOut = f })
        |> Array.filter (fun suspect -> suspect.Target * suspect.LeftOut < 0.0)
        |> Array.sortBy (fun suspect -> suspect.Target * suspect.LeftOut, suspect.Row)
        |> Array.truncate most
