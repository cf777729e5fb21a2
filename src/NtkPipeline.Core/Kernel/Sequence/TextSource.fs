namespace NtkPipeline.Core

open System
open System.Collections.Generic
open FsToolkit.ErrorHandling

/// Texts of an array texts × places × features that memory need not hold: rows of places × features entries, followed by places that
/// are 1 where a token counts.
[<NoEquality; NoComparison>]
type TextSource = {
    /// What refusals call it: its file, or what it is.
    Name: string
    Places: int
    Features: int
    Rows: RowSource<float>
}

[<RequireQualifiedAccess>]
module TextSource =

    let private refuse (sentence: string) = Error(NumbersRefused $"kernel: %s{sentence}")

    /// Tokens of which the mask says what counts: 1 for a token, 0 for none; without one all count. Entries that do not count are
    /// read as 0, whatever they are.
    let create
        (name: string)
        (places: int)
        (features: int)
        (values: RowSource<float>)
        (mask: Matrix<float> option)
        : Result<TextSource, PipelineError> =
        let strange =
            mask
            |> Option.bind (fun mask ->
                mask.Values |> Array.tryFindIndex (fun value -> value <> 0.0 && value <> 1.0))

        match mask, strange with
        | _ when values.ColumnCount <> places * features ->
            invalidArg (nameof values) "rows are places × features"
        | _ when features = 0 -> refuse $"%s{name} has no features"
        | Some mask, _ when mask.Rows <> values.RowCount || mask.Columns <> places ->
            refuse
                $"the mask of %s{name} is %d{mask.Rows} × %d{mask.Columns}, and its texts are %d{values.RowCount} × %d{places} places"
        | Some mask, Some k ->
            refuse
                $"the mask of %s{name} holds %g{mask.Values[k]} at text %d{k / places}, place %d{k % places} (counted from 0), where 1 stands for a token and 0 for none"
        | _ ->
            let counts row place = mask |> Option.forall (fun mask -> mask[row, place] = 1.0)

            let read start count =
                values.Read start count
                |> Result.map (fun part ->
                    Matrix.init count (places * (features + 1)) (fun i k ->
                        if k >= places * features then
                            if counts (start + i) (k - places * features) then 1.0 else 0.0
                        elif counts (start + i) (k / features) then
                            part[i, k]
                        else
                            0.0))

            Ok {
                Name = name
                Places = places
                Features = features
                Rows = {
                    RowCount = values.RowCount
                    ColumnCount = places * (features + 1)
                    Read = read
                }
            }

    /// The same texts by their first `places` places alone.
    let cut (places: int) (source: TextSource) : TextSource =
        let size, kept = source.Places * source.Features, places * source.Features
        let columns = places * (source.Features + 1)

        let read start count =
            source.Rows.Read start count
            |> Result.map (fun rows ->
                Matrix.init rows.Rows columns (fun i k -> rows[i, (if k < kept then k else size + k - kept)]))

        {
            source with
                Places = places
                Rows = { source.Rows with ColumnCount = columns; Read = read }
        }

    /// How many tokens each text has, its places up to the last that counts, and whether any within them does not. Refused are
    /// tokens that are not finite.
    let lengths (source: TextSource) : Result<struct (int * bool)[], PipelineError> =
        let found = Array.zeroCreate source.Rows.RowCount
        let size = source.Places * source.Features

        source.Rows
        |> RowSource.visit 256 (fun start rows ->
            match rows.Values |> Array.tryFindIndex (Double.IsFinite >> not) with
            | Some k ->
                let row, column = k / rows.Columns, k % rows.Columns

                refuse
                    $"%s{source.Name} holds %g{rows.Values[k]} at text %d{start + row}, place %d{column / source.Features}, feature %d{column % source.Features} (counted from 0)"
            | None ->
                for i in 0 .. rows.Rows - 1 do
                    let counted = [| for t in 0 .. source.Places - 1 -> rows[i, size + t] <> 0.0 |]
                    let length = 1 + Array.FindLastIndex(counted, Predicate id)
                    found[start + i] <- struct (length, Array.contains false counted[.. length - 1])

                Ok())
        |> Result.map (fun () -> found)

    /// How many tokens that count differ from each other, by a hash of 64 bits.
    let distinct (source: TextSource) : Result<int, PipelineError> =
        let found = HashSet<uint64>()
        let size = source.Places * source.Features

        source.Rows
        |> RowSource.visit 256 (fun _ rows ->
            for i in 0 .. rows.Rows - 1 do
                for t in 0 .. source.Places - 1 do
                    if rows[i, size + t] <> 0.0 then
                        let mutable hash = 14695981039346656037UL

                        for k in t * source.Features .. (t + 1) * source.Features - 1 do
                            hash <- (hash ^^^ BitConverter.DoubleToUInt64Bits rows[i, k]) * 1099511628211UL
                            hash <- hash ^^^ (hash >>> 32)

                        found.Add hash |> ignore

            Ok())
        |> Result.map (fun () -> found.Count)

    /// What a flatten asks: every text has as many tokens as the first, and none within it is left out.
    let checkAlike
        (source: TextSource)
        (lengths: struct (int * bool)[])
        (places: int)
        : Result<unit, PipelineError> =
        match
            lengths |> Array.tryFindIndex (fun (struct (length, hasHoles)) -> length <> places || hasHoles)
        with
        | None -> Ok()
        | Some text ->
            let struct (length, hasHoles) = lengths[text]

            let what =
                if hasHoles then
                    "tokens within it are masked"
                else
                    $"it has %d{length} tokens, and the first text %d{places}"

            refuse
                $"flatten needs texts of one length, without gaps, and of text %d{text} (counted from 0) of %s{source.Name} %s{what}; a pool takes any"
