namespace NtkPipeline.Core

/// A way of stacking hidden layers.
[<RequireQualifiedAccess>]
type DepthFamily =
    | Relu
    | Erf
    | Gelu
    | Residual
    | LayerNorm
    | Standard

[<RequireQualifiedAccess>]
module DepthFamily =

    let all = [
        DepthFamily.Relu
        DepthFamily.Erf
        DepthFamily.Gelu
        DepthFamily.Residual
        DepthFamily.LayerNorm
        DepthFamily.Standard
    ]

    /// The name in settings, results and legends.
    let print (family: DepthFamily) : string =
        match family with
        | DepthFamily.Relu -> "relu"
        | DepthFamily.Erf -> "erf"
        | DepthFamily.Gelu -> "gelu"
        | DepthFamily.Residual -> "residual"
        | DepthFamily.LayerNorm -> "layer-norm"
        | DepthFamily.Standard -> "standard"

    let parse (text: string) : Result<DepthFamily, string> =
        PrintedUnion.parse "a family of networks" print all text

    /// The network of so many hidden layers, its widths open. gelu's σ_w² = 2 keeps its signals from vanishing.
    let network (layers: int) (family: DepthFamily) : string =
        let stack hidden last = String.concat " | " (List.replicate layers hidden @ [ last ])

        match family with
        | DepthFamily.Relu -> stack "dense m | relu" "dense 1"
        | DepthFamily.Erf -> stack "dense m | erf" "dense 1"
        | DepthFamily.Gelu -> stack "dense m w=1.4142135623730951 | gelu" "dense 1"
        | DepthFamily.Residual ->
            String.concat
                " | "
                ("dense m" :: List.replicate (layers - 1) "residual(relu | dense m)" @ [ "relu | dense 1" ])
        | DepthFamily.LayerNorm -> stack "dense m | layer-norm | relu" "dense 1"
        | DepthFamily.Standard -> stack "dense m param=standard | relu" "dense 1 param=standard"

/// What one network of the experiment is: of a family, or an erf network at a place of the plane of phases.
[<RequireQualifiedAccess>]
type DepthKind =
    | Family of DepthFamily
    /// σ_w² of every layer.
    | Phase of weightVariance: float

/// A network of the experiment.
type DepthPoint = { Kind: DepthKind; Layers: int; Text: string }

[<RequireQualifiedAccess>]
module DepthGrid =

    let private setting key = Setting.create $"depth.%s{key}"
    let private families = DepthFamily.all |> List.map DepthFamily.print

    let settings: Setting list = [
        setting
            "networks"
            (ChoiceList families)
            (String.concat ", " families)
            "Families of networks: relu, erf, gelu (σ_w² = 2), relu with residual branches, with layer-norm, and in standard parameterisation."
        setting "layers" (WholeList(1L, 100L)) "1, 2, 3, 5, 10" "Hidden layers of their kernels."
        setting "trained-layers" (WholeList(1L, 100L)) "1, 3, 10" "Hidden layers of those that are trained."
        setting
            "weight-variances"
            (RealList(1e-3, 1e3))
            "0.1, 0.3, 0.9, 1.5, 3, 8"
            "σ_w² of erf networks in the plane of phases."
        setting "bias-variance" (Real(0.0, 1e3)) "0.05" "σ_b² of these."
        setting "phase-layers" (WholeList(1L, 200L)) "1, 2, 4, 8, 16" "Hidden layers of their kernels."
        setting
            "trained-phase-layers"
            (WholeList(1L, 100L))
            "2, 5, 10"
            "Hidden layers of those that are trained."
        setting "width" (Whole(1L, 65536L)) "256" "Width of the networks that are trained."
        setting "epochs" (Whole(1L, 100000L)) "20" "Passes over the training rows."
        setting
            "rate"
            (Real(1e-6, 1e6))
            "0.5"
            "Learning rate, in units of N/Λ_max of the network's own kernel."
        CommonSettings.seeds "depth.seeds" 1
        setting "rows" (Whole(2L, 100000L)) "500" "Training rows, those that all but repeat another left out."
        setting "validation-rows" (Whole(1L, 100000L)) "600" "Validation rows."
    ]

    let private number (x: float) = x.ToString("R", System.Globalization.CultureInfo.InvariantCulture)

    /// The erf network of so many hidden layers, all of whose dense layers have these variances.
    let phaseNetwork (weight: float) (bias: float) (layers: int) : string =
        let prior = $"w=%s{number (sqrt weight)}" + (if bias > 0.0 then $" b=%s{number (sqrt bias)}" else "")

        String.concat " | " (List.replicate layers $"dense m %s{prior} | erf" @ [ $"dense 1 %s{prior}" ])

    /// Its kernel's stage, which has its text among its settings.
    let name (point: DepthPoint) : string =
        match point.Kind with
        | DepthKind.Family family -> $"%s{DepthFamily.print family}/layers=%d{point.Layers}"
        | DepthKind.Phase weight -> $"erf/w2=%g{weight}/layers=%d{point.Layers}"

    let private points values familyLayers phaseLayers : DepthPoint list =
        let layers (key: string) = Setting.wholes values $"depth.%s{key}" |> List.distinct |> List.sort

        [
            for name in Setting.texts values "depth.networks" |> List.distinct do
                for family in DepthFamily.all |> List.filter (fun family -> DepthFamily.print family = name) do
                    for layers in layers familyLayers do
                        {
                            Kind = DepthKind.Family family
                            Layers = layers
                            Text = DepthFamily.network layers family
                        }

            let bias = Setting.real values "depth.bias-variance"

            for weight in Setting.reals values "depth.weight-variances" |> List.distinct |> List.sort do
                for layers in layers phaseLayers do
                    {
                        Kind = DepthKind.Phase weight
                        Layers = layers
                        Text = phaseNetwork weight bias layers
                    }
        ]

    let kernels (values: Map<string, string>) : DepthPoint list = points values "layers" "phase-layers"

    let trained (values: Map<string, string>) : DepthPoint list =
        points values "trained-layers" "trained-phase-layers"

    /// The networks that are trained, in plain descent, each with every seed.
    let networks (values: Map<string, string>) (basis: RunSpec) : Result<GridPoint[], string> =
        {
            Base = {
                basis with
                    Architecture = Architecture.written |> Architecture.withCentring true
                    InputScale = InputScale.SqrtD
                    Optimiser = Optimiser.Descent
                    Tracked = TrackedEpochs.Listed []
            }
            Along = [
                Axis.network, [ for point in trained values -> AxisValue.Words point.Text ]
                Axis.width, [ AxisValue.Number(Setting.real values "depth.width") ]
                Axis.rate, [ AxisValue.Number(Setting.real values "depth.rate") ]
                Axis.epochs, [ AxisValue.Number(Setting.real values "depth.epochs") ]
                Axis.seed, Widths.seeds values "depth.seeds"
            ]
        }
        |> Grid.points
