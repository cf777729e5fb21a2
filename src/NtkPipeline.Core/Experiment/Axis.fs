namespace NtkPipeline.Core

/// A place on an axis of a grid.
[<RequireQualifiedAccess>]
type AxisValue =
    | Number of float
    | Words of string

/// One thing that networks may differ in: how it is read off a network's description, set in one, and shown.
[<NoEquality; NoComparison>]
type Axis = {
    /// As settings and results.csv name it: "output-scale".
    Key: string
    /// For a chart's axis: "output scale α".
    Label: string
    /// For a formula: "α".
    Symbol: string
    /// For a legend or a sentence: "α = 2".
    Show: AxisValue -> string
    Of: RunSpec -> AxisValue
    /// Refuses, in a clause that follows the key, what no network can be.
    Set: AxisValue -> RunSpec -> Result<RunSpec, string>
    /// Whether a stage's name holds it anyway (`RunSpec.name`).
    IsNamed: bool
}

[<RequireQualifiedAccess>]
module Axis =

    /// Nine digits: what a person typed, and no two values under one name.
    let private short (x: float) = x.ToString("G9", System.Globalization.CultureInfo.InvariantCulture)

    /// A value as a settings text has it.
    let text (value: AxisValue) : string =
        match value with
        | AxisValue.Number x -> short x
        | AxisValue.Words words -> words

    let private numeric key label symbol (show: string -> string) isNamed pick set : Axis = {
        Key = key
        Label = label
        Symbol = symbol
        Show = text >> show
        Of = pick >> AxisValue.Number
        Set =
            fun value spec ->
                match value with
                | AxisValue.Number x -> set x spec
                | AxisValue.Words words -> Error $"'%s{words}' is no number"
        IsNamed = isNamed
    }

    let private counted key label symbol show isNamed least pick set =
        numeric key label symbol show isNamed (pick >> float) (fun x spec ->
            if x = floor x && x >= float least && x <= 1e9 then
                Ok(set (int x) spec)
            else
                Error $"%s{short x} is no whole number from %d{least} on")

    let private worded key label symbol (show: string -> string) isNamed pick set : Axis = {
        Key = key
        Label = label
        Symbol = symbol
        Show = text >> show
        Of = pick >> AxisValue.Words
        Set = fun value spec -> set (text value) spec
        IsNamed = isNamed
    }

    let private positive name (x: float) result =
        if System.Double.IsFinite x && x > 0.0 then
            Ok result
        else
            Error $"%s{name} is finite and above 0, not %g{x}"

    let network: Axis =
        worded "network" "network" "network" id true _.Architecture.Text (fun text spec ->
            Architecture.parse text
            |> Result.map (fun layers -> {
                spec with
                    Architecture =
                        layers
                        |> Architecture.withScale (layers.OutputScale * spec.Architecture.OutputScale)
                        |> Architecture.withCentring (layers.Centred || spec.Architecture.Centred)
            }))

    let inputScale: Axis =
        worded
            "input-scale"
            "norm of the inputs"
            "‖x‖"
            (fun text -> InputScale.parse text |> Result.map InputScale.words |> Result.defaultValue text)
            true
            (_.InputScale >> InputScale.print)
            (fun text spec ->
                InputScale.parse text |> Result.map (fun scale -> { spec with InputScale = scale }))

    let width: Axis =
        counted "width" "width m (hidden units)" "m" (fun m -> $"m = %s{m}") true 1 _.Width (fun m spec -> {
            spec with
                Width = m
        })

    let optimiser: Axis =
        worded "optimiser" "optimiser" "optimiser" id false (_.Optimiser >> Optimiser.print) (fun text spec ->
            Optimiser.parse text |> Result.map (fun optimiser -> { spec with Optimiser = optimiser }))

    let rate: Axis =
        numeric
            "rate"
            "learning rate (in the optimiser's unit)"
            "η"
            (fun rate -> $"rate %s{rate}")
            true
            _.Rate
            (fun rate spec -> positive "a learning rate" rate { spec with Rate = rate })

    let outputScale: Axis =
        numeric
            "output-scale"
            "output scale α"
            "α"
            (fun alpha -> $"α = %s{alpha}")
            false
            _.Architecture.OutputScale
            (fun alpha spec ->
                if System.Double.IsFinite alpha && alpha > 0.0 then
                    Ok { spec with Architecture = Architecture.withScale alpha spec.Architecture }
                else
                    Error $"an output scale is finite and above 0, not %g{alpha}")

    let batchSize: Axis =
        counted
            "batch-size"
            "rows a step"
            "batch"
            (fun size -> if size = "0" then "full batches" else $"batches of %s{size}")
            false
            0
            _.BatchSize
            (fun size spec -> { spec with BatchSize = size })

    let epochs: Axis =
        counted
            "epochs"
            "epochs"
            "epochs"
            (fun epochs -> $"%s{epochs} epochs")
            false
            1
            _.Epochs
            (fun epochs spec -> { spec with Epochs = epochs })

    let seed: Axis =
        counted "seed" "seed" "seed" (fun number -> $"seed %s{number}") true 0 _.Member (fun number spec -> {
            spec with
                Member = number
        })

    /// Every axis, in the order in which a network's description is put into words.
    let all: Axis list = [
        network
        inputScale
        width
        optimiser
        rate
        outputScale
        batchSize
        epochs
        seed
    ]

    /// Those in which the networks differ.
    let varying (specs: RunSpec seq) : Axis list =
        let specs = Seq.toArray specs
        all |> List.filter (fun axis -> specs |> Array.distinctBy axis.Of |> Array.length > 1)

    /// Those of them that a label by input scale, width, rate and seed leaves out.
    let unlabelled (specs: RunSpec seq) : Axis list =
        let labelled = [ inputScale.Key; width.Key; rate.Key; seed.Key ]
        varying specs |> List.filter (fun axis -> not (List.contains axis.Key labelled))

    /// ", α = 2, batches of 32": what some axes say of a network, to be put behind its label; empty for no axis.
    let remark (axes: Axis list) (spec: RunSpec) : string =
        axes |> List.map (fun axis -> ", " + axis.Show(axis.Of spec)) |> String.concat ""
