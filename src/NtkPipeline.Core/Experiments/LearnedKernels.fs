namespace NtkPipeline.Core

/// Can a kernel's hyperparameters be learned by gradient, and what does it gain on rows kept aside?
[<RequireQualifiedAccess>]
module LearnedKernels =

    let private setting key = Setting.create $"learned-kernel.%s{key}"

    let private settings = [
        setting
            "learn"
            (ChoiceList(KernelFamily.all |> List.map KernelFamily.print))
            "scales, depths, activations, views"
            "What is learned, each by itself: σ_w and σ_b of every layer, the weights of three depths, of three activations, or of three views of a tweet."
        setting
            "by"
            (Choice [ "likelihood"; "loo" ])
            "likelihood"
            "By the marginal likelihood, or by the exact leave-one-out error."
        setting
            "rows"
            (Whole(20L, int64 LearnProblem.mostRows))
            "600"
            "Fitted rows, evenly spaced, that kernels are learned on."
        setting
            "folds"
            (Whole(1L, 100L))
            "2"
            "How many of the split's folds are kept aside, one after another, beside the validation rows."
        setting "steps" (Whole(1L, 10000L)) "15" "Steps of the descent at most."
    ]

    let private value key = $"learned-kernel.%s{key}"
    let whole (values: Map<string, string>) key : int = Setting.whole values (value key)

    let families (values: Map<string, string>) : KernelFamily list = [
        for text in Setting.texts values (value "learn") |> List.distinct do
            match KernelFamily.parse text with
            | Ok family -> family
            | Error reason -> invalidArg (nameof values) reason
    ]

    let criterion (values: Map<string, string>) : LearnBy =
        match LearnBy.parse values[value "by"] with
        | Ok by -> by
        | Error reason -> invalidArg (nameof values) reason

    /// What is kept aside, one after another: folds, and at last the validation rows.
    let asides (values: Map<string, string>) : int option list = [
        for fold in 0 .. min (whole values "folds") (Setting.whole values "split.folds") - 1 do
            Some fold
        None
    ]

    /// Evaluations of the objective: each takes the kernel twice by networks and pairs, an inverse and some factorisations.
    let private work (values: Map<string, string>) (_: RunSpec) (sizes: RunSizes) =
        let rows = min sizes.Fitted (whole values "rows")
        let evaluations = 1.5 * float (whole values "steps")
        let pairs = Workload.passes 60.0 rows rows

        let one family =
            let networks =
                match family with
                | KernelFamily.Scales -> 1.0
                | KernelFamily.Depths -> 5.0
                | KernelFamily.Activations
                | KernelFamily.Views -> 3.0

            evaluations * (networks * pairs + 6.0 * Workload.solve rows)
            + 2.0 * Workload.eigen rows
            + Workload.passes 10.0 sizes.Kept rows

        float (asides values).Length * (families values |> List.sumBy one)

    let experiment: Experiment = {
        Name = "learned-kernel"
        Question = "Can the kernel itself be learned, and does it pay?"
        Settings = settings
        Check = fun _ _ -> []
        Work = work
    }
