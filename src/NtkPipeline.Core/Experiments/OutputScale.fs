namespace NtkPipeline.Core

/// What the output scale α decides (Chizat, Oyallon & Bach 2019; Geiger et al. 2020): a network α·h that is trained to the same targets
/// moves its weights by 1/α of what h must, so that its kernel stays put as α grows, and α√m, not the width alone, says how lazy it is.
[<RequireQualifiedAccess>]
module OutputScale =

    let private setting key = Setting.create $"output-scale.%s{key}"

    let private settings = [
        setting
            "values"
            (RealList(1e-4, 1e4))
            "0.1, 0.3, 1, 3, 10, 30"
            "α, which multiplies the network's output, whatever train.output-scale and scale(…) say."
        setting "widths" (WholeList(1L, 65536L)) "64, 256" "Hidden widths."
        CommonSettings.seeds "output-scale.seeds" 3
        CommonSettings.inputScale "output-scale.input-scale"
    ]

    /// Every width with every α, else as the run's own networks are.
    let grid (values: Map<string, string>) (basis: RunSpec) : Grid =
        let numbers key = Setting.reals values $"output-scale.%s{key}" |> List.map AxisValue.Number

        {
            Base = basis
            Along = [
                Axis.inputScale, [ AxisValue.Words values["output-scale.input-scale"] ]
                Axis.width, numbers "widths"
                Axis.outputScale, numbers "values"
                Axis.seed, Widths.seeds values "output-scale.seeds"
            ]
        }

    let experiment: Experiment = {
        Name = "output-scale"
        Question = "Does a larger output scale make a network of one width lazy?"
        Settings = settings
        Check =
            fun values basis ->
                match Grid.points (grid values basis) with
                | Ok _ -> []
                | Error reason -> [ $"output-scale: %s{reason}" ]
        Work =
            fun values basis sizes ->
                match Grid.points (grid values basis) with
                | Ok points -> Workload.networks sizes points + ChooseEpochs.work values sizes points
                | Error _ -> 0.0
    }

    /// ΔΘ ∝ α^exponent, over α ≥ 1, at one width. None where no power law can be fitted.
    type Exponent = { Width: int; Runs: int; Fit: PowerFit option }

    type Evidence = {
        Exponents: Exponent[]
        /// Validation accuracy of the widest networks at the smallest α less that at the largest, those that came to where they are judged;
        /// and the same after the last epoch, of those that did not diverge.
        SmallLessLarge: Difference option
        AtEnd: Difference option
        /// The epochs at which the two ends are judged; none where none was chosen, so that it is the last.
        SmallestStop: int option
        LargestStop: int option
        Epochs: int
        Smallest: float
        Largest: float
        Widest: int
        Budget: string
    }

    let private exponent (width: int, runs: NetworkRun[]) : Exponent =
        let count, fit = Slope.along Axis.outputScale Quantity.DeltaTheta 1.0 runs
        { Width = width; Runs = count; Fit = fit }

    let private run
        (settings: CompareSettings)
        seed
        (split: Split, judged: JudgedRuns)
        : Result<Evidence, PipelineError> =
        let runs = Group.sort judged.Ended
        let widest, wide = Group.widest runs
        let alpha (run: NetworkRun) = run.Spec.Architecture.OutputScale
        let alphas = wide |> Array.map alpha
        let smallest, largest = Array.min alphas, Array.max alphas
        let labels = SplitTweets.validationLabels split

        let between runs =
            let at value = runs |> Array.filter (fun run -> alpha run = value && Group.isSound run)
            let seed = Seed.derive "small-less-large" seed

            if smallest < largest then
                NetworksAgainstKernel.between settings seed labels (at smallest) (at largest)
            else
                None

        let stop value =
            wide
            |> Array.tryFind (fun run -> alpha run = value)
            |> Option.bind (fun run -> EpochChoice.find judged.Choices run.Spec)
            |> Option.bind _.Epoch

        Ok {
            Exponents = runs |> Array.groupBy _.Spec.Width |> Array.map exponent
            SmallLessLarge = between (EpochChoice.atStop judged.Stopped wide)
            AtEnd = between wide
            SmallestStop = stop smallest
            LargestStop = stop largest
            Epochs = runs[0].Spec.Epochs
            Smallest = smallest
            Largest = largest
            Widest = widest
            Budget = VerdictWords.setting runs[0].Spec runs
        }

    /// Networks of every α and width → exponents and the difference in accuracy.
    let stage (settings: CompareSettings) : Stage<Split * JudgedRuns, Evidence> = {
        Name = "judge-output-scale"
        // 3: networks are judged after the epoch that fitted rows chose. 4: bands of few rows that differ are exact.
        Version = 4
        Settings = Fingerprint.describe settings
        Codec = Codec.json "output-scale/2"
        Body = Seeded(run settings)
    }

    let private staysPut: Claim<Evidence> =
        let name = "A larger output scale holds the tangent kernel in place"

        let judge (evidence: Evidence) (exponent: Exponent) =
            FallsAlong.judge
                name
                $"m = %d{exponent.Width}, α ≥ 1, %s{evidence.Budget}"
                "ΔΘ ∝ α"
                "In the lazy limit the exponent is −1 (Chizat, Oyallon & Bach 2019)."
                (exponent.Runs, exponent.Fit)

        {
            Name = name
            Judge = fun evidence -> evidence.Exponents |> Array.map (judge evidence)
        }

    let private smallHelps: Claim<Evidence> =
        let name = "A small output scale, which lets features move, classifies better than a large one"

        let at (alpha: float) (stop: int option) =
            let after = stop |> Option.map (fun epoch -> $" (after %s{VerdictWords.epochs epoch})")
            $"α = %g{alpha}%s{Option.defaultValue System.String.Empty after}"

        let judge (evidence: Evidence) =
            let isChosen = evidence.SmallestStop.IsSome || evidence.LargestStop.IsSome

            let holds, words =
                match evidence.SmallLessLarge with
                | None -> None, "At one of the two ends every network diverged, or there is one α alone."
                | Some difference ->
                    Difference.isPositive difference,
                    $"At %s{at evidence.Smallest evidence.SmallestStop} against %s{at evidence.Largest evidence.LargestStop} the validation accuracy differs by %s{VerdictWords.points difference}. The two ends were chosen by their place, not by their outcome."

            {
                Claim = name
                Setting = $"m = %d{evidence.Widest}, %s{evidence.Budget}"
                Holds = holds
                Evidence =
                    VerdictWords.join [ words; StopWords.sides isChosen evidence.Epochs evidence.AtEnd ]
            }

        { Name = name; Judge = judge >> Array.singleton }

    let claims: Claim<Evidence> list = [ staysPut; smallHelps ]

    let private write (kernel: KernelRegression) (runs: JudgedRuns) (evidence: Evidence) : Chapter = {
        Chapter.create experiment.Name experiment.Question with
            Words = [
                "α multiplies the network's output; the learning rate's unit has Λ_max of the kernel with α² in it, so that descent trains every α for the same time in function space. What the output must travel, the weights travel by 1/α of it."
            ]
            Verdicts = claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = [|
                for exponent in evidence.Exponents do
                    yield! Finding.ofFit $"delta-theta-exponent-m=%d{exponent.Width}" exponent.Fit

                for name, difference in
                    [
                        "small-less-large-accuracy", evidence.SmallLessLarge
                        "small-less-large-accuracy-at-end", evidence.AtEnd
                    ] do
                    yield! Finding.ofDifference name "no networks at one of the two ends" difference
            |]
            Runs = Array.ofList runs.Ended
            Curves = OutputScaleCharts.curves kernel
            Charts = OutputScaleCharts.stopped kernel runs.Stopped
    }

    /// What the experiment adds to a run's findings.
    let chapter
        (kernel: Artifact<KernelRegression>)
        (runs: Artifact<JudgedRuns>)
        (evidence: Artifact<Evidence>)
        : Artifact<Chapter> =
        Artifact.map3 write kernel runs evidence
