namespace NtkPipeline.Core

/// The tables and numbers of where optimisers end.
[<RequireQualifiedAccess>]
module BiasTables =

    let private three (x: float) = NumberCell($"%.3g{x}".Replace('-', '−'))
    let private maybe (x: float option) = x |> Option.map three |> Option.defaultValue (TextCell "none")
    let private share (x: float) = NumberCell(VerdictWords.percent x)
    let private shareOf (x: float option) = x |> Option.map share |> Option.defaultValue (TextCell "none")
    let private words kind = TextCell(OptimiserKind.words kind)

    let private ends (evidence: BiasEvidence) : ChapterTable = {
        Title = "Ends of training on the squared error"
        Headings = [
            TextCell "optimiser"
            NumberCell "m"
            NumberCell "networks"
            NumberCell "from the kernel's solution"
            NumberCell "from their own"
            NumberCell "in the kernel's norm"
            NumberCell "‖θ − θ₀‖ over the least"
            NumberCell "training loss"
            NumberCell "accuracy"
        ]
        Rows = [
            for e in evidence.Ends do
                [
                    words e.Kind
                    NumberCell(string e.Width)
                    NumberCell $"%d{e.Sound} of %d{e.Networks}"
                    shareOf (BiasMeasures.mean e.Distances)
                    shareOf (BiasMeasures.mean e.OwnDistances)
                    shareOf (BiasMeasures.mean e.NormDistances)
                    maybe e.Travel
                    maybe e.TrainLoss
                    shareOf e.Accuracy
                ]
        ]
        Notes = [
            "Distances are rms(f − f*)/rms(f*) on the validation rows: to the ridgeless infinite-width kernel's f*, and to that of each network's own kernel at its first weights. In the norm of the infinite-width kernel it is ‖Pf − f*‖/‖f*‖, Pf being the function of least norm that agrees with f on the rows fitted: what is left to fit there, weighed by what it costs. ‖θ − θ₀‖ is 1 where no parameter moved more than the linearised network needs to fit every row."
        ]
    }

    let private stops (evidence: BiasEvidence) (stopping: BiasStopping) : ChapterTable = {
        Title =
            $"%s{OptimiserKind.words stopping.Kind}, stopped early, beside ridge regression (m = %d{evidence.Widest})"
        Headings = [
            NumberCell "steps"
            NumberCell "time"
            NumberCell "nearest λ"
            NumberCell "N/(ηt)"
            NumberCell "ratio"
            NumberCell "distance left"
        ]
        Rows = [
            for stop in stopping.Stops do
                [
                    NumberCell(string stop.Step)
                    three stop.Time
                    three stop.Ridge
                    three stop.Theory
                    three (stop.Ridge / stop.Theory)
                    share stop.Gap
                ]
        ]
        Notes = [
            "λ over the mean diagonal; time in steps of plain descent. The distance is rms(f_t − f_λ)/rms(f_t) on the validation rows, f_λ by the infinite-width kernel, so that what parts the network's own kernel from it is left; once N/(ηt) is below the smallest eigenvalue, both have learnt all that there is."
        ]
    }

    let private predictions (evidence: BiasEvidence) : ChapterTable = {
        Title = $"First steps beside what is predicted of them (m = %d{evidence.Widest})"
        Headings = [
            TextCell "optimiser"
            TextCell "rows a step"
            NumberCell "steps"
            NumberCell "error of its own kernel"
            NumberCell "error of Θ̂₀"
        ]
        Rows = [
            for prediction in evidence.Predictions do
                for k, step in Seq.indexed prediction.Steps do
                    [
                        words prediction.Kind
                        TextCell(if prediction.IsSingle then "one" else "all")
                        NumberCell(string step)
                        share prediction.Own[k]
                        share prediction.Tangent[k]
                    ]
        ]
        Notes = [
            "The own kernel's prediction is what the optimiser's rule does to the network linearised at θ₀; on single rows sign descent's is Malladi et al. 2023's sign kernel. Θ̂₀'s is stretched by the factor that fits best, so that only its direction can be wrong."
        ]
    }

    let private turns (evidence: BiasEvidence) : ChapterTable = {
        Title = $"Training on the cross-entropy (m = %d{evidence.Widest})"
        Headings = [
            TextCell "optimiser"
            NumberCell "steps"
            NumberCell "degrees from the greatest margin"
            NumberCell "from the least norm"
            NumberCell "from the kernel's own path"
            NumberCell "share of the greatest margin"
        ]
        Rows = [
            for turn in evidence.Turns do
                for angle in turn.Angles do
                    [
                        words turn.Kind
                        NumberCell(string angle.Step)
                        maybe angle.ToMargin
                        three angle.ToLeastNorm
                        maybe angle.ToKernel
                        maybe angle.MarginShare
                    ]
        ]
        Notes = [
            "The margin of a network is min y f/‖θ − θ₀‖ over the rows fitted; below 0 where a row is on the wrong side, above 1 where its kernel has moved to one of a greater margin. Where every row stands at the greatest margin, it is the solution of least norm. For SGD the kernel's path is that of full batches."
        ]
    }

    let all (evidence: BiasEvidence) : ChapterTable list = [
        ends evidence
        for stopping in evidence.Stoppings do
            stops evidence stopping
        if evidence.Predictions.Length > 0 then
            predictions evidence
        if evidence.Turns.Length > 0 then
            turns evidence
    ]

    /// Every number, for results.csv.
    let findings (evidence: BiasEvidence) : Finding[] = [|
        let number metric (value: float option) =
            match value with
            | Some value -> Finding.create metric value
            | None -> Finding.missing metric "no network was trained to the end, or its kernel is singular"

        for e in evidence.Ends do
            let at name = $"%s{name}-%s{OptimiserKind.print e.Kind}-m=%d{e.Width}"
            number (at "distance") (BiasMeasures.mean e.Distances)
            number (at "own-distance") (BiasMeasures.mean e.OwnDistances)
            number (at "norm-distance") (BiasMeasures.mean e.NormDistances)
            number (at "travel") e.Travel
            number (at "train-loss") e.TrainLoss
            number (at "accuracy") e.Accuracy

        for fall in evidence.Falls do
            let kind = OptimiserKind.print fall.Kind
            yield! Finding.ofFit $"distance-exponent-%s{kind}" fall.Fit

            if not (OptimiserKind.isLinear fall.Kind) then
                yield! Finding.ofDifference $"excess-%s{kind}" "no networks to compare" fall.Excess

        for stopping in evidence.Stoppings do
            let kind = OptimiserKind.print stopping.Kind
            yield! Finding.ofDifference $"ridge-correlation-%s{kind}" "no network ended" stopping.Correlation
            yield! Finding.ofFit $"ridge-exponent-%s{kind}" stopping.Fit

            for stop in stopping.Stops do
                Finding.create $"ridge-%s{kind}-step=%d{stop.Step}" stop.Ridge
                Finding.create $"ridge-gap-%s{kind}-step=%d{stop.Step}" stop.Gap

        for p in evidence.Predictions do
            let kind = OptimiserKind.print p.Kind + (if p.IsSingle then "-single" else "")
            yield! Finding.ofDifference $"own-kernel-gain-%s{kind}" "no network took its first steps" p.Gain

            for k, step in Seq.indexed p.Steps do
                Finding.create $"own-kernel-error-%s{kind}-step=%d{step}" p.Own[k]
                Finding.create $"tangent-kernel-error-%s{kind}-step=%d{step}" p.Tangent[k]

        for turn in evidence.Turns do
            let kind = OptimiserKind.print turn.Kind
            yield! Finding.ofDifference $"turned-%s{kind}" "no greatest margin, or no network" turn.Turned

            match Array.tryLast turn.Angles with
            | None -> ()
            | Some last ->
                number $"angle-to-margin-%s{kind}" last.ToMargin
                number $"angle-to-least-norm-%s{kind}" (Some last.ToLeastNorm)
                number $"margin-share-%s{kind}" last.MarginShare
    |]
