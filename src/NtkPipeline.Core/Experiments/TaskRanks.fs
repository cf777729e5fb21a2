namespace NtkPipeline.Core

/// How well what is known of ordered pairs of tasks ranks what was seen, fold by fold.
[<RequireQualifiedAccess>]
module TaskRanks =

    /// The mean of those that exist.
    let mean (values: float option[]) : float option =
        match Array.choose id values with
        | [||] -> None
        | found -> Some(Array.average found)

    let private both foretold outcome (pairs: (int * int)[]) =
        pairs
        |> Array.choose (fun pair ->
            Option.map2 (fun known seen -> known, seen) (foretold pair) (outcome pair))

    let private correlate (pairs: (float * float)[]) =
        let known, seen = Array.unzip pairs
        RankCorrelation.spearman known seen

    /// The mean over folds; `folds` gives for each what is known of a pair and what was seen.
    let overPairs
        (folds: ((int * int -> float option) * (int * int -> float option))[])
        (pairs: (int * int)[])
        : float option =
        folds |> Array.map (fun (known, seen) -> both known seen pairs |> correlate) |> mean

    /// Over the sources of one target, the mean over targets and folds.
    let overSources
        (folds: ((int * int -> float option) * (int * int -> float option))[])
        (pairs: (int * int)[])
        : float option =
        let targets = pairs |> Array.groupBy snd |> Array.map snd

        folds
        |> Array.collect (fun (known, seen) ->
            targets |> Array.map (fun pairs -> both known seen pairs |> correlate))
        |> mean
