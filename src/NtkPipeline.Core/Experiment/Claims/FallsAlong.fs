namespace NtkPipeline.Core

/// A claim that a quantity falls along an axis as a power: it holds where the exponent's whole band lies below 0.
[<RequireQualifiedAccess>]
module FallsAlong =

    /// `law`: "ΔΘ ∝ α"; `theory`: a sentence with the exponent that is expected and its source.
    let judge
        (claim: string)
        (setting: string)
        (law: string)
        (theory: string)
        (runs: int, fit: PowerFit option)
        : Verdict =
        let power (x: float) = $"%.2f{x}".Replace('-', '−')

        let words (fit: PowerFit) =
            $"%s{law}^%s{power fit.Slope} (95%% band %s{power fit.Lower} to %s{power fit.Upper})"

        let holds, evidence =
            match fit with
            | None -> None, "no power law can be fitted: it takes two places and three networks that ended"
            | Some fit when fit.Upper < 0.0 -> Some true, words fit
            | Some fit when fit.Lower >= 0.0 -> Some false, $"%s{words fit}, which does not fall"
            | Some fit -> None, $"%s{words fit}, which may be flat"

        {
            Claim = claim
            Setting = setting
            Holds = holds
            Evidence = $"Over %s{VerdictWords.networks runs}, %s{evidence}. %s{theory}"
        }
