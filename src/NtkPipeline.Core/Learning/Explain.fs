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

/// A training row whose label the others contradict.
type Suspect = {
    Row: int
    Target: float
    /// f at the row, fitted on all others.
    LeftOut: float
}

/// What a kernel regression's predictions rest on.
[<RequireQualifiedAccess>]
module Explain =

    /// The training rows that carry a prediction most, greatest contribution first. `cross` holds K(x, xᵢ). Leaving row i out moves
    /// α by G eᵢ αᵢ/Gᵢᵢ, exactly, with G = (K + λI)⁻¹; `p` names the path's ridge.
    let carriers (spectrum: Spectrum) (path: RidgePath) (p: int) (most: int) (cross: float[]) : Carrier[] =
        if cross.Length <> spectrum.Rows then
            invalidArg (nameof cross) $"%d{cross.Length} kernel values for %d{spectrum.Rows} training rows"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let d = (Tensors.ofArray64 (Spectrum.values spectrum) + torch.tensor path.Ridges[p]).reciprocal()
        let reach = q.mv (q.t().mv(Tensors.ofArray64 cross) * d) |> Tensors.toArray64

        Array.init cross.Length (fun i -> {
            Row = i
            Contribution = path.Coefficients[i, p] * cross[i]
            EffectOfLeavingOut = reach[i] * path.Coefficients[i, p] / path.InverseDiagonal[i, p]
        })
        |> Array.sortBy (fun carrier -> -abs carrier.Contribution, carrier.Row)
        |> Array.truncate most

    /// The training rows whose label lies on the other side of 0 than all others predict, clearest first.
    let suspects (leftOut: float[]) (labels: float[]) (most: int) : Suspect[] =
        Array.map2 (fun f label -> f, label) leftOut labels
        |> Array.mapi (fun i (f, label) -> { Row = i; Target = label; LeftOut = f })
        |> Array.filter (fun suspect -> suspect.Target * suspect.LeftOut < 0.0)
        |> Array.sortBy (fun suspect -> suspect.Target * suspect.LeftOut, suspect.Row)
        |> Array.truncate most
