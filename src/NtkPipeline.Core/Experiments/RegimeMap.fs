namespace NtkPipeline.Core

/// Networks of one width and output scale at one time, over their seeds.
type RegimeCell = {
    Width: int
    OutputScale: float
    Rate: float
    Epoch: int
    /// Geometric mean of ΔΘ on the probe rows, and mean validation accuracy, over the seeds that came so far; none where none did.
    DeltaTheta: float option
    Accuracy: float option
}

/// The α at which ΔΘ is the threshold, of one width and seed.
type BorderPlace = { Width: int; OutputScale: float }

/// Where lazy training ends at one rate and time.
type RegimeBorder = {
    Rate: float
    Epoch: int
    /// By width, a seed each; without the seeds whose ΔΘ does not cross the threshold within the map's α.
    Places: BorderPlace[]
    /// α ∝ m^slope along it.
    Fit: PowerFit option
    /// The geometric mean of α√m on it; none without a place.
    AlphaRootWidth: float option
}

/// The map's cells and the border in it (Chizat et al. 2019; Geiger et al. 2020). Theory: a network that is trained for one time in
/// function space moves each hidden unit by a share ∝ 1/(α√m) of itself. Of one hidden layer, ΔΘ has a part of first order, whose sign
/// differs from unit to unit, ∝ 1/(α√m)·1/√m, and one of second order, ∝ 1/(α√m)², which stays as m grows: so the border tends to
/// α√m = constant, from a steeper line at small widths.
[<RequireQualifiedAccess>]
module RegimeMap =

    let private at epoch (run: NetworkRun) =
        run.Epochs |> Array.tryFind (fun measures -> measures.Epoch = epoch)

    let private alpha (run: NetworkRun) = run.Spec.Architecture.OutputScale

    let private geometric (values: float[]) =
        match values |> Array.filter (fun value -> value > 0.0) with
        | [||] -> None
        | values -> Some(exp (values |> Array.averageBy log))

    let private mean (values: float[]) = if values.Length = 0 then None else Some(Array.average values)

    let cells (epochs: int list) (runs: NetworkRun[]) : RegimeCell[] = [|
        for (rate, width, scale), seeds in
            runs |> Array.groupBy (fun run -> run.Spec.Rate, run.Spec.Width, alpha run) |> Array.sortBy fst do
            for epoch in List.sort epochs do
                let seen = seeds |> Array.choose (at epoch)

                {
                    Width = width
                    OutputScale = scale
                    Rate = rate
                    Epoch = epoch
                    DeltaTheta = seen |> Array.map _.DeltaTheta |> geometric
                    Accuracy = seen |> Array.map _.Validation.Accuracy |> mean
                }
    |]

    let private border threshold rate epoch (runs: NetworkRun[]) : RegimeBorder =
        let places = [|
            for (width, _), seed in
                runs |> Array.groupBy (fun run -> run.Spec.Width, run.Spec.Member) |> Array.sortBy fst do
                let curve =
                    seed
                    |> Array.choose (fun run ->
                        at epoch run |> Option.map (fun measures -> alpha run, measures.DeltaTheta))
                    |> Array.filter (fun (_, moved) -> moved > 0.0)

                match Crossing.last threshold curve with
                | Some scale -> { Width = width; OutputScale = scale }
                | None -> ()
        |]

        {
            Rate = rate
            Epoch = epoch
            Places = places
            Fit = places |> Array.map (fun place -> float place.Width, place.OutputScale) |> PowerLaw.fit
            AlphaRootWidth =
                places |> Array.map (fun place -> place.OutputScale * sqrt (float place.Width)) |> geometric
        }

    /// One for each rate and epoch.
    let borders (threshold: float) (epochs: int list) (runs: NetworkRun[]) : RegimeBorder[] = [|
        for rate, runs in runs |> Array.groupBy _.Spec.Rate |> Array.sortBy fst do
            for epoch in List.sort epochs do
                border threshold rate epoch runs
    |]

    /// Validation accuracy of the widest networks that moved past the threshold less that of those that did not, as the runs stand; none
    /// where there are none of a kind.
    let featureLessLazy
        (settings: CompareSettings)
        (seed: Seed)
        (labels: float[])
        (runs: NetworkRun[])
        : int * Difference option =
        let width, wide = Group.widest runs

        let moved, still =
            wide
            |> Array.filter Group.isSound
            |> Array.partition (fun run -> (Group.last run).DeltaTheta >= settings.LazyThreshold)

        width, NetworksAgainstKernel.between settings seed labels moved still
