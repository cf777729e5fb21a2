namespace NtkPipeline.Core

open System
open System.Threading.Tasks

/// Analytic kernel matrices. `None` as the second set of rows means the rows with themselves: one half is computed and
/// written twice, and the diagonal has angle exactly 0. Every entry is that of `AnalyticNtk`, computed in float64 from the
/// two rows alone, so neither tiles nor threads nor other rows change a bit of it; the float32 functions round at the end.
/// No finite input gives a NaN: what does not fit the precision is refused.
[<RequireQualifiedAccess>]
module Gram =

    /// Rows and columns of one piece of work; its entries and their mirror image fit a core's cache.
    let private tile = 128

    let private starts (count: int) = [| 0..tile .. count - 1 |]

    /// Runs a pure function on every pair of tiles, on all cores.
    let private onTiles (pairs: struct (int * int)[]) (work: int -> int -> unit) =
        Parallel.For(0, pairs.Length, (fun k -> let struct (i, j) = pairs[k] in work i j)) |> ignore

    let private symmetric (entry: Moments -> float) (convert: float -> 't) (xs: UnitRows) : Matrix<'t> =
        let n = xs.Units.Rows
        let values = Array.zeroCreate (n * n)

        let pairs = [|
            for i in starts n do
                for j in starts n do
                    if j >= i then
                        struct (i, j)
        |]

        onTiles pairs (fun top left ->
            for i in top .. min n (top + tile) - 1 do
                for j in max i left .. min n (left + tile) - 1 do
                    let moments = if i = j then Moments.same xs.Norms[i] else UnitRows.moments xs i xs j
                    let value = convert (entry moments)
                    values[i * n + j] <- value
                    values[j * n + i] <- value)

        Matrix.create n n values

    let private between
        (entry: Moments -> float)
        (convert: float -> 't)
        (xs: UnitRows)
        (zs: UnitRows)
        : Matrix<'t> =
        let n, m = xs.Units.Rows, zs.Units.Rows
        let values = Array.zeroCreate (n * m)

        let pairs = [|
            for i in starts n do
                for j in starts m do
                    struct (i, j)
        |]

        onTiles pairs (fun top left ->
            for i in top .. min n (top + tile) - 1 do
                for j in left .. min m (left + tile) - 1 do
                    values[i * m + j] <- convert (entry (UnitRows.moments xs i zs j)))

        Matrix.create n m values

    let private refuseNonFinite (what: string) (m: Matrix<float>) =
        match Matrix.firstNonFinite m with
        | Some(row, column) ->
            Error(
                NumbersRefused
                    $"kernel: the %s{what} hold %g{m[row, column]} at row %d{row}, column %d{column} (counted from 0)"
            )
        | None -> Ok()

    let private compute
        (kernel: Network -> int -> Moments -> float)
        (convert: float -> 't)
        (isFinite: 't -> bool)
        (network: Network)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        : Result<Matrix<'t>, PipelineError> =
        let checkedColumns =
            match z with
            | Some z when z.Columns <> x.Columns ->
                Error(
                    NumbersRefused
                        $"kernel: rows of %d{x.Columns} columns cannot meet rows of %d{z.Columns} columns"
                )
            | _ when x.Columns = 0 -> Error(NumbersRefused "kernel: the inputs have no columns")
            | _ -> Ok()

        checkedColumns
        |> Result.bind (fun () -> refuseNonFinite "inputs" x)
        |> Result.bind (fun () ->
            z |> Option.map (refuseNonFinite "second inputs") |> Option.defaultValue (Ok()))
        |> Result.bind (fun () ->
            let entry = kernel network x.Columns

            let result =
                match z with
                | None -> symmetric entry convert (UnitRows.ofMatrix x)
                | Some z -> between entry convert (UnitRows.ofMatrix x) (UnitRows.ofMatrix z)

            // A row that is too long shows on the diagonal.
            let overflow =
                let k = result.Values |> Array.tryFindIndex (isFinite >> not)
                let first = k |> Option.map (fun k -> k / result.Columns, k % result.Columns)

                match z with
                | Some _ -> first
                | None ->
                    seq { 0 .. result.Rows - 1 }
                    |> Seq.tryFind (fun i -> not (isFinite result[i, i]))
                    |> Option.map (fun i -> i, i)
                    |> Option.orElse first

            match overflow with
            | None -> Ok result
            | Some(row, column) ->
                Error(
                    NumbersRefused
                        $"kernel: of rows %d{row} and %d{column} (counted from 0) it exceeds what %s{typeof<'t>.Name} holds; scale the inputs down"
                ))

    let private wide (m: Matrix<float32>) : Matrix<float> = Matrix.map float m

    /// K in float64.
    let nngp64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute AnalyticNtk.nngp id Double.IsFinite network x z

    /// Θ in float64.
    let ntk64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute AnalyticNtk.ntk id Double.IsFinite network x z

    /// K, rounded to float32.
    let nngp (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute AnalyticNtk.nngp float32 Single.IsFinite network (wide x) (Option.map wide z)

    /// Θ, rounded to float32.
    let ntk (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute AnalyticNtk.ntk float32 Single.IsFinite network (wide x) (Option.map wide z)
