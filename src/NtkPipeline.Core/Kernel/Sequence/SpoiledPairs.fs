namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// How many pairs of texts the fast way gives up, as a sample of them tells: those with tokens so nearly parallel, without being the same,
/// that rounding spoils their angle (`BendColumns`), which are computed by the definition.
[<RequireQualifiedAccess>]
module SpoiledPairs =

    /// Texts of a side, and tokens of all of these, at most.
    let private mostTexts, mostTokens = 16, 1000

    /// Seconds of one core that a pair of tokens takes by the definition, within a pair of texts and by itself, measured.
    let private within, alone = 1.6e-6, 2.8e-6

    let private layers (network: Network) =
        match PoolCut.ofNetwork network with
        | Some cut -> cut.Below
        | None -> network.Layers

    let private prepare integrals layers (source: TextSource) (lengths: int[]) =
        let longest = Array.fold max 1 lengths
        let count = max 1 (min mostTexts (mostTokens / longest))

        RowSource.gather (AnalyticGap.spread count source.Rows.RowCount) source.Rows
        |> Result.map (TextRows.texts source.Features >> PreparedTexts.create integrals layers)

    /// Seconds of one core for this share of so many pairs of tokens, or, where tokens stay independent up to a pool, of so many distinct ones.
    let seconds (share: float) (pairs: float) (distinct: (float * float) option) : float =
        match distinct with
        | Some(x, z) -> alone * share * x * z
        | None -> within * share * pairs

    /// The share in a sample of texts of x with some of z (none: of x); 0 where nothing bends or there are none.
    let share
        (network: Network)
        (x: TextSource, xs: int[])
        (z: (TextSource * int[]) option)
        : Result<float, PipelineError> =
        let others, zs = defaultArg z (x, xs)
        let layers, integrals = layers network, Integrals.bySeries ()

        if xs.Length = 0 || zs.Length = 0 then
            Ok 0.0
        else
            result {
                let! left = prepare integrals layers x xs
                let! right = prepare integrals layers others zs

                let spoiled = [|
                    for text in left.Texts do
                        for group in right.Groups do
                            let block, suspects = PreparedTexts.meet integrals layers true text group
                            TokenBlock.free block
                            yield! suspects
                |]

                let count = spoiled |> Array.filter id |> Array.length
                return float count / float (max 1 spoiled.Length)
            }
