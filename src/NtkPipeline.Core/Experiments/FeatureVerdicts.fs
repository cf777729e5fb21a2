namespace NtkPipeline.Core

/// What is claimed of feature learning, and what it adds to the report's answer.
[<RequireQualifiedAccess>]
module FeatureVerdicts =

    let chosen (evidence: FeatureEvidence) : NetworkTrial option =
        evidence.Choice.Chosen |> Option.map (fun k -> evidence.Choice.Trials[k])

    /// "m = 256, ‖x‖ = 1, rate 1, α = 0.3": what was chosen among.
    let traits (spec: RunSpec) : string =
        [ Axis.width; Axis.inputScale; Axis.outputScale; Axis.rate ]
        |> List.map (fun axis -> axis.Show(axis.Of spec))
        |> String.concat ", "

    let private stopped (trial: NetworkTrial) =
        match trial.Epoch with
        | Some epoch when epoch = trial.Errors.Length - 1 && epoch > 1 ->
            $"stopped after %s{VerdictWords.epochs epoch}, the last that was tried"
        | Some epoch -> $"stopped after %s{VerdictWords.epochs epoch}"
        | None -> "never stopped"

    let private setting (evidence: FeatureEvidence) =
        let network =
            match chosen evidence with
            | Some trial -> $"networks %s{traits trial.Spec}, %s{stopped trial}"
            | None -> "no network"

        $"kernel %s{evidence.Kernel.Name}, λ = %.3g{evidence.Kernel.RelativeRidge} × mean diagonal; %s{network}; both chosen on %d{evidence.FittedRows} fitted rows by inner folds"

    let private noContest =
        "Every network that was tried diverged, so there is none to hold against the kernel."

    let private share = VerdictWords.percent

    let private isLazy (evidence: FeatureEvidence) (contest: Contest) =
        contest.DeltaTheta |> Option.exists (fun move -> move < evidence.LazyThreshold)

    let private p (p: float) = if p < 0.001 then "p < 0.001" else $"p = %.2g{p}"

    let private moved (contest: Contest) =
        match contest.DeltaTheta with
        | Some move -> $"their tangent kernel moved by ΔΘ = %s{share move}"
        | None -> "how far their tangent kernel moved is not known"

    let private numbers (evidence: FeatureEvidence) (contest: Contest) =
        let who =
            if contest.Members = 1 then
                "The tuned network classifies"
            else
                $"The mean output of %d{contest.Members} tuned networks classifies"

        $"%s{who} %s{share contest.Ensemble} of %s{VerdictWords.tweets evidence.ValidationRows} rightly, the tuned kernel %s{share contest.Kernel}: a difference of %s{VerdictWords.points contest.Difference}. They disagree on %d{contest.Discordance.OnlyFirst + contest.Discordance.OnlySecond}, of which the networks have %d{contest.Discordance.OnlyFirst} right (McNemar's exact %s{p contest.P})."

    /// What it would take to see a difference of the margin.
    let private needed (evidence: FeatureEvidence) (contest: Contest) =
        match McNemar.rowsToShow evidence.Margin contest.Discordance with
        | Some rows when evidence.Margin > 0.0 ->
            $"A true difference of %.1f{100.0 * evidence.Margin} points would take about %d{rows} validation tweets to show four times out of five."
        | Some _
        | None -> ""

    let private helps: Claim<FeatureEvidence> =
        let name = "Tuned networks, which learn features, classify better than the tuned kernel"

        let judge (evidence: FeatureEvidence) =
            let holds, words =
                match evidence.Contest with
                | None -> None, noContest
                | Some contest ->
                    let kernels = VerdictWords.count "kernel" evidence.Kernels.Length

                    let tries =
                        $"%s{kernels} and %d{evidence.Choice.Tries} pairs of a network and an epoch were tried, none of them on these tweets."

                    match Difference.isPositive contest.Difference with
                    | Some true when isLazy evidence contest ->
                        None,
                        VerdictWords.join [
                            numbers evidence contest
                            $"But %s{moved contest}: they are lazy, and it is not features that they gain by."
                            tries
                        ]
                    | holds ->
                        holds,
                        VerdictWords.join [
                            numbers evidence contest
                            $"In training %s{moved contest}."
                            tries
                            if holds.IsNone then
                                needed evidence contest
                        ]

            { Claim = name; Setting = setting evidence; Holds = holds; Evidence = words }

        { Name = name; Judge = judge >> Array.singleton }

    /// Some true where not even the band's end gains more than the margin, some false where all of it does.
    let isEnough (evidence: FeatureEvidence) (contest: Contest) : bool option =
        if contest.Difference.Upper <= evidence.Margin then Some true
        elif contest.Difference.Lower > evidence.Margin then Some false
        else None

    let private enough: Claim<FeatureEvidence> =
        let name = "A fixed kernel is enough: no tuned network gains more than the margin"

        let judge (evidence: FeatureEvidence) =
            let holds, words =
                match evidence.Contest with
                | None -> None, noContest
                | Some contest ->
                    let upTo = VerdictWords.signed contest.Difference.Upper

                    isEnough evidence contest,
                    VerdictWords.join [
                        $"What networks gain is %s{VerdictWords.points contest.Difference}; the margin is %s{VerdictWords.signed evidence.Margin} points, and the band reaches to %s{upTo}."
                        if (isEnough evidence contest).IsNone then
                            needed evidence contest
                    ]

            { Claim = name; Setting = setting evidence; Holds = holds; Evidence = words }

        { Name = name; Judge = judge >> Array.singleton }

    let private afterKernel: Claim<FeatureEvidence> =
        let name = "The tangent kernel after training classifies better than the one before it"

        let judge (evidence: FeatureEvidence) =
            let rows = evidence.Tangents |> Array.tryHead |> Option.map _.Rows |> Option.defaultValue 0

            let holds, words =
                match evidence.AfterLessBefore with
                | None ->
                    let why =
                        evidence.Tangents
                        |> Array.tryPick _.Refusal
                        |> Option.defaultValue "there is no trained network"

                    None, $"No network has both kernels: %s{why}."
                | Some difference ->
                    Difference.isPositive difference,
                    $"Regression with Θ̂ after training, its ridge by leave-one-out, differs from that with Θ̂ before it by %s{VerdictWords.points difference} on %s{VerdictWords.tweets evidence.ValidationRows}. The kernel after training has seen the labels of the fitted rows, not of these."

            {
                Claim = name
                Setting = $"%d{rows} of %d{evidence.FittedRows} fitted rows; %s{setting evidence}"
                Holds = holds
                Evidence = words
            }

        { Name = name; Judge = judge >> Array.singleton }

    let claims: Claim<FeatureEvidence> list = [ helps; enough; afterKernel ]

    /// Is the fixed kernel enough, does feature learning help, by how many points; and where that cannot be told, what would tell it.
    let answer (evidence: FeatureEvidence) : string list =
        match evidence.Contest with
        | None -> []
        | Some contest ->
            let difference = VerdictWords.points contest.Difference
            let rows = VerdictWords.tweets evidence.ValidationRows

            let first =
                match Difference.isPositive contest.Difference with
                | Some true when isLazy evidence contest ->
                    $"Tuned networks beat the tuned kernel by %s{difference} on %s{rows}, but hardly move their own kernel: it is not by features."
                | Some true ->
                    $"Feature learning helps: tuned networks beat the tuned kernel by %s{difference} on %s{rows}."
                | Some false ->
                    $"Feature learning does not help: tuned networks stand at %s{difference} against the tuned kernel on %s{rows}."
                | None when isLazy evidence contest ->
                    $"No gain by feature learning is shown: the networks that inner folds chose hardly move their kernel, and stand at %s{difference} against the tuned kernel on %s{rows}."
                | None when isEnough evidence contest = Some true ->
                    $"Feature learning brings nothing that shows: tuned networks stand at %s{difference} against the tuned kernel on %s{rows}."
                | None ->
                    $"Whether feature learning helps cannot be told from %s{rows}: tuned networks stand at %s{difference} against the tuned kernel."

            let margin = VerdictWords.signed evidence.Margin

            let opening =
                match isEnough evidence contest, Difference.isPositive contest.Difference with
                | Some true, _ when isLazy evidence contest ->
                    "Nothing more than the fixed kernel is shown to be needed, but feature learning was hardly put to the test."
                | Some true, _ ->
                    $"Yes, the fixed kernel is enough: tuned networks gain no more than %s{margin} points on it."
                | Some false, _ -> "No, the fixed kernel is not enough here."
                | None, Some _ ->
                    $"The fixed kernel is not the best here; whether networks gain more than %s{margin} points on it cannot be told."
                | None, None -> "These numbers cannot tell whether the fixed kernel is enough."

            let last =
                if (isEnough evidence contest).IsNone && contest.Difference.Lower <= 0.0 then
                    needed evidence contest
                else
                    ""

            [ opening; first; last ] |> List.filter ((<>) "")
