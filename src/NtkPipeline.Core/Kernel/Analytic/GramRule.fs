namespace NtkPipeline.Core

open System
open System.Threading.Tasks

/// How the entries of one kernel are computed, decided by the norms of all rows. It serves any part of the matrix: the bits
/// of an entry depend on its own two rows and on those norms alone.
[<NoEquality; NoComparison>]
type GramRule<'t> = {
    /// Rows with themselves.
    Symmetric: UnitRows -> Matrix<'t>
    Between: UnitRows -> UnitRows -> Matrix<'t>
}

/// Ways to the entries of analytic kernel matrices, of which any part may be asked for.
[<RequireQualifiedAccess>]
module GramRule =

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
                    let value = convert (entry (UnitRows.within xs i j))
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
                    values[i * m + j] <- convert (entry (UnitRows.between xs i zs j)))

        Matrix.create n m values

    /// The definition, lifted.
    let private direct (convert: float -> 't) (entry: unit -> Moments -> float) : GramRule<'t> = {
        Symmetric = fun xs -> symmetric (entry ()) convert xs
        Between = fun xs zs -> between (entry ()) convert xs zs
    }

    /// The pairs of rows at which a table is held against the definition: row k of the first set with row k of the second.
    let sampled (rows: int) (columns: int) : int[] * int[] =
        let count = 61

        if rows = 0 || columns = 0 then
            [||], [||]
        else
            Array.init (count + 1) (fun k -> k * (rows - 1) / count),
            Array.init (count + 1) (fun k -> k * 37 % count * (columns - 1) / count)

    /// Whether the sampled entries are the definition's to within `tolerance`·√(K_xx K_zz).
    let private agrees (tolerance: float) entry (xs: UnitRows) (zs: UnitRows) (k: Matrix<float32>) =
        seq { 0 .. xs.Norms.Length - 1 }
        |> Seq.forall (fun i ->
            let expected: float = entry (UnitRows.between xs i zs i)
            let scale = sqrt (entry (Moments.same xs.Norms[i])) * sqrt (entry (Moments.same zs.Norms[i]))
            let gap = abs (float k[i, i] - expected)
            gap <= tolerance * scale || not (Double.IsFinite gap))

    /// The cosine table for rows of these norms, if one holds and stands the check at the rows that `sampled` names, of both sets.
    let table
        (network: Network)
        (entry: Moments -> float)
        (norms: float[])
        (xs: UnitRows, zs: UnitRows)
        : TableGram.Plan option =
        TableGram.plan network entry norms
        |> Option.filter (fun plan -> agrees 2e-6 entry xs zs (TableGram.between plan entry xs zs))

    /// In float64, for rows of so many columns whose norms these are.
    let double
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : GramRule<float> =
        direct id (PairKernel.maker kernel network columns norms)

    /// In float32: by the cosine table wherever `table` gives one, else by the definition.
    let single
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        (xs: UnitRows, zs: UnitRows)
        : GramRule<float32> =
        let make = PairKernel.maker kernel network columns norms
        let entry = make ()

        match table network entry norms (xs, zs) with
        | Some plan -> {
            Symmetric = fun xs -> TableGram.symmetric plan (make ()) xs
            Between = fun xs zs -> TableGram.between plan (make ()) xs zs
          }
        | None -> direct float32 make
