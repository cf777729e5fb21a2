namespace NtkPipeline.Core

/// What theory says of a power law's exponent.
[<RequireQualifiedAccess>]
type LawBound =
    | Exactly of float
    /// It falls no slower.
    | AtMost of float

/// A quantity at one width: its geometric mean over seeds, the least and the greatest.
type LawPlace = { Width: int; Seeds: int; Mean: float; Least: float; Most: float }

/// A quantity of networks that differ in width and seed alone, as a power of the width; over widths from `Slope.narrowest` on.
type WidthLaw = {
    Quantity: Quantity
    /// After so many steps or epochs of training; 0 before it.
    Time: int
    /// Every width, narrow ones too.
    Places: LawPlace[]
    Fit: PowerFit option
    /// Whether the band comes from seeds drawn anew; else from the scatter about the line.
    IsResampled: bool
}

/// The laws of some networks.
type LawFamily = {
    /// In a metric's name: "subset", "run-sqrt-d".
    Key: string
    /// "full batches on 1000 rows", for a table.
    Name: string
    /// What times count: "steps", "epochs".
    Unit: string
    Laws: WidthLaw[]
    /// Networks that there are, and those of them that diverged.
    Networks: int
    Diverged: int
    /// For verdicts.
    Setting: string
} with

    member this.Of(quantity: Quantity) = this.Laws |> Array.filter (fun law -> law.Quantity = quantity)

/// How fast finite networks become their kernel as they widen (Lee et al. 2019; Jacot et al. 2018).
[<RequireQualifiedAccess>]
module WidthLaws =

    /// Kernel at random and its distance from the limit: the central limit theorem's −½. The same for what follows from it, the distance
    /// of a trained network from the trained kernel. Everything else is bounded by m^−½ (Lee et al. 2019, theorem 2.1).
    let bound (quantity: Quantity) : LawBound =
        match quantity with
        | Quantity.InitKernelError
        | Quantity.GapToKernel -> LawBound.Exactly -0.5
        | Quantity.DeltaTheta
        | Quantity.GapToLinearised
        | Quantity.WeightMovement _
        | Quantity.FeatureMovement _
        | Quantity.FlippedGates
        | Quantity.Accuracy
        | Quantity.F1
        | Quantity.Auc
        | Quantity.TrainLoss
        | Quantity.TrainAccuracy
        | Quantity.KernelAccuracy
        | Quantity.LinearisedAccuracy
        | Quantity.AlignmentWithTargets
        | Quantity.AlignmentWithInitial
        | Quantity.LayerAlignment _
        | Quantity.EffectiveRank -> LawBound.AtMost -0.5

    let boundWords (quantity: Quantity) : string =
        match bound quantity with
        | LawBound.Exactly value -> $"%g{value}".Replace('-', '−')
        | LawBound.AtMost value -> "≤ " + $"%g{value}".Replace('-', '−')

    /// What is followed against the width, layer by layer where it has layers.
    let quantities (runs: NetworkRun[]) : Quantity list =
        let layers (pick: EpochMeasures -> float[]) =
            runs |> Seq.collect _.Epochs |> Seq.fold (fun most m -> max most (pick m).Length) 0

        [
            Quantity.InitKernelError
            Quantity.DeltaTheta
            Quantity.GapToKernel
            Quantity.GapToLinearised
            for layer in 0 .. layers _.WeightMovement - 1 do
                Quantity.WeightMovement layer
            for layer in 0 .. layers _.FeatureMovement - 1 do
                Quantity.FeatureMovement layer
            Quantity.FlippedGates
        ]

    let private place (width: int, values: float[]) = {
        Width = width
        Seeds = values.Length
        Mean = values |> Array.averageBy log |> exp
        Least = Array.min values
        Most = Array.max values
    }

    /// The law of one quantity; none where no network has it, or it is 0 somewhere. `read` gives it, where a network has it.
    let private law resamples seed quantity time (read: NetworkRun -> float option) runs : WidthLaw option =
        let points =
            runs
            |> Array.choose (fun (run: NetworkRun) ->
                read run |> Option.map (fun value -> run.Spec.Width, value))
            |> Array.filter (fun (_, value) -> value > 0.0)

        let wide =
            points
            |> Array.filter (fun (width, _) -> width >= Slope.narrowest)
            |> Array.map (fun (width, value) -> float width, value)

        if points.Length = 0 then
            None
        else
            let seed = Seed.derive $"%s{Quantity.print quantity}/%d{time}" seed

            Some {
                Quantity = quantity
                Time = time
                Places =
                    points
                    |> Array.groupBy fst
                    |> Array.sortBy fst
                    |> Array.map (fun (w, found) -> place (w, Array.map snd found))
                Fit = PowerLaw.overSeeds resamples seed wide
                IsResampled = PowerLaw.hasSeeds wide
            }

    let private family (key, name) unit setting (runs: NetworkRun[]) laws : LawFamily = {
        Key = key
        Name = name
        Unit = unit
        Laws = Array.ofList laws
        Networks = runs.Length
        Diverged = runs |> Array.filter (Group.isSound >> not) |> Array.length
        Setting = setting
    }

    /// After each of several epochs. `name`: key and name. Networks that have diverged by then are left out of what is measured then.
    let atEpochs
        (resamples: int)
        (seed: Seed)
        (name: string * string)
        (unit: string)
        (epochs: int list)
        (setting: string)
        (runs: NetworkRun[])
        : LawFamily =
        family name unit setting runs [
            for quantity in quantities runs do
                if quantity = Quantity.InitKernelError then
                    yield! law resamples seed quantity 0 (Quantity.ofRun quantity) runs |> Option.toList
                else
                    for epoch in epochs do
                        let read (run: NetworkRun) =
                            run.Epochs
                            |> Array.tryFind (fun measures -> measures.Epoch = epoch)
                            |> Option.bind (Quantity.atEpoch quantity)

                        yield! law resamples seed quantity epoch read runs |> Option.toList
        ]

    /// After all of training, with what is measured on all training rows.
    let atEnd
        (resamples: int)
        (seed: Seed)
        (name: string * string)
        (setting: string)
        (runs: NetworkRun[])
        : LawFamily =
        let last = VerdictWords.lastEpoch runs

        family name "epochs" setting runs [
            for quantity in quantities runs do
                let time = if quantity = Quantity.InitKernelError then 0 else last
                yield! law resamples seed quantity time (Quantity.ofRun quantity) runs |> Option.toList
        ]
