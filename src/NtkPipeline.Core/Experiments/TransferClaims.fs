namespace NtkPipeline.Core

/// What is expected of transfer between tasks.
[<RequireQualifiedAccess>]
module TransferClaims =

    let private minus (text: string) = text.Replace('-', '−')
    let rho (x: float) : string = $"%.2f{x}" |> minus

    /// "ρ = 0.72 (95% band 0.60 to 0.81)".
    let banded (band: Banded) : string =
        $"ρ = %s{rho band.Estimate} (95%% band %s{rho band.Least} to %s{rho band.Most})"

    /// "+4.2 points of AUC (95% band +1.0 to +7.1)".
    let area (band: Banded) : string =
        $"%s{VerdictWords.signed band.Estimate} points of AUC (95%% band %s{VerdictWords.signed band.Least} to %s{VerdictWords.signed band.Most})"

    /// "20 tasks, 380 ordered pairs".
    let tasks (evidence: TransferEvidence) : string =
        let count = evidence.Facts.Length
        $"%d{count} keyword tasks, %d{count * (count - 1)} ordered pairs"

    let private setting (evidence: TransferEvidence) =
        $"%s{tasks evidence}, every tweet judged in one of %d{evidence.Folds} folds by models that saw neither it nor a near-copy; bands over tasks"

    let find (foretold: string) (outcome: string) (evidence: TransferEvidence) : TransferCorrelation =
        evidence.Correlations |> Array.find (fun one -> one.Foretold = foretold && one.Outcome = outcome)

    let private none = "Too few tasks are large enough, or no network ended: there is no order to compare."

    let private verdict name evidence (band: Banded option) (words: Banded -> string) = {
        Claim = name
        Setting = setting evidence
        Holds = band |> Option.bind Banded.isPositive
        Evidence =
            match band with
            | None -> none
            | Some band -> words band
    }

    let private claim name (band: TransferEvidence -> Banded option) words : Claim<TransferEvidence> = {
        Name = name
        Judge = fun evidence -> [| verdict name evidence (band evidence) (words evidence) |]
    }

    /// What a band says of a sign.
    let private meaning (above: string) (below: string) (unknown: string) (band: Banded) =
        match Banded.isPositive band with
        | Some true -> above
        | Some false -> below
        | None -> unknown

    let private foretells: Claim<TransferEvidence> =
        claim
            "The kernel foretells which task's network carries over to which other task"
            (fun evidence -> (find "kernel-regression" "transfer" evidence).OverPairs)
            (fun evidence band ->
                let decided = meaning "" ", which is the wrong way round" ", which may be chance" band

                let sources =
                    match (find "kernel-regression" "transfer" evidence).OverSources with
                    | Some sources -> $"Among the sources of one target alone it is %s{banded sources}."
                    | None -> ""

                VerdictWords.join [
                    $"Kernel regression on the source, judged on other tweets of the target than the network, ranks the networks' areas under the ROC curve with %s{banded band}%s{decided}."
                    sources
                ])

    let private labelsTell: Claim<TransferEvidence> =
        claim
            "The alignment of label functions in the kernel's feature space foretells transfer better than the nearness of the texts"
            _.LabelsAgainstTexts
            (fun evidence band ->
                let words name =
                    match (find name "transfer" evidence).OverPairs with
                    | Some band -> banded band
                    | None -> "no order"

                $"""Label-aware alignment: %s{words "label-alignment"}; nearness of texts without labels: %s{words "text-nearness"}. The difference is %s{rho band.Estimate} (95%% band %s{rho band.Least} to %s{rho band.Most})%s{meaning ", in favour of the labels" ", in favour of the texts" ", which does not decide" band}.""")

    let private helps: Claim<TransferEvidence> =
        claim
            "Another task that was learnt first helps a network that has few tweets of a task"
            _.Gain
            (fun evidence band ->
                let decided = meaning "" ", so that it harms" ", which does not decide" band

                let kernel =
                    match evidence.KernelGain with
                    | Some gain -> $"In the kernel's closed form it is %s{area gain}."
                    | None -> ""

                VerdictWords.join [
                    $"Against the few tweets alone, the mean over pairs is %s{area band}%s{decided}."
                    kernel
                ])

    let all: Claim<TransferEvidence> list = [ foretells; labelsTell; helps ]
