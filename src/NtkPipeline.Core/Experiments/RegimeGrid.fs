namespace NtkPipeline.Core

/// The networks of one way of scaling with the width, one a width, in the order of widths; `Member` is 0.
type ScalingPlan = { Layers: int; Scaling: WidthScaling; Networks: RunSpec list }

/// Which networks the regime map is made of: settings, and what they describe. All are the written method's, or of more such layers, and
/// train by plain descent, which is what the scalings are derived for.
[<RequireQualifiedAccess>]
module RegimeGrid =

    let private setting key = Setting.create $"regime.%s{key}"

    let settings: Setting list = [
        setting "widths" (WholeList(1L, 65536L)) "64, 256, 1024" "Hidden widths of the map."
        setting
            "output-scales"
            (RealList(1e-6, 1e4))
            "0.125, 0.25, 0.5, 1, 2, 4"
            "α of the map, which multiplies the network's output."
        setting "rates" (RealList(1e-6, 1e6)) "0.5, 1" "Learning rates of the map, in units of N/Λ_max."
        setting
            "epochs"
            (WholeList(1L, 100000L))
            "5, 20"
            "Epochs after which a map is drawn; training ends with the last."
        CommonSettings.seeds "regime.seeds" 2
        setting "rows" (Whole(2L, 1000000L)) "800" "Training rows, evenly spaced among all of them."
        CommonSettings.inputScale "regime.input-scale"
        setting
            "scaling-widths"
            (WholeList(1L, 65536L))
            "256, 1024, 4096"
            "Widths at which NTK and µP scaling are compared, one hidden layer."
        setting
            "deep-widths"
            (WholeList(1L, 65536L))
            "64, 128, 256, 512"
            "The same for more hidden layers, where mean-field scaling differs from µP."
        setting "deep-layers" (WholeList(2L, 8L)) "2" "How many hidden layers those have."
        setting
            "base-width"
            (Whole(1L, 65536L))
            "256"
            "m₀, the width at which all scalings of one hidden layer are the same network."
        setting
            "deep-base-width"
            (Whole(1L, 65536L))
            "64"
            "The same for more hidden layers; mean-field's rate is higher below it, and may diverge."
    ]

    let private numbers (values: Map<string, string>) key =
        Setting.reals values $"regime.%s{key}" |> List.map AxisValue.Number

    let lastEpoch (values: Map<string, string>) : int = List.max (Setting.wholes values "regime.epochs")

    let private written (basis: RunSpec) = {
        basis with
            Architecture = Architecture.written |> Architecture.withCentring basis.Architecture.Centred
            Optimiser = Optimiser.Descent
    }

    let private common (values: Map<string, string>) (basis: RunSpec) along : Grid = {
        Base = { written basis with Tracked = TrackedEpochs.Every }
        Along =
            [
                Axis.inputScale, [ AxisValue.Words values["regime.input-scale"] ]
                Axis.epochs, [ AxisValue.Number(float (lastEpoch values)) ]
            ]
            @ along
            @ [ Axis.seed, Widths.seeds values "regime.seeds" ]
    }

    /// Every width with every α at every rate.
    let map (values: Map<string, string>) (basis: RunSpec) : Grid =
        common values basis [
            Axis.width, numbers values "widths"
            Axis.rate, numbers values "rates"
            Axis.outputScale, numbers values "output-scales"
        ]

    /// A bias-free stack of so many ReLU layers.
    let network (layers: int) : string = String.replicate layers "dense m | relu | " + "dense 1"

    /// Nine digits, so that a power of two that was computed is the one that was typed.
    let private short (x: float) =
        System.Double.Parse(
            AxisValue.Number x |> Axis.text,
            System.Globalization.CultureInfo.InvariantCulture
        )

    /// One scaling at one width, every seed.
    let private scaled values basis layers scaling (width: int) : Grid =
        let key = if layers = 1 then "regime.base-width" else "regime.deep-base-width"
        let alpha, rate = WidthScaling.factors layers (Setting.whole values key) width scaling

        common values basis [
            Axis.network, [ AxisValue.Words(network layers) ]
            Axis.width, [ AxisValue.Number(float width) ]
            Axis.rate, [ AxisValue.Number(short rate) ]
            Axis.outputScale, [ AxisValue.Number(short alpha) ]
        ]

    let private kinds (values: Map<string, string>) = [
        for scaling in WidthScaling.distinct 1 do
            1, scaling, Setting.wholes values "regime.scaling-widths"

        for layers in Setting.wholes values "regime.deep-layers" do
            for scaling in WidthScaling.distinct layers do
                layers, scaling, Setting.wholes values "regime.deep-widths"
    ]

    /// Every network, each once: the map's, then the scalings' in their order.
    let points (values: Map<string, string>) (basis: RunSpec) : Result<GridPoint[], string> =
        [
            map values basis
            for layers, scaling, widths in kinds values do
                for width in widths do
                    scaled values basis layers scaling width
        ]
        |> List.map Grid.points
        |> List.fold
            (fun found points ->
                match found, points with
                | Ok found, Ok points -> Ok(Array.append found points)
                | Error reason, _
                | _, Error reason -> Error reason)
            (Ok [||])
        |> Result.map Array.distinct

    let private groups (grid: Grid) =
        match Grid.points grid with
        | Ok points -> points |> Array.map (_.Spec >> RunSpec.group) |> Array.distinct |> List.ofArray
        | Error reason -> invalidArg (nameof grid) reason

    /// The map's networks, without their seeds.
    let mapped (values: Map<string, string>) (basis: RunSpec) : RunSpec list = groups (map values basis)

    let scalings (values: Map<string, string>) (basis: RunSpec) : ScalingPlan list = [
        for layers, scaling, widths in kinds values do
            {
                Layers = layers
                Scaling = scaling
                Networks =
                    widths
                    |> List.distinct
                    |> List.sort
                    |> List.collect (scaled values basis layers scaling >> groups)
            }
    ]
