namespace NtkPipeline.Runtime

open System

/// What `ntk bench` measures. To add one: a file like `JacobianRatio.fs` above this one, and its line in `all`.
[<RequireQualifiedAccess>]
module Ratios =

    /// In the order in which they run.
    let all: Measurement list = [
        // First, while the process holds little that could be used again.
        MemoryRatio.measurement
        AnalyticRatio.measurement
        IntegratedRatio.measurement
        StructuredRatio.measurement
        SpectralRatio.measurement
        JacobianRatio.measurement
        EpochRatio.measurement
        LargeRatio.product
        LargeRatio.large
        SequenceRatio.measurement
    ]

    let private names (measurements: Measurement list) = measurements |> List.map _.Name |> String.concat ", "

    /// The measurements of these names, in the list's order; without names, all but those that only run when named. Every
    /// unknown name is told.
    let choose (asked: string seq) : Result<Measurement list, string list> =
        let asked = List.ofSeq asked
        let isKnown name = all |> List.exists (fun measurement -> measurement.Name = name)

        match asked, List.filter (isKnown >> not) asked with
        | [], _ -> Ok(all |> List.filter (_.OnlyWhenNamed >> not))
        | _, [] -> Ok(all |> List.filter (fun measurement -> List.contains measurement.Name asked))
        | _, unknown ->
            Error(unknown |> List.map (fun name -> $"bench: there is no '%s{name}'; there are %s{names all}"))

    /// Runs one.
    let measure (rows: Nullable<int>) (measurement: Measurement) : Result<Ratio list, string> =
        measurement.Run(Option.ofNullable rows)
