namespace NtkPipeline.Core

/// The path that networks take through function space, beside that of their kernel.
[<RequireQualifiedAccess>]
module FunctionSpace =

    let private setting key = Setting.create $"function-space.%s{key}"

    let private settings = [
        setting "widths" (WholeList(1L, 65536L)) "64, 256, 1024" "Hidden widths."
        CommonSettings.seeds "function-space.seeds" 3
        setting
            "input-scales"
            (ChoiceList(InputScale.all |> List.map InputScale.print))
            "sqrt-d, unit"
            "Norms of the inputs: 1, or the root of d."
        setting "rows" (Whole(2L, 1000000L)) "1000" "Training rows, evenly spaced among all, at most."
        setting "epochs" (Whole(2L, 1000000L)) "200" "Epochs, each one step of full-batch descent."
        CommonSettings.rate "function-space.rate"
        setting
            "eigenvectors"
            (Whole(2L, 1000L))
            "10"
            "Leading eigenvectors of the kernel that paths are followed along."
    ]

    let private whole (values: Map<string, string>) key = Setting.whole values $"function-space.%s{key}"

    let rows (values: Map<string, string>) : int = whole values "rows"

    /// Moments that are a constant factor apart, as far as whole numbers go: a path slows down as it goes.
    let moments (epochs: int) : int list =
        1.0
        |> List.unfold (fun at -> if at > float epochs then None else Some(int (round at), at * sqrt 2.0))
        |> List.append [ epochs ]
        |> List.distinct
        |> List.sort

    /// What all its networks have in common: full batches, so that the kernel's path is one and in closed form; centred, so that all start
    /// at the same function; steps that the kernel can take too.
    let basis (values: Map<string, string>) (basis: RunSpec) : RunSpec =
        let epochs = whole values "epochs"

        {
            basis with
                Architecture = Architecture.withCentring true basis.Architecture
                BatchSize = 0
                Epochs = epochs
                Tracked = TrackedEpochs.Listed(moments epochs)
                ProbeRows = min basis.ProbeRows 100
                Rate = Setting.real values "function-space.rate"
                Optimiser =
                    match Optimiser.momentum basis.Optimiser with
                    | Some _ -> basis.Optimiser
                    | None -> Optimiser.Descent
        }

    let grid (values: Map<string, string>) (run: RunSpec) : Grid = {
        Base = basis values run
        Along = [
            Axis.inputScale,
            [
                for scale in Setting.texts values "function-space.input-scales" -> AxisValue.Words scale
            ]
            Axis.width,
            [
                for width in Setting.wholes values "function-space.widths" -> AxisValue.Number(float width)
            ]
            Axis.seed, Widths.seeds values "function-space.seeds"
        ]
    }

    /// One network of each input scale: what decides its kernel.
    let scales (values: Map<string, string>) (run: RunSpec) : RunSpec list = [
        for scale in List.distinct (Setting.texts values "function-space.input-scales") ->
            {
                basis values run with
                    InputScale = InputScale.all |> List.find (fun one -> InputScale.print one = scale)
                    Width = List.head (Setting.wholes values "function-space.widths")
            }
    ]

    let experiment: Experiment = {
        Name = "function-space"
        Question = "Does a network take its kernel's path through function space?"
        Settings = settings
        Check =
            fun values basis ->
                match Grid.points (grid values basis) with
                | Ok _ -> []
                | Error reason -> [ $"function-space: %s{reason}" ]
        Work =
            fun values basis sizes ->
                let fewer = { sizes with Fitted = min sizes.Fitted (rows values) }
                Workload.grid fewer (grid values basis) + 3.0 * Workload.eigen fewer.Fitted
    }

    /// Stage: what networks of one input scale are trained on → their kernel's path, by the same steps.
    let kernelPath (values: Map<string, string>) (spec: RunSpec) : Stage<TrainInput, KernelPath> =
        let momentum = Optimiser.momentum spec.Optimiser |> Option.defaultValue 0.0
        let steps = 0 :: fst (TrackedEpochs.upTo spec.Epochs spec.Tracked)
        let leading = whole values "eigenvectors"

        let run (input: TrainInput) =
            let rate =
                LearningRate.resolve
                    input.LambdaMax
                    input.TrainTargets.Length
                    (LearningRate.Multiple spec.Rate)

            KernelPath.create input.Kernel input.TrainTargets (rate, momentum) steps leading

        {
            Name = $"kernel-path/%s{InputScale.print spec.InputScale}"
            Version = 1
            Settings = Fingerprint.describe (spec.Rate, momentum, steps, leading)
            Codec = Codec.json "kernel-path/1"
            Body = Pure run
        }
