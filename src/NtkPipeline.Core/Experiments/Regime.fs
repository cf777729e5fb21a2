namespace NtkPipeline.Core

/// The regime map (Chizat, Oyallon & Bach 2019; Geiger et al. 2020; Yang & Hu 2021): width × output scale × rate × time, where in it
/// training is lazy and where features are learnt, and what NTK, maximal-update and mean-field scaling make of wide networks.
[<RequireQualifiedAccess>]
module Regime =

    let experiment: Experiment = {
        Name = "regime"
        Question =
            "At which widths and output scales are networks lazy, and what does the scaling with the width decide?"
        Settings = RegimeGrid.settings
        Check =
            fun values basis ->
                match RegimeGrid.points values basis with
                | Ok _ -> []
                | Error reason -> [ $"regime: %s{reason}" ]
        Work =
            fun values basis sizes ->
                let few = { sizes with Fitted = min sizes.Fitted (Setting.whole values "regime.rows") }

                match RegimeGrid.points values basis with
                | Ok points -> Workload.networks few points + ChooseEpochs.work values few points
                | Error _ -> 0.0
    }

    /// What its judgement hangs on.
    type Settings = {
        Compare: CompareSettings
        Epochs: int list
        Mapped: RunSpec list
        Scalings: ScalingPlan list
    }

    let settings (compare: CompareSettings) (values: Map<string, string>) (basis: RunSpec) : Settings = {
        Compare = compare
        Epochs = Setting.wholes values "regime.epochs" |> List.distinct |> List.sort
        Mapped = RegimeGrid.mapped values basis
        Scalings = RegimeGrid.scalings values basis
    }

    let private budget (runs: NetworkRun[]) =
        let first = runs[0]
        let members = runs |> Array.map _.Spec.Member |> Array.distinct |> Array.length

        $"%s{InputScale.words first.Spec.InputScale}, %d{first.TrainRows} training rows, %s{VerdictWords.epochs first.Spec.Epochs} at most, batch %d{first.Spec.BatchSize}, %s{VerdictWords.seeds members}"

    let private run settings seed (split: Split, judged: JudgedRuns) : Result<RegimeEvidence, PipelineError> =
        let runs = Group.sort judged.Ended
        let mapped = runs |> Array.filter (fun run -> List.contains (RunSpec.group run.Spec) settings.Mapped)
        let threshold, labels = settings.Compare.LazyThreshold, SplitTweets.validationLabels split

        Ok {
            Threshold = threshold
            Cells = RegimeMap.cells settings.Epochs mapped
            Borders = RegimeMap.borders threshold settings.Epochs mapped
            Sides = [|
                for rate, runs in mapped |> Array.groupBy _.Spec.Rate |> Array.sortBy fst do
                    let seed = Seed.derive $"rate=%g{rate}" seed
                    let difference = RegimeMap.featureLessLazy settings.Compare seed labels
                    let width, judged = EpochChoice.atStop judged.Stopped runs |> difference

                    {
                        Rate = rate
                        Width = width
                        Difference = judged
                        AtEnd = snd (difference runs)
                    }
            |]
            IsStopped = not judged.Stopped.IsEmpty
            Epochs = runs[0].Spec.Epochs
            Scalings = settings.Scalings |> List.map (RegimeScalings.line judged.Stopped runs) |> Array.ofList
            Budget = budget runs
        }

    /// Networks → the map, its border, and the movement under each scaling.
    let stage (settings: Settings) : Stage<Split * JudgedRuns, RegimeEvidence> = {
        Name = "judge-regime"
        // 3: networks are judged after the epoch that fitted rows chose. 4: bands of few rows that differ are exact.
        Version = 4
        Settings = Fingerprint.describe settings
        Codec = Codec.json "regime/2"
        Body = Seeded(run settings)
    }

    let private number (x: float) = $"%.2f{x}".Replace('-', '−')

    let private best (cells: RegimeCell[]) =
        cells
        |> Array.choose (fun cell -> cell.Accuracy |> Option.map (fun accuracy -> accuracy, cell))
        |> Array.sortBy (fun (accuracy, cell) -> -accuracy, cell.Width, cell.OutputScale)
        |> Array.tryHead

    let private seen (evidence: RegimeEvidence) : string =
        VerdictWords.join [
            for border in RegimeClaims.lasts evidence do
                match border.AlphaRootWidth, border.Fit with
                | Some constant, Some fit ->
                    $"At rate %g{border.Rate}, epoch %d{border.Epoch}, the border lies about α√m = %.3g{constant} and runs along α ∝ m^%s{number fit.Slope} (95%% band %s{number fit.Lower} to %s{number fit.Upper})."
                | Some constant, None ->
                    $"At rate %g{border.Rate}, epoch %d{border.Epoch}, the border lies about α√m = %.3g{constant}."
                | None, _ ->
                    $"At rate %g{border.Rate}, epoch %d{border.Epoch}, no border lies within the map."

            match best evidence.Cells with
            | Some(accuracy, cell) ->
                $"""The map's best mean accuracy is %s{VerdictWords.percent accuracy}, at m = %d{cell.Width}, α = %g{cell.OutputScale}, rate %g{cell.Rate}, epoch %d{cell.Epoch}, picked on the validation tweets out of %s{VerdictWords.count "place" evidence.Cells.Length}, which flatters it."""
            | None -> ""
        ]

    let private words (evidence: RegimeEvidence) = [
        "A network α·h that is trained to the same targets moves each of its hidden units by a share of itself ∝ 1/(α√m): large α or wide networks are lazy, small α or narrow ones learn features. Which, at which time and rate, is what the map shows; the rate's unit N/Λ_max has α² in it, so that every place trains for the same time in function space. In theory ΔΘ on the border stays where α√m does in the limit of large widths; at finite ones a part of ΔΘ that falls by another 1/√m makes the border steeper."
        $"Each place: networks of one hidden layer on %s{evidence.Budget}; ΔΘ on the probe rows after the epochs named; lazy is ΔΘ below %s{VerdictWords.percent evidence.Threshold}. %s{seen evidence}"
        "NTK parameterisation freezes features as networks widen (movement ∝ m^−½). Maximal-update scaling (µP, Yang & Hu 2021) is the same network with α = √(m₀/m) at the same rate in our unit, η ∝ m: features move alike at every width. With one hidden layer mean-field scaling is the same thing. With more it is not: 1/m at every layer above the first shrinks the output by m^(−L/2), and at its own rate, ∝ m, nothing moves in the limit; at the rate that makes up for it, ∝ m^L, features run away. At few widths the first shows in the training loss before it shows in the features: the slower rate shortens a training whose first steps, along the leading eigenvector, have moved most of what moves. Neither is a limit one would train in, unless weights are drawn other than independently (Nguyen & Pham 2023), which is not done here."
    ]

    let private answer (evidence: RegimeEvidence) = [
        match RegimeClaims.lasts evidence |> Array.tryLast with
        | Some { AlphaRootWidth = Some constant; Fit = Some _; Rate = rate; Epoch = epoch } ->
            let at width = constant / sqrt (float width)

            $"At rate %g{rate}, after %s{VerdictWords.epochs epoch}, a network's kernel stays put (ΔΘ below %s{VerdictWords.percent evidence.Threshold}) where α√m is above about %.2g{constant}: at m = 256 from α = %.2g{at 256} on, at m = 4096 from α = %.2g{at 4096}."
        | _ -> ()

        let line scaling =
            evidence.Scalings
            |> Array.tryFind (fun line -> line.Layers = 1 && line.Scaling = scaling)
            |> Option.bind _.Fit

        match line WidthScaling.Ntk, line WidthScaling.MaximalUpdate with
        | Some ntk, Some maximal ->
            $"Under NTK scaling the first layer's features move like m^%s{number ntk.Slope} (%s{number ntk.Lower} to %s{number ntk.Upper}) as networks widen, under µP like m^%s{number maximal.Slope} (%s{number maximal.Lower} to %s{number maximal.Upper})."
        | _ -> ()
    ]

    let private findings (evidence: RegimeEvidence) : Finding[] = [|
        for border in evidence.Borders do
            let at = $"rate=%g{border.Rate}-epoch=%d{border.Epoch}"
            yield! Finding.ofFit $"border-exponent-%s{at}" border.Fit

            match border.AlphaRootWidth with
            | Some constant -> Finding.create $"border-alpha-root-width-%s{at}" constant
            | None ->
                Finding.missing
                    $"border-alpha-root-width-%s{at}"
                    "ΔΘ does not cross the threshold within the map"

        for sides in evidence.Sides do
            yield!
                Finding.ofDifference
                    $"features-less-lazy-accuracy-rate=%g{sides.Rate}"
                    "no networks on both sides of the threshold"
                    sides.Difference

            yield!
                Finding.ofDifference
                    $"features-less-lazy-accuracy-at-end-rate=%g{sides.Rate}"
                    "no networks on both sides of the threshold"
                    sides.AtEnd

        for line in evidence.Scalings do
            let at = $"%s{WidthScaling.print line.Scaling}-layers=%d{line.Layers}"
            yield! Finding.ofFit $"feature-movement-exponent-%s{at}" line.Fit

            yield!
                Finding.ofDifference
                    $"feature-movement-change-%s{at}"
                    "no power law could be fitted"
                    (RegimeScalings.change line)
    |]

    let private write (runs: JudgedRuns) (evidence: RegimeEvidence) : Chapter = {
        Chapter.create experiment.Name experiment.Question with
            Answer = answer evidence
            Words = words evidence
            Verdicts = RegimeClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Runs = Array.ofList runs.Ended
            Charts = RegimeCharts.maps evidence @ RegimeCharts.movements evidence
            Tables = [ RegimeCharts.table evidence ]
    }

    /// What the experiment adds to a run's findings.
    let chapter (runs: Artifact<JudgedRuns>) (evidence: Artifact<RegimeEvidence>) : Artifact<Chapter> =
        Artifact.map2 write runs evidence
