namespace NtkPipeline.Core

/// What kernels of texts cost, counted before they are computed.
type SequencePrice = {
    /// Fitted texts.
    Rows: int
    /// Pairs of tokens that meet in one kernel.
    Pairs: float
    /// Seconds of one core for the kernels of all models.
    Seconds: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module SequencePrice =

    /// Of the fitted texts with themselves and the validation texts with them, for each of these networks.
    let count (networks: Network list) (tokens: TokenVectors) (split: Split) : SequencePrice =
        let lengths = TokenVectors.lengths tokens
        let pick rows = rows |> Array.map (fun row -> lengths[row])
        let fitted, kept = pick split.Train, pick split.Validation

        let cost network x z = SequenceCost.create network KernelKind.Ntk tokens.Vectors.Columns x z 1 1 1 0.0

        let both network = [ cost network fitted None; cost network kept (Some fitted) ]

        {
            Rows = fitted.Length
            Pairs = SequenceCost.pairs fitted None + SequenceCost.pairs kept (Some fitted)
            Seconds = networks |> List.collect both |> List.sumBy SequenceCost.seconds
        }

    /// Of one network's kernels between texts of these lengths, each so many times.
    let ofPairs (network: Network) (columns: int) (rows: int) (kernels: (int[] * int[] option * float) list) =
        let cost (x, z, times) =
            let cost = SequenceCost.create network KernelKind.Ntk columns x z 1 1 1 0.0
            times * cost.Pairs, times * SequenceCost.seconds cost

        let pairs, seconds = kernels |> List.map cost |> List.unzip

        { Rows = rows; Pairs = List.sum pairs; Seconds = List.sum seconds }

    let private time (price: SequencePrice) =
        if price.Seconds < 1.0 then "less than a second"
        elif price.Seconds < 120.0 then $"about %.0f{price.Seconds} seconds"
        elif price.Seconds < 7200.0 then $"about %.0f{price.Seconds / 60.0} minutes"
        else $"about %.1f{price.Seconds / 3600.0} hours"

    /// "4.8e9 pairs of tokens, about 2 minutes of one core".
    let words (price: SequencePrice) : string =
        $"%.2g{price.Pairs} pairs of tokens, %s{time price} of one core"

    /// "4.8e9 pairs of tokens a kernel, about 9 minutes of one core for all kernels".
    let print (price: SequencePrice) : string =
        $"%.2g{price.Pairs} pairs of tokens a kernel, %s{time price} of one core for all kernels"
