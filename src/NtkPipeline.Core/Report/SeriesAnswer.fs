namespace NtkPipeline.Core

/// Whether networks gain on the tuned kernel regression.
[<RequireQualifiedAccess>]
type Gain =
    /// The whole band of the difference lies above 0.
    | Shown
    /// The whole band lies at or below the margin: what they may gain counts as none.
    | None
    | Unclear

[<RequireQualifiedAccess>]
module Gain =

    let ofDifference (margin: float) (difference: Difference) : Gain =
        if difference.Lower > 0.0 then Gain.Shown
        elif difference.Upper <= margin then Gain.None
        else Gain.Unclear

/// The widest networks of one series beside the kernel regression: chosen by their place, not by their outcome.
type Widest = {
    Width: int
    /// The epoch that they are judged after; none where none was chosen, and they are after the last.
    Epoch: int option
    Difference: Difference
    /// After the last epoch; none where every one diverged.
    AtEnd: Difference option
    /// ΔΘ where they are judged, mean over the seeds that came there.
    Movement: float
    Gain: Gain
}

/// What the answer says of networks that differ in width and seed alone.
[<RequireQualifiedAccess>]
module SeriesAnswer =

    let private against (findings: Findings) (group: Group) : AgainstKernel option =
        findings.Comparison.Differences |> Array.tryFind (fun one -> one.Spec = group.Spec)

    let private difference (findings: Findings) (group: Group) : Difference option =
        against findings group |> Option.map _.Difference

    let private movement (group: Group) = group.Of Quantity.DeltaTheta |> Option.map _.Mean

    /// The same networks where they are judged.
    let private judged (findings: Findings) (group: Group) : Group = {
        group with
            Runs =
                group.Runs
                |> Array.map (fun run -> EpochChoice.stop findings.Choices run |> Option.defaultValue run)
    }

    /// None where no network of the greatest width ended, or none has the main learning rate.
    let widest (findings: Findings) (series: WidthSeries) : Widest option =
        let group = Array.last series.Groups

        Option.map2
            (fun (against: AgainstKernel) movement -> {
                Width = group.Spec.Width
                Epoch = against.Epoch
                Difference = against.Difference
                AtEnd = against.AtEnd
                Movement = movement
                Gain = Gain.ofDifference findings.Comparison.Margin against.Difference
            })
            (against findings group)
            (movement (judged findings group))

    /// The tracked epoch after which the widest networks stood highest, with their mean accuracy there: found on the validation rows
    /// themselves, which flatters it. None where they stood no more than the margin above where they ended.
    let peak (findings: Findings) (series: WidthSeries) : (int * float) option =
        let group = Array.last series.Groups

        let means =
            group.Sound
            |> Array.collect _.Epochs
            |> Array.groupBy _.Epoch
            |> Array.filter (fun (_, measures) -> measures.Length = group.Sound.Length)
            |> Array.map (fun (epoch, measures) -> epoch, measures |> Array.averageBy _.Validation.Accuracy)
            |> Array.sortBy fst

        match Array.tryLast means with
        | None -> None
        | Some(_, ending) ->
            let epoch, most = Array.maxBy snd means
            if most - ending > findings.Comparison.Margin then Some(epoch, most) else None

    /// After how many epochs they are judged: "4 epochs".
    let epochs (series: WidthSeries) (widest: Widest) : string =
        widest.Epoch |> Option.defaultValue (WidthSeries.lastEpoch series) |> VerdictWords.epochs

    /// What stands beside a difference: how its epoch was found, and what became of the networks after it. Empty where they are judged after
    /// the last.
    let beside (series: WidthSeries) (widest: Widest) : string =
        let last = series.Spec.Epochs

        match widest.Epoch, widest.AtEnd with
        | None, _ -> ""
        | Some epoch, _ when epoch >= last ->
            " Fitted rows that were held out chose that epoch, which is the last."
        | Some _, None ->
            $" Fitted rows that were held out chose that epoch; by the last, %d{last}, every one has diverged."
        | Some _, Some ended ->
            let harm =
                if widest.Difference.Upper >= 0.0 && ended.Upper < 0.0 then
                    ": training on harms"
                else
                    ""

            $" Fitted rows that were held out chose that epoch; after all %d{last} the difference is %s{VerdictWords.points ended}%s{harm}."

    /// Where networks are judged, for sentences that speak of several widths; empty where they are after their last epoch.
    let private stopped (findings: Findings) =
        if findings.Choices.Length = 0 then
            ""
        else
            ", each width at the epoch that fitted rows chose,"

    /// A share as a distance: "1.0 percentage points".
    let points (share: float) : string = $"%.1f{100.0 * share} percentage points"

    /// How many validation tweets would settle what a band on fewer leaves open; `distance` is what half of one must shrink to.
    let needed (findings: Findings) (difference: Difference) (distance: float) : string =
        RowsNeeded.words findings.Data.ValidationRows difference distance

    /// The narrowest of the widths from which on every network does something.
    let private from (does: Group -> bool) (series: WidthSeries) : Group option =
        series.Groups |> Array.rev |> Seq.takeWhile does |> Seq.tryLast

    let private isLazy (findings: Findings) (group: Group) =
        movement group |> Option.exists (fun movement -> movement < findings.Comparison.LazyThreshold)

    let private isKernel (findings: Findings) (group: Group) =
        let margin = findings.Comparison.Margin

        isLazy findings group
        && difference findings group
           |> Option.exists (fun difference -> difference.Lower >= -margin && difference.Upper <= margin)

    /// What a lazy network's accuracy is to the tuned kernel's where it isn't shown to be the same.
    let private accuracy (findings: Findings) (series: WidthSeries) =
        let margin = findings.Comparison.Margin

        match widest findings series with
        | None -> "; their accuracy was not compared with the kernel's."
        | Some widest ->
            let difference = widest.Difference
            let after = widest.Epoch |> Option.map (fun epoch -> $" after %s{VerdictWords.epochs epoch}")

            let differs =
                $"""at m = %d{widest.Width}%s{Option.defaultValue "" after} it differs by %s{VerdictWords.points difference}"""

            if difference.Lower > margin || difference.Upper < -margin then
                $", yet their accuracy is not the tuned kernel's: %s{differs}."
            else
                $", but whether their accuracy is the tuned kernel's within %s{points margin} cannot be told: %s{differs}. %s{needed findings difference (abs (margin - abs difference.Value))}"

    /// From which width on networks are their kernel; where none are, how far it moved.
    let sentence (findings: Findings) (series: WidthSeries) : string =
        let name = WidthSeries.short series
        let epochs = VerdictWords.epochs (WidthSeries.lastEpoch series)
        let moved (group: Group) = NumberText.maybe NumberText.percent (movement group)
        let threshold = VerdictWords.percent findings.Comparison.LazyThreshold
        let last = Array.last series.Groups

        let after (widest: Widest) =
            match widest.Epoch with
            | Some epoch -> $", after the %d{epoch} that fitted rows chose,"
            | None -> ""

        match from (isKernel findings) series, from (isLazy findings) series with
        | Some first, _ ->
            $"At %s{name} networks are their kernel from m = %d{first.Spec.Width} on: in %s{epochs} it moves by %s{moved first} there, less than %s{threshold}, and their accuracy%s{stopped findings} is the tuned kernel's within %s{points findings.Comparison.Margin}."
        | None, Some first ->
            $"At %s{name} the tangent kernel stays put from m = %d{first.Spec.Width} on (ΔΘ = %s{moved first} in %s{epochs}, less than %s{threshold})%s{accuracy findings series}"
        | None, None ->
            match movement last, widest findings series with
            | None, _ ->
                $"At %s{name} every network of the greatest width, m = %d{last.Spec.Width}, diverged."
            | Some _, None ->
                $"At %s{name} none of the widths tried makes networks their kernel: at m = %d{last.Spec.Width} it moves by %s{moved last} in %s{epochs}."
            | Some _, Some widest ->
                $"At %s{name} none of the widths tried makes networks their kernel: at m = %d{last.Spec.Width} it moves by %s{moved last} in %s{epochs}, and their accuracy%s{after widest} differs from the tuned kernel's by %s{VerdictWords.points widest.Difference}."
