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

    /// "4.8e9 pairs of tokens a kernel, about 9 minutes of one core for all of them".
    let print (price: SequencePrice) : string =
        let time =
            if price.Seconds < 1.0 then "less than a second"
            elif price.Seconds < 120.0 then $"about %.0f{price.Seconds} seconds"
            elif price.Seconds < 7200.0 then $"about %.0f{price.Seconds / 60.0} minutes"
            else $"about %.1f{price.Seconds / 3600.0} hours"

        $"%.2g{price.Pairs} pairs of tokens a kernel, %s{time} of one core for all kernels"
