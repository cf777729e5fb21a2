namespace NtkPipeline.Core

/// A sentence of the answer, and the chapter that it is read off.
type AnswerSentence = { Text: string; Chapter: string }

/// The answer to the mission's question in words, computed from the numbers: is the fixed kernel enough for this task, or does feature
/// learning help?
[<RequireQualifiedAccess>]
module Answer =

    let private sample (data: DataFacts) =
        match data.SampledFrom with
        | Some all when all > data.TrainRows -> $", drawn at random of %s{NumberText.count all}"
        | _ -> ""

    let private classes (data: DataFacts) =
        match data.Classes with
        | "0", "1" -> ""
        | negative, positive -> $"; the positive class is '%s{positive}', the other '%s{negative}'"

    /// The data in one clause, which says where it is a synthetic sample.
    let data (data: DataFacts) : string =
        let kind = if data.Synthetic then " (a synthetic sample, written by a program)" else ""

        $"""%s{data.Name}%s{kind}: %s{NumberText.many data.TrainRows "labelled row" "labelled rows"}%s{sample data}, %s{NumberText.count data.FittedRows} of them fitted and %s{NumberText.count data.ValidationRows} kept aside; %s{NumberText.many data.TestRows "row" "rows"} without labels%s{classes data}"""

    let private has (findings: Findings) (widest: Widest) =
        widest.Movement >= findings.Comparison.LazyThreshold

    let private networks (series: WidthSeries) (widest: Widest) =
        $"networks of m = %d{widest.Width} at %s{WidthSeries.short series}"

    let private moves (series: WidthSeries) (widest: Widest) =
        $"moves by %s{NumberText.percent widest.Movement} in %s{SeriesAnswer.epochs series widest}"

    let private gained (findings: Findings) (series: WidthSeries, widest: Widest) = [
        if has findings widest then
            "No, the fixed kernel is not enough here: feature learning helps."
        else
            "No, kernel regression with a tuned ridge is not the best here, yet it is not feature learning that beats it."

        $"The accuracy of %s{networks series widest}, whose tangent kernel %s{moves series widest}, differs from that of kernel regression with its tuned ridge by %s{VerdictWords.points widest.Difference}.%s{SeriesAnswer.beside series widest}"
    ]

    let private enough (findings: Findings) (judged: (WidthSeries * Widest)[]) = [
        $"Yes, the fixed kernel is enough, as far as these networks can tell: the widest are not shown to gain on it, and if they do it is by no more than %s{SeriesAnswer.points findings.Comparison.Margin}."

        let series, widest = judged |> Array.maxBy (fun (_, widest) -> widest.Movement)

        if not (has findings widest) then
            $"None of them moved its kernel by %s{VerdictWords.percent findings.Comparison.LazyThreshold} or more, so feature learning was not put to the test; inputs of norm 1, a small output scale or longer training would."
        else
            let opening =
                match widest.Difference.Upper < 0.0, widest.Epoch with
                | true, None -> "Untuned and trained to the end, feature learning harms"
                | true, Some _ -> "Even stopped in time, feature learning harms"
                | false, _ -> "Feature learning brings nothing that these tweets show"

            let earlier =
                match widest.Epoch, SeriesAnswer.peak findings series with
                | None, Some(epoch, accuracy) ->
                    $" That is where training ended: after %s{VerdictWords.epochs epoch} they stood at %s{NumberText.accuracy accuracy}, an epoch found on these very tweets; the kernel stands at %s{NumberText.accuracy findings.Kernel.Validation.Accuracy}."
                | _ -> SeriesAnswer.beside series widest

            $"%s{opening}: the accuracy of %s{networks series widest}, whose kernel %s{moves series widest}, differs from the tuned kernel's by %s{VerdictWords.points widest.Difference}.%s{earlier}"
    ]

    let private unclear (findings: Findings) (series: WidthSeries, widest: Widest) = [
        let margin, difference = findings.Comparison.Margin, widest.Difference
        "These numbers cannot tell whether the fixed kernel is enough."

        $"The accuracy of %s{networks series widest}, whose kernel %s{moves series widest}, differs from the tuned kernel's by %s{VerdictWords.points difference}, which may be nothing and may be more than the margin of %s{SeriesAnswer.points margin}. %s{SeriesAnswer.needed findings difference (max difference.Value (margin - difference.Value))}%s{SeriesAnswer.beside series widest}"
    ]

    /// What the run's own networks say, in one or two sentences.
    let private head (findings: Findings) : string list =
        let series = WidthSeries.main findings

        let judged =
            series
            |> Array.choose (fun series ->
                SeriesAnswer.widest findings series |> Option.map (fun widest -> series, widest))

        let greatest gain =
            judged
            |> Array.filter (fun (_, widest) -> widest.Gain = gain)
            |> Array.sortByDescending (fun (_, widest) -> widest.Difference.Value)
            |> Array.tryHead

        match greatest Gain.Shown, greatest Gain.Unclear with
        | _ when series.Length = 0 -> [
            $"This run was not asked whether the fixed kernel is enough for this task; `ntk run --experiment %s{Widths.name}` and `--experiment feature-learning` ask."
          ]
        | _ when judged.Length = 0 -> [
            "These numbers cannot tell whether the fixed kernel is enough: at the main learning rate no network of the greatest width came to its end. A smaller train.rate would tell."
          ]
        | Some best, _ -> gained findings best
        | None, Some open' -> unclear findings open'
        | None, None -> enough findings judged

    /// Why networks gain on the sample; nothing is known of why people's tweets are as they are.
    let private reason (findings: Findings) : string list =
        let gains (series: WidthSeries) =
            SeriesAnswer.widest findings series
            |> Option.exists (fun widest -> widest.Gain = Gain.Shown && has findings widest)

        if findings.Data.Synthetic && WidthSeries.main findings |> Array.exists gains then
            [
                "Why they gain on this sample is known, for a program wrote it: its label follows combinations of words, which a network can turn its features towards, and which a fixed kernel of the texts' vectors cannot single out as fast."
            ]
        else
            []

    /// How well the tuned kernel does, and how it was judged.
    let private kernel (findings: Findings) : string =
        let kernel = findings.Kernel
        let accuracy, rows = kernel.Validation.Accuracy, findings.Data.ValidationRows

        let leftOut =
            match kernel.Refit with
            | Some refit ->
                $", and leave-one-out %s{NumberText.accuracy refit.LooAccuracy} of all %s{NumberText.count refit.Rows} labelled ones"
            | None -> ""

        $"Kernel regression with the analytic tangent kernel%s{VerdictWords.ofLimit (findings.Networks |> Seq.map _.Spec)}, its ridge chosen by %s{NumberText.chosenBy kernel.ChosenBy} on the fitted rows alone, classifies %s{NumberText.accuracy accuracy} of %s{NumberText.count rows} validation tweets rightly (%s{ChanceWords.ofAccuracy rows accuracy})%s{leftOut}."

    /// What the number of components does to the kernel, where several were compared.
    let private dimensions (findings: Findings) : string list =
        let facts = findings.Dimensions

        if facts.Points.Length < 2 then
            []
        else
            let points = facts.Points |> Array.sortBy _.Dimensions
            let least, most = points[0], Array.last points
            let best = points |> Array.maxBy _.HeldOut.Accuracy
            let p = best.HeldOut.Accuracy
            let change = most.HeldOut.Accuracy - least.HeldOut.Accuracy
            // Of the middle of the two, which is 0 or 1 only where they are equal.
            let error = Metrics.standardError facts.Rows (least.HeldOut.Accuracy + 0.5 * change)

            let verb =
                if change > 2.0 * error then "rises"
                elif change < -2.0 * error then "falls"
                else "hardly changes"

            let between =
                if best = least || best = most then
                    ""
                else
                    $"; most, %s{NumberText.accuracy p}, at d = %d{best.Dimensions}"

            [
                $"With the input dimension the kernel's accuracy %s{verb}: left out one at a time, %s{NumberText.accuracy least.HeldOut.Accuracy} of %s{NumberText.count facts.Rows} training tweets are classified rightly at d = %d{least.Dimensions} and %s{NumberText.accuracy most.HeldOut.Accuracy} at d = %d{most.Dimensions} (near the best: %s{ChanceWords.ofAccuracy facts.Rows p})%s{between}."
            ]

    let private ofChapters isOpening (findings: Findings) = [
        for chapter in findings.Chapters do
            if chapter.Opens = isOpening then
                for sentence in chapter.Answer do
                    { Text = sentence; Chapter = chapter.Id }
    ]

    let private ofNetworks (findings: Findings) =
        let chapter = if findings.Networks.Length = 0 then "kernel" else "accuracy"
        let from = List.map (fun text -> { Text = text; Chapter = chapter })
        from (head findings), from (reason findings)

    /// What the answer opens with: is the fixed kernel enough, and does feature learning help? What tuned networks say where they were
    /// asked, else the run's own.
    let opening (findings: Findings) : AnswerSentence list =
        let own, reason = ofNetworks findings

        match ofChapters true findings with
        | [] -> own @ reason
        | tuned -> tuned @ reason

    /// What it rests on, and what each further question adds, in their order.
    let details (findings: Findings) : AnswerSentence list = [
        let from chapter text = { Text = text; Chapter = chapter }
        from "kernel" (kernel findings)

        // Its own verdict would be a second one.
        if not (List.isEmpty (ofChapters true findings)) then
            yield! ofNetworks findings |> fst |> List.skip 1

        for series in WidthSeries.main findings do
            from "movement" (SeriesAnswer.sentence findings series)

        for sentence in WidthSeries.standIns findings do
            from "movement" sentence

        for sentence in dimensions findings do
            from "data" sentence

        yield! ofChapters false findings
    ]

    /// The whole, for the console and for programs.
    let sentences (findings: Findings) : AnswerSentence list = opening findings @ details findings
