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
        Work = fun values basis sizes -> grid values basis |> Workload.grid sizes
    }

    /// ΔΘ ∝ α^exponent, over α ≥ 1, at one width. None where no power law can be fitted.
    type Exponent = { Width: int; Runs: int; Fit: PowerFit option }

    type Evidence = {
        Exponents: Exponent[]
        /// Validation accuracy of the widest networks at the smallest α less that at the largest, those that did not diverge.
        SmallLessLarge: Difference option
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
        (split: Split, runs: NetworkRun list)
        : Result<Evidence, PipelineError> =
        let runs = Group.sort runs
        let widest, wide = Group.widest runs
        let alpha (run: NetworkRun) = run.Spec.Architecture.OutputScale
        let alphas = wide |> Array.map alpha
        let smallest, largest = Array.min alphas, Array.max alphas
        let at value = wide |> Array.filter (fun run -> alpha run = value && Group.isSound run)
        let labels = SplitTweets.validationLabels split

        Ok {
            Exponents = runs |> Array.groupBy _.Spec.Width |> Array.map exponent
            SmallLessLarge =
                let seed = Seed.derive "small-less-large" seed

                if smallest < largest then
                    NetworksAgainstKernel.between settings seed labels (at smallest) (at largest)
                else
                    None
            Smallest = smallest
            Largest = largest
            Widest = widest
            Budget = VerdictWords.setting runs[0].Spec runs
        }

    /// Networks of every α and width → exponents and the difference in accuracy.
    let stage (settings: CompareSettings) : Stage<Split * NetworkRun list, Evidence> = {
        Name = "judge-output-scale"
        Version = 2
        Settings = Fingerprint.describe settings
        Codec = Codec.json "output-scale/1"
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

        let judge (evidence: Evidence) =
            let holds, words =
                match evidence.SmallLessLarge with
                | None -> None, "At one of the two ends every network diverged, or there is one α alone."
                | Some difference ->
                    Difference.isPositive difference,
                    $"At α = %g{evidence.Smallest} against α = %g{evidence.Largest} the validation accuracy differs by %s{VerdictWords.points difference}. The two ends were chosen by their place, not by their outcome."

            {
                Claim = name
                Setting = $"m = %d{evidence.Widest}, %s{evidence.Budget}"
                Holds = holds
                Evidence = words
            }

        { Name = name; Judge = judge >> Array.singleton }

    let claims: Claim<Evidence> list = [ staysPut; smallHelps ]

    let private curves (kernel: KernelRegression) : Curve list =
        let against id title caption quantity =
            Curve.create $"output-scale-%s{id}" title caption quantity (Abscissa.Along Axis.outputScale) [
                Axis.width
            ]

        [
            {
                against
                    "movement"
                    "Movement of the tangent kernel against the output scale"
                    "ΔΘ over all of training, on all training rows. The lazy limit has a slope of −1."
                    Quantity.DeltaTheta with
                    IsFitted = true
            }
            {
                against
                    "accuracy"
                    "Validation accuracy against the output scale"
                    "After the last epoch."
                    Quantity.Accuracy with
                    Levels = [ { Name = "kernel, tuned ridge"; At = kernel.Validation.Accuracy } ]
            }
            against
                "gap"
                "Gap to the linearised network against the output scale"
                "Root mean square of f − f_lin on the validation rows, both trained by the same steps."
                Quantity.GapToLinearised
            against
                "alignment"
                "Alignment of the tangent kernel with the targets against the output scale"
                "After the last epoch, on the probe rows."
                Quantity.AlignmentWithTargets
        ]

    let private write (kernel: KernelRegression) (runs: NetworkRun list) (evidence: Evidence) : Chapter = {
        Chapter.create experiment.Name experiment.Question with
            Words = [
                "α multiplies the network's output; the learning rate's unit has Λ_max of the kernel with α² in it, so that descent trains every α for the same time in function space. What the output must travel, the weights travel by 1/α of it."
            ]
            Verdicts = claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = [|
                for exponent in evidence.Exponents do
                    yield! Finding.ofFit $"delta-theta-exponent-m=%d{exponent.Width}" exponent.Fit
            |]
            Runs = Array.ofList runs
            Curves = curves kernel
    }

    /// What the experiment adds to a run's findings.
    let chapter
        (kernel: Artifact<KernelRegression>)
        (runs: Artifact<NetworkRun list>)
        (evidence: Artifact<Evidence>)
        : Artifact<Chapter> =
        Artifact.map3 write kernel runs evidence
