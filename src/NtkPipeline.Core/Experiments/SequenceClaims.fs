namespace NtkPipeline.Core

/// What is claimed of kernels of texts, and what they add to the report's answer.
[<RequireQualifiedAccess>]
module SequenceClaims =

    /// Whether the one is better: both the fitted tweets, left out one at a time, and the validation tweets must say so by squared error.
    let isBetter (gap: SequenceGap) : bool option =
        match Difference.isPositive gap.LooError, Difference.isPositive gap.ValidationError with
        | Some true, Some true -> Some true
        | Some false, Some false -> Some false
        | _ -> None

    let title (evidence: SequenceEvidence) (id: string) : string =
        evidence.Kernels
        |> Array.tryFind (fun scores -> scores.Id = id)
        |> Option.map _.Title
        |> Option.defaultValue id

    let private setting (evidence: SequenceEvidence) =
        $"%s{evidence.Source}, d = %d{evidence.Columns}; tangent kernels of infinitely wide networks, each with its best ridge by leave-one-out; %d{evidence.FittedRows} of %d{evidence.AllRows} fitted tweets, %s{VerdictWords.tweets evidence.ValidationRows}"

    /// What the two bands say together where they do not agree.
    let private tie (evidence: SequenceEvidence) (gap: SequenceGap) =
        let isTie = Difference.isTie evidence.Margin

        match Difference.isPositive gap.LooError, Difference.isPositive gap.ValidationError with
        | None, None when isTie gap.LooError && isTie gap.ValidationError ->
            "Both bands are near 0 and include it: a tie."
        | None, None -> "Both bands include 0, and are too wide for a tie: these tweets cannot tell."
        | Some _, None -> "The validation tweets' band includes 0, so they cannot tell."
        | None, Some _ -> "The band of leave-one-out includes 0, so the fitted tweets cannot tell."
        | Some a, Some b when a <> b -> "The two contradict each other."
        | Some _, Some _ -> ""

    let private differences (gap: SequenceGap) =
        $"by %s{VerdictWords.errors gap.LooError} on fitted tweets left out one at a time, and by %s{VerdictWords.errors gap.ValidationError} on validation tweets; accuracies differ by %s{VerdictWords.points gap.LooAccuracy} and %s{VerdictWords.points gap.ValidationAccuracy}"

    let private order: Claim<SequenceEvidence> =
        let name = "Word order helps the kernel"

        let judge (evidence: SequenceEvidence) =
            let gap = evidence.Order

            let control =
                match isBetter evidence.Control with
                | Some true -> "so the order itself is what it uses"
                | Some false -> "so the order misleads it"
                | None -> "which does not tell that it uses the order"

            {
                Claim = name
                Setting = setting evidence
                Holds = isBetter gap
                Evidence =
                    VerdictWords.join [
                        $"The convolution's squared error lies below that of the order-blind kernel that is better left out one at a time (%s{title evidence gap.Other}) %s{differences gap}."
                        tie evidence gap
                        $"Below its own on the same tweets with their tokens shuffled it lies %s{differences evidence.Control}, %s{control}."
                    ]
            }

        { Name = name; Judge = judge >> Array.singleton }

    let private attention: Claim<SequenceEvidence> =
        let name = "Attention's kernel beats convolution's"

        let judge (evidence: SequenceEvidence) =
            let gap = evidence.Attention

            {
                Claim = name
                Setting = setting evidence
                Holds = isBetter gap
                Evidence =
                    VerdictWords.join [
                        $"Attention's squared error lies below convolution's %s{differences gap}."
                        tie evidence gap
                    ]
            }

        { Name = name; Judge = judge >> Array.singleton }

    /// The widest networks of a model that ended.
    let widest (evidence: SequenceEvidence) (model: SequenceModel) : SequenceNetworkScores option =
        match evidence.Networks |> Array.filter (fun scores -> scores.Id = SequenceModel.id model) with
        | [||] -> None
        | own -> Some(Array.maxBy _.Width own)

    let private networks: Claim<SequenceEvidence> =
        let name = "Finite convolutional networks beat their kernel"

        let judge (evidence: SequenceEvidence) =
            match widest evidence SequenceModel.Convolution with
            | None -> {
                Claim = name
                Setting = setting evidence
                Holds = None
                Evidence =
                    "None were trained to their end (sequence.networks), so there is nothing to compare."
              }
            | Some scores ->
                let verdict = Difference.isPositive scores.ErrorSaved

                {
                    Claim = name
                    Setting =
                        $"m = %d{scores.Width}, %s{VerdictWords.seeds scores.Epochs.Length}; %s{setting evidence}"
                    Holds = verdict
                    Evidence =
                        VerdictWords.join [
                            $"The networks' squared error on the validation tweets lies below that of regression with their kernel by %s{VerdictWords.errors scores.ErrorSaved}; accuracies differ by %s{VerdictWords.points scores.LessKernel}."
                            if Difference.isTie evidence.Margin scores.ErrorSaved then
                                "The band is near 0 and includes it: a tie."
                            $"By the chosen epoch their own kernel had moved by ΔΘ = %s{VerdictWords.percent scores.Movement}; at the start it was %s{VerdictWords.percent scores.InitialError} from the infinitely wide one."
                        ]
                }

        { Name = name; Judge = judge >> Array.singleton }

    let claims: Claim<SequenceEvidence> list = [ order; attention; networks ]

    /// The kernel of the least leave-one-out error.
    let preferred (evidence: SequenceEvidence) : SequenceScores = evidence.Kernels |> Array.minBy _.LooError

    /// Does word order help, and does attention help more?
    let answer (evidence: SequenceEvidence) : string list = [
        let order = evidence.Order

        let said =
            match isBetter order with
            | Some true -> "Word order helps the kernel"
            | Some false -> "Word order harms the kernel"
            | None -> "Word order is not shown to help the kernel"

        $"%s{said} of the tweets' tokens: convolution against %s{title evidence order.Other}, accuracies differ by %s{VerdictWords.points order.ValidationAccuracy} on %s{VerdictWords.tweets evidence.ValidationRows}, squared errors by %s{VerdictWords.errors order.ValidationError}."

        let said =
            match isBetter evidence.Attention with
            | Some true -> "Attention's kernel beats convolution's"
            | Some false -> "Attention's kernel is worse than convolution's"
            | None -> "Between attention's kernel and convolution's it is undecided"

        $"%s{said}: accuracies differ by %s{VerdictWords.points evidence.Attention.ValidationAccuracy}."

        match widest evidence SequenceModel.Convolution with
        | Some scores ->
            let said =
                match Difference.isPositive scores.ErrorSaved with
                | Some true -> "Finite convolutional networks do better than their kernel"
                | Some false -> "Finite convolutional networks do worse than their kernel"
                | None when Difference.isTie evidence.Margin scores.ErrorSaved ->
                    "Finite convolutional networks tie with their kernel"
                | None -> "Whether finite convolutional networks or their kernel do better cannot be told"

            $"%s{said} (m = %d{scores.Width}): accuracies differ by %s{VerdictWords.points scores.LessKernel}."
        | None -> ()
    ]
