namespace NtkPipeline.Core

open System.Globalization

/// A selection as CSV: a line a candidate, best first.
[<RequireQualifiedAccess>]
module SelectionTable =

    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)
    let private optional (x: float option) = x |> Option.map number |> Option.defaultValue ""
    let private quoted (text: string) = "\"" + text.Replace("\"", "\"\"") + "\""

    let private header =
        "rank,network,kind,relative_ridge,time,chosen_by,score,effective_dimension,train_accuracy,loo_error,loo_accuracy,loo_is_estimate,gcv,log_likelihood,cv_error,cv_accuracy"

    /// How every such table begins.
    let beginning: string = header

    /// Accuracies and likelihoods in their own sign; errors as they are.
    let score (choice: RidgeChoice) (candidate: Candidate) : float = RidgeChoice.sign choice * candidate.Score

    /// "ridge 0.1 × mean diagonal", "time 10 × N/Λ_max".
    let regularisation (candidate: Candidate) : string =
        match candidate.Regularisation with
        | Regularisation.Ridge relative -> $"ridge %.3g{relative} × mean diagonal"
        | Regularisation.Time units -> $"time %.3g{units} × N/Λ_max"

    /// Columns that a candidate has no number for are empty.
    let csv (choice: RidgeChoice) (selection: Selection) : string =
        let line rank (candidate: Candidate) =
            let ridge, time =
                match candidate.Regularisation with
                | Regularisation.Ridge relative -> Some relative, None
                | Regularisation.Time units -> None, Some units

            String.concat "," [
                string (rank + 1)
                quoted (NetworkText.print candidate.Network)
                KernelKind.print candidate.Kind
                optional ridge
                optional time
                RidgeChoice.print choice
                number (score choice candidate)
                number candidate.EffectiveDimension
                optional candidate.TrainAccuracy
                optional candidate.LooError
                optional candidate.LooAccuracy
                (if candidate.IsLooEstimate then "true" else "false")
                optional candidate.Gcv
                optional candidate.LogLikelihood
                optional candidate.CvError
                optional candidate.CvAccuracy
            ]

        Seq.append [ header ] (selection.Candidates |> Seq.mapi line)
        |> String.concat "\n"
        |> fun text -> text + "\n"
