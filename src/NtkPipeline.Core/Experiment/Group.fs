namespace NtkPipeline.Core

/// A mean over seeds. The standard deviation is the sample's (n − 1), none for a single seed.
type Aggregate = { Mean: float; StandardDeviation: float option; Count: int }

[<RequireQualifiedAccess>]
module Aggregate =

    /// None without a value.
    let ofValues (values: float[]) : Aggregate option =
        if values.Length = 0 then
            None
        else
            let mean = Array.average values

            Some {
                Mean = mean
                StandardDeviation =
                    if values.Length = 1 then
                        None
                    else
                        let squares = values |> Array.sumBy (fun x -> (x - mean) ** 2.0)
                        Some(sqrt (squares / float (values.Length - 1)))
                Count = values.Length
            }

/// All seeds of one network. `Spec` is that of each, with `Member` = 0.
type Group = {
    Spec: RunSpec
    /// By seed.
    Runs: NetworkRun[]
} with

    /// The runs that ended.
    member this.Sound = this.Runs |> Array.filter (fun run -> run.Diverged.IsNone && run.Epochs.Length > 0)

    member this.Diverged = this.Runs.Length - this.Sound.Length

    /// Over the seeds that have it: those that did not diverge, but for what the first weights alone decide.
    member this.Of(quantity: Quantity) : Aggregate option =
        this.Runs |> Array.choose (Quantity.ofRun quantity) |> Aggregate.ofValues

/// Networks put together: by seeds, by what they are, by width.
[<RequireQualifiedAccess>]
module Group =

    /// What orders networks: input scale, width, learning rate; then whatever else tells them apart, and the seed.
    let private order (a: RunSpec) (b: RunSpec) =
        let rest (spec: RunSpec) =
            Optimiser.print spec.Optimiser,
            spec.Architecture.OutputScale,
            spec.BatchSize,
            spec.Epochs,
            spec.Architecture.Centred,
            spec.Member

        match System.String.CompareOrdinal(InputScale.print a.InputScale, InputScale.print b.InputScale) with
        | 0 ->
            match compare (a.Width, a.Rate) (b.Width, b.Rate) with
            | 0 ->
                match System.String.CompareOrdinal(a.Architecture.Text, b.Architecture.Text) with
                | 0 -> compare (rest a) (rest b)
                | order -> order
            | order -> order
        | order -> order

    /// The runs in an order of their own.
    let sort (runs: NetworkRun seq) : NetworkRun[] =
        runs |> List.ofSeq |> List.sortWith (fun a b -> order a.Spec b.Spec) |> Array.ofList

    /// One group a network, in the order of `sort`.
    let ofRuns (runs: NetworkRun seq) : Group[] =
        sort runs
        |> Array.groupBy (fun run -> RunSpec.group run.Spec)
        |> Array.map (fun (spec, runs) -> { Spec = spec; Runs = runs })

    let isSound (run: NetworkRun) : bool = run.Diverged.IsNone && run.Epochs.Length > 0

    /// What was measured after the last tracked epoch of a sound run.
    let last (run: NetworkRun) : EpochMeasures = Array.last run.Epochs

    /// The greatest width of some runs, and the runs of that width.
    let widest (runs: NetworkRun[]) : int * NetworkRun[] =
        let width = runs |> Array.map _.Spec.Width |> Array.max
        width, runs |> Array.filter (fun run -> run.Spec.Width = width)
