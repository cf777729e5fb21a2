namespace NtkPipeline.Core

open System
open System.Threading.Tasks

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

    /// `quick` if it is the definition to within 1e-12·√(K_xx K_zz) at several angles, for norms taken at regular steps of the
    /// rows' sorted ones, else the definition.
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

        if samples |> List.forall isNear then quick else entry

    /// The kernel of a pair for many pairs of rows of these norms.
    let entryOf
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (network: Network)
        (columns: int)
        (norms: float[])
        : Moments -> float =
        let definition = kernel Integrals.byQuadrature network columns

        if isIntegrated network.Layers then
            verified (kernel (Integrals.bySeries ()) network columns) definition norms
        else
            definition

    /// The definition, lifted.
    let private direct (convert: float -> 't) entry (xs: UnitRows) (zs: UnitRows option) =
        match zs with
        | None -> symmetric entry convert xs
        | Some zs -> between entry convert xs zs

    /// Whether entries of the matrix, taken at regular steps, are the definition's to within `tolerance`·√(K_xx K_zz).
    let private agrees (tolerance: float) entry (xs: UnitRows) (zs: UnitRows) (k: Matrix<float32>) =
        let count = 61

        Seq.forall
            (fun sample ->
                let i, j =
                    sample * (xs.Norms.Length - 1) / count,
                    sample * 37 % count * (zs.Norms.Length - 1) / count

                let expected: float = entry (UnitRows.moments xs i zs j)
                let scale = sqrt (entry (Moments.same xs.Norms[i])) * sqrt (entry (Moments.same zs.Norms[j]))
                let gap = abs (float k[i, j] - expected)
                gap <= tolerance * scale || not (Double.IsFinite gap))
            (seq { 0..count })

    /// By the cosine table if it holds and stands the check, else by the definition.
    let private inFloat32 (network: Network) entry (xs: UnitRows) (zs: UnitRows option) : Matrix<float32> =
        let norms =
            zs |> Option.map (fun zs -> Array.append xs.Norms zs.Norms) |> Option.defaultValue xs.Norms

        let byTable =
            TableGram.plan network entry norms
            |> Option.map (fun plan ->
                match zs with
                | None -> TableGram.symmetric plan entry xs
                | Some zs -> TableGram.between plan entry xs zs)

        match byTable with
        | Some k when k.Values.Length = 0 || agrees 2e-6 entry xs (defaultArg zs xs) k -> k
        | Some _
        | None -> direct float32 entry xs zs

    let private compute
        (kernel: Integrals -> Network -> int -> Moments -> float)
        (lift: Network -> (Moments -> float) -> UnitRows -> UnitRows option -> Matrix<'t>)
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
            let xs, zs = UnitRows.ofMatrix x, Option.map UnitRows.ofMatrix z

            let norms =
                zs |> Option.map (fun zs -> Array.append xs.Norms zs.Norms) |> Option.defaultValue xs.Norms

            let entry = entryOf kernel network x.Columns norms
            let result = lift network entry xs zs

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

    /// K in float64.
    let nngp64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute AnalyticNtk.nngpBy (fun _ -> direct id) Double.IsFinite network x z

    /// Θ in float64.
    let ntk64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute AnalyticNtk.ntkBy (fun _ -> direct id) Double.IsFinite network x z

    /// K in float32.
    let nngp (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute AnalyticNtk.nngpBy inFloat32 Single.IsFinite network (wide x) (Option.map wide z)

    /// Θ in float32.
    let ntk (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute AnalyticNtk.ntkBy inFloat32 Single.IsFinite network (wide x) (Option.map wide z)
