namespace NtkPipeline.Core

/// What is expected of where optimisers end.
[<RequireQualifiedAccess>]
module BiasClaims =

    let private power (x: float) = $"%.2f{x}".Replace('-', '−')
    let number (x: float) : string = $"%.3g{x}".Replace('-', '−')

    let band (value: Difference) : string =
        $"%s{number value.Value} (95%% band %s{number value.Lower} to %s{number value.Upper})"

    /// `judge` says of what, in the setting's words.
    let private claimOf
        name
        (judge: BiasEvidence -> (string * bool option * string)[])
        : Claim<BiasEvidence> = {
        Name = name
        Judge =
            fun evidence ->
                judge evidence
                |> Array.map (fun (subject, holds, words) -> {
                    Claim = name
                    Setting = $"%s{subject}, %s{evidence.Budget}"
                    Holds = holds
                    Evidence = words
                })
    }

    let private claim name (judge: BiasEvidence -> (OptimiserKind * bool option * string)[]) =
        claimOf name (judge >> Array.map (fun (kind, holds, words) -> OptimiserKind.print kind, holds, words))

    let private leastNorm =
        claim
            "Steps that are linear in the gradients end at the kernel's solution of least norm"
            (fun evidence ->
                evidence.Falls
                |> Array.filter (fun fall -> OptimiserKind.isLinear fall.Kind)
                |> Array.map (fun fall ->
                    match fall.Fit, fall.OwnWidest with
                    | None, _
                    | _, [||] ->
                        fall.Kind,
                        None,
                        $"Over %s{VerdictWords.networks fall.Runs} no power law can be fitted: it takes two widths and three networks that fitted their rows (a loss below 0.01), some of them of the widest."
                    | Some fit, own ->
                        let isNear = Array.forall (fun distance -> distance < evidence.Near) own
                        let isFar = Array.forall (fun distance -> distance >= evidence.Near) own

                        let holds =
                            if fit.Upper < 0.0 && isNear then Some true
                            elif fit.Lower >= 0.0 || isFar then Some false
                            else None

                        fall.Kind,
                        holds,
                        $"At m = %d{evidence.Widest} %s{OptimiserKind.print fall.Kind} ends %s{VerdictWords.percent (Array.average own)} of its size from the solution of least norm of the network's own first kernel (near is below %s{VerdictWords.percent evidence.Near}), and %s{VerdictWords.percent (Array.average fall.Widest)} from that of the infinite width, a distance that goes as m^%s{power fit.Slope} (95%% band %s{power fit.Lower} to %s{power fit.Upper}) over %s{VerdictWords.networks fall.Runs}."))

    let private elsewhere =
        claim "Adam and sign descent end elsewhere" (fun evidence ->
            evidence.Falls
            |> Array.filter (fun fall -> not (OptimiserKind.isLinear fall.Kind))
            |> Array.map (fun fall ->
                match fall.Excess with
                | None ->
                    fall.Kind,
                    None,
                    "No network of this optimiser and of one with linear steps had fitted its rows (a loss below 0.01) at the widest."
                | Some excess ->
                    fall.Kind,
                    Difference.isPositive excess,
                    $"%s{OptimiserKind.words fall.Kind} ends %s{VerdictWords.percent (Array.average fall.OwnWidest)} of its size from the solution of least norm of the network's own first kernel at m = %d{evidence.Widest}, which is %s{VerdictWords.points excess} further than the nearest optimiser with linear steps."))

    /// The least correlation that counts as one, and how far an exponent may lie from −1.
    let private close, private around = 0.9, 0.25

    let private stopping =
        claim "Training stopped early goes along the ridge's path, λ ∝ 1/t" (fun evidence ->
            evidence.Stoppings
            |> Array.map (fun stopping ->
                let worst = stopping.Stops |> Array.truncate (max 1 stopping.Undecided) |> Array.maxBy _.Gap

                match stopping.Correlation with
                | None ->
                    stopping.Kind,
                    None,
                    "Fewer than three times were followed before everything was learnt."
                | Some correlation ->
                    let holds =
                        match stopping.Fit with
                        | Some fit when fit.Upper < -1.0 - around || fit.Lower > -1.0 + around -> Some false
                        | _ when correlation.Upper < close -> Some false
                        | Some fit when
                            correlation.Lower >= close
                            && fit.Lower >= -1.0 - around
                            && fit.Upper <= -1.0 + around
                            ->
                            Some true
                        | Some _
                        | None -> None

                    let law =
                        match stopping.Fit with
                        | Some fit ->
                            $"; the nearest λ goes as t^%s{power fit.Slope} (95%% band %s{power fit.Lower} to %s{power fit.Upper}), where the filters of flow and ridge have −1 (%g{around} around it counts)"
                        | None -> ""

                    stopping.Kind,
                    holds,
                    $"""Over %s{VerdictWords.count "time" stopping.Undecided} at which there is more to learn, at m = %d{evidence.Widest}, the logarithms of the nearest λ and of N/(ηt) correlate by %s{band correlation}%s{law}. The nearest regression is at worst %s{VerdictWords.percent worst.Gap} of f's size away, after %s{VerdictWords.count "step" worst.Step}."""))

    let private ownKernel =
        claimOf "Adam and sign descent begin as their own kernel says, not as Θ̂ does" (fun evidence ->
            evidence.Predictions
            |> Array.filter (fun prediction -> not (OptimiserKind.isLinear prediction.Kind))
            |> Array.map (fun prediction ->
                let batch = if prediction.IsSingle then "single rows" else "full batches"
                let subject = $"%s{OptimiserKind.print prediction.Kind} on %s{batch}"

                match prediction.Gain with
                | None -> subject, None, "No network took its first steps."
                | Some gain ->
                    let own, tangent = Array.last prediction.Own, Array.last prediction.Tangent

                    subject,
                    Difference.isPositive gain,
                    $"""After %s{VerdictWords.count "step" (Array.last prediction.Steps)} on %s{batch} at m = %d{evidence.Widest}, the change of f is off by %s{VerdictWords.percent own} of its size from what the optimiser's own rule does to the linearised network, and by %s{VerdictWords.percent tangent} from Θ̂₀'s direction, stretched as fits best: %s{VerdictWords.points gain} more."""))

    let private turns =
        claim "On the cross-entropy, training turns towards the kernel's greatest margin" (fun evidence ->
            evidence.Turns
            |> Array.map (fun turn ->
                match turn.Turned, evidence.NoMargin with
                | None, Some reason -> turn.Kind, None, $"No greatest margin was found: %s{reason}."
                | None, None -> turn.Kind, None, "No network was trained to the end."
                | Some turned, _ ->
                    let last = Array.last turn.Angles

                    let angle =
                        last.ToMargin |> Option.map (fun a -> $"%.1f{a}°") |> Option.defaultValue "unknown"

                    turn.Kind,
                    Difference.isPositive turned,
                    $"From step %d{turn.From} to step %d{turn.To} the angle between f and the function of the greatest margin shrinks by %s{band turned} degrees, to %s{angle}."))

    let claims: Claim<BiasEvidence> list = [ leastNorm; elsewhere; stopping; ownKernel; turns ]
