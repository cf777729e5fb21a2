namespace NtkPipeline.Core

open System
open System.Collections.Generic
open System.Threading.Tasks

/// Kernels of single tokens, each two distinct ones once.
[<RequireQualifiedAccess>]
module DistinctTokens =

    /// Distinct tokens that are one piece of work: as many rows as a text may have.
    let private chunk = 32

    [<CustomEquality; NoComparison>]
    type private Word = {
        Values: float[]
        Start: int
        Count: int
    } with

        member this.Span = ReadOnlySpan(this.Values, this.Start, this.Count)

        override this.Equals other =
            match other with
            | :? Word as other -> this.Span.SequenceEqual other.Span
            | _ -> false

        override this.GetHashCode() = NearCopies.mark this.Span

    let private wordOf (source: Sequences<float>) (row: int) : Word = {
        Values = source.Tokens.Values
        Start = row * source.Features
        Count = source.Features
    }

    let private counted (source: Sequences<float>) (i: int) : int[] =
        [| source.Starts[i] .. source.Starts[i + 1] - 1 |] |> Array.filter (fun row -> source.Valid[row])

    let private compare (source: Sequences<float>) (a: int) (b: int) : int =
        (wordOf source a).Span.SequenceCompareTo((wordOf source b).Span)

    let private texts (tokens: Matrix<float>) (starts: int[]) : Sequences<float> =
        match Sequences.create tokens starts (Array.create tokens.Rows true) with
        | Ok texts -> texts
        | Error reason -> invalidOp reason

    /// Each text's tokens that count, in an order that they alone decide: for networks that are blind to it.
    let inOrder (source: Sequences<float>) : Sequences<float> =
        let rows = Array.init source.Count (counted source >> Array.sortWith (compare source))
        let starts = rows |> Array.map _.Length |> Array.scan (+) 0
        texts (Matrix.gatherRows (Array.concat rows) source.Tokens) starts

    /// The distinct tokens that count, as texts of up to so many, in an order that they alone decide, and of each text the numbers of its
    /// tokens, ascending: sums over them have the same bits whatever the order of a text's tokens, and whatever texts stand beside it.
    let ofTexts (source: Sequences<float>) : Sequences<float> * int[][] =
        let rows = Dictionary<Word, int>()
        let word = wordOf source

        for row in 0 .. source.Tokens.Rows - 1 do
            if source.Valid[row] then
                rows.TryAdd(word row, row) |> ignore

        let kept = Array.ofSeq rows.Values
        Array.Sort(kept, compare source)
        let number = Dictionary<Word, int>()
        kept |> Array.iteri (fun k row -> number.Add(word row, k))

        let numbers =
            Array.init source.Count (fun i ->
                counted source i |> Array.map (fun row -> number[word row]) |> Array.sort)

        let tokens = Matrix.gatherRows kept source.Tokens
        let starts = Array.append [| 0..chunk .. tokens.Rows - 1 |] [| tokens.Rows |]

        texts tokens starts, numbers

    /// Whether the own moments of each token are far from where float64 ends.
    let private ordinary (words: PreparedTexts) : bool[] =
        words.Texts
        |> Array.collect (fun text ->
            Array.init text.Valid.Length (fun s -> OwnSteps.isOrdinaryAt s text.Steps))

    /// K and Θ below the pool of every distinct token of x with every one of z, row by row; Θ is empty where only K is wanted. What the
    /// fast way would spoil is computed by the definition: Θ of groups of suspects (`BendColumns`), and K of two tokens where a moment is
    /// near the ends of float64, so that K depends on the two alone.
    let table integrals (layers: Layer list) withTheta (x: PreparedTexts) (z: PreparedTexts) =
        let rows, columns = x.Source.Tokens.Rows, z.Source.Tokens.Rows
        let k = Array.zeroCreate (rows * columns)
        let theta = Array.zeroCreate (if withTheta then rows * columns else 0)

        let isOrdinaryX, isOrdinaryZ = ordinary x, ordinary z

        let exact row column =
            let token (words: PreparedTexts) i = {
                Tokens = UnitRows.ofMatrix (Matrix.gatherRows [| i |] words.Source.Tokens)
                Valid = [| true |]
            }

            let features = x.Source.Features

            let pair =
                SequenceNtk.ofLayers Integrals.byQuadrature layers features (token x row) (token z column)

            if not (isOrdinaryX[row] && isOrdinaryZ[column]) then
                k[row * columns + column] <- pair.K[0]

            if withTheta then
                theta[row * columns + column] <- pair.Theta[0]

        Parallel.For(
            0,
            x.Texts.Length,
            fun i ->
                let top = x.Source.Starts[i]

                for group in z.Groups do
                    let block, suspects = PreparedTexts.meet integrals layers withTheta x.Texts[i] group

                    for j in 0 .. suspects.Length - 1 do
                        let left = z.Source.Starts[group.First + j]
                        let width = block.Columns.Masks[j].Length
                        let isSpoiled = suspects[j] || not z.Texts[group.First + j].IsOrdinary

                        for s in 0 .. block.Rows - 1 do
                            let from = s * block.Width + block.Columns.Starts[j]
                            let into = (top + s) * columns + left
                            Array.Copy(block.K, from, k, into, width)

                            if withTheta then
                                Array.Copy(block.Theta, from, theta, into, width)

                            if isSpoiled then
                                for t in 0 .. width - 1 do
                                    exact (top + s) (left + t)

                    TokenBlock.free block
        )
        |> ignore

        struct (k, theta, columns)
