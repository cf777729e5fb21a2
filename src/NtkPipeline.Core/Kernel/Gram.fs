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

/// Analytic kernel matrices. `None` as the second set of rows means the rows with themselves: one half is computed and
/// written twice, and the diagonal has angle exactly 0. In float64 every entry is that of `AnalyticNtk`, computed from the two
/// rows alone, so neither tiles nor threads nor other rows change a bit of it; activations without a closed form are summed by
/// Hermite series, which are checked on some of the norms to be within 1e-12 of the definition, or else it is used. In float32 entries come from a cosine table wherever one holds
/// (`TableGram`), within 2e-6 of the definition relative to √(K_xx K_zz), which is checked on sampled pairs; where none
/// holds they are the definition's, rounded. No finite input gives a NaN: what does not fit the precision is refused.
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

    let rec private isIntegrated (layers: Layer list) =
        layers
        |> List.exists (fun layer ->
            match layer with
            | Activate activation -> (SmoothKink.value activation).IsSome
            | Residual branch -> isIntegrated branch
            | Dense _
            | LayerNorm _ -> false)

    /// Whether `quick` is the definition to within 1e-12·√(K_xx K_zz) at several angles, for norms taken at regular steps of the
    /// rows' sorted ones.
    let private verified (quick: Moments -> float) (entry: Moments -> float) (norms: float[]) =
        let sorted = norms |> Array.filter (fun norm -> norm > 0.0) |> Array.sort

        let isNear (u, v, angle: float) =
            let m = Moments.ofAngle u v (cos angle) (sin angle)
            let scale = sqrt (entry (Moments.same u)) * sqrt (entry (Moments.same v))
            let gap = abs (quick m - entry m)
            gap <= 1e-12 * scale || not (Double.IsFinite gap)

        let samples = [
            if sorted.Length > 0 then
                let at step = sorted[step * (sorted.Length - 1) / 4]

                for step in 0..4 do
                    for angle in [ 0.1; 1.2; 3.0 ] do
                        at step, at (4 - step), angle
        ]

        samples |> List.forall isNear

    /// Makes the kernel of a pair for many pairs of rows of these norms. What one makes remembers its rows' series, so each
    /// part of a large matrix has its own.
    let private entriesOf
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : unit -> Moments -> float =
        let exact = kernel Integrals.byQuadrature network columns

        if isIntegrated network.Layers then
            let quick () = kernel (Integrals.bySeries ()) network columns
            if verified (quick ()) exact norms then quick else fun () -> exact
        else
            fun () -> exact

    /// The kernel of a pair for many pairs of rows of these norms.
    let entryOf
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : Moments -> float =
        entriesOf kernel network columns norms ()

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
            let expected: float = entry (UnitRows.moments xs i zs i)
            let scale = sqrt (entry (Moments.same xs.Norms[i])) * sqrt (entry (Moments.same zs.Norms[i]))
            let gap = abs (float k[i, i] - expected)
            gap <= tolerance * scale || not (Double.IsFinite gap))

    /// In float64, for rows of so many columns whose norms these are.
    let rule64
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : GramRule<float> =
        direct id (entriesOf kernel network columns norms)

    /// In float32: by the cosine table if it holds and stands the check at the rows that `sampled` names, of both sets, else by
    /// the definition.
    let rule32
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        (xs: UnitRows, zs: UnitRows)
        : GramRule<float32> =
        let make = entriesOf kernel network columns norms
        let entry = make ()

        match TableGram.plan network entry norms with
        | Some plan when agrees 2e-6 entry xs zs (TableGram.between plan entry xs zs) -> {
            Symmetric = fun xs -> TableGram.symmetric plan (make ()) xs
            Between = fun xs zs -> TableGram.between plan (make ()) xs zs
          }
        | Some _
        | None -> direct float32 make

    let private compute
        (rule: Network -> int -> float[] -> UnitRows * UnitRows -> GramRule<'t>)
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
            let xs = UnitRows.ofMatrix x
            let zs = z |> Option.map UnitRows.ofMatrix |> Option.defaultValue xs
            let norms = if z.IsSome then Array.append xs.Norms zs.Norms else xs.Norms
            let rows, columns = sampled xs.Norms.Length zs.Norms.Length
            let rule = rule network x.Columns norms (UnitRows.gather rows xs, UnitRows.gather columns zs)
            let result = if z.IsSome then rule.Between xs zs else rule.Symmetric xs

            // By Cauchy and Schwarz, a symmetric kernel is finite where its diagonal is.
            let overflow =
                match z with
                | Some _ ->
                    result.Values
                    |> Array.tryFindIndex (isFinite >> not)
                    |> Option.map (fun k -> k / result.Columns, k % result.Columns)
                | None ->
                    seq { 0 .. result.Rows - 1 }
                    |> Seq.tryFind (fun i -> not (isFinite result[i, i]))
                    |> Option.map (fun i -> i, i)

            match overflow with
            | None -> Ok result
            | Some(row, column) ->
                Error(
                    NumbersRefused
                        $"kernel: of rows %d{row} and %d{column} (counted from 0) it exceeds what %s{typeof<'t>.Name} holds; scale the inputs down"
                ))

    let private wide (m: Matrix<float32>) : Matrix<float> = Matrix.map float m

    let private wideRule kind network columns norms (_: UnitRows * UnitRows) =
        rule64 kind network columns norms

    /// K in float64.
    let nngp64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute (wideRule AnalyticNtk.nngpBy) Double.IsFinite network x z

    /// Θ in float64.
    let ntk64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute (wideRule AnalyticNtk.ntkBy) Double.IsFinite network x z

    /// K in float32.
    let nngp (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute (rule32 AnalyticNtk.nngpBy) Single.IsFinite network (wide x) (Option.map wide z)

    /// Θ in float32.
    let ntk (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute (rule32 AnalyticNtk.ntkBy) Single.IsFinite network (wide x) (Option.map wide z)
