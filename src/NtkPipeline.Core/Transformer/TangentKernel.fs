namespace NtkPipeline.Core

open System
open TorchSharp

/// Inner products of rows of gradients: the sketched tangent kernel, in tiles, products and sums in float32.
[<RequireQualifiedAccess>]
module TangentKernel =

    /// Rows and columns of a tile of a file.
    let side = 1024

    /// … of a kernel that is wholly in memory, beside which stand the gradients of two tiles in float32: at 512 rows some hundred megabytes.
    let private smallSide = 512

    /// Rows that lie in several sets, one after another.
    let private source (sets: TangentRows list) : RowSource<Half> =
        let sets = Array.ofList sets
        let starts = sets |> Array.scan (fun start rows -> start + rows.Values.Rows) 0
        let columns = sets[0].Values.Columns

        // Rows are used up before the next ones are read: one buffer serves all of a size.
        let mutable buffer: Half[] = [||]

        let read start count =
            if buffer.Length <> count * columns then
                buffer <- Array.zeroCreate<Half>(count * columns)

            let values = buffer

            for k in 0 .. sets.Length - 1 do
                let first, last = max start starts[k], min (start + count) starts[k + 1]

                if first < last then
                    Array.Copy(
                        sets[k].Values.Values,
                        (first - starts[k]) * columns,
                        values,
                        (first - start) * columns,
                        (last - first) * columns
                    )

            Ok(Matrix.create count columns values)

        { RowCount = Array.last starts; ColumnCount = columns; Read = read }

    /// Columns that lie beside one another, as (start, count).
    let private runs (columns: TangentColumns list) =
        (columns |> List.sortBy _.Start, [])
        ||> List.foldBack (fun next runs ->
            match runs with
            | (start, count) :: rest when next.Start + next.Count = start ->
                (next.Start, next.Count + count) :: rest
            | _ -> (next.Start, next.Count) :: runs)

    let private ofRows (rows: Matrix<Half>) =
        torch.frombuffer(rows.Values, torch.ScalarType.Float16).reshape(int64 rows.Rows, -1L)

    let private countedOf (device: torch.Device) (columns: TangentColumns list) (rows: torch.Tensor) =
        use _ = torch.NewDisposeScope()

        let part (start: int, count: int) =
            rows.narrow(1L, int64 start, int64 count).``to``(device).``to``(torch.float32)

        let joined =
            match runs columns with
            | [ one ] -> part one
            | several -> torch.cat (several |> List.map part |> Array.ofList, 1L)

        joined.MoveToOuterDisposeScope()

    /// The counted columns of rows, in float32 on a device.
    let internal counted
        (device: torch.Device)
        (columns: TangentColumns list)
        (rows: Matrix<Half>)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        (ofRows rows |> countedOf device columns).MoveToOuterDisposeScope()

    /// A product with one's own transpose, symmetric but for rounding, with the half above the diagonal in both halves.
    let internal mirrored (found: torch.Tensor) : torch.Tensor = found.triu().add_(found.triu(1L).t())

    let private tilesOf
        (side: int)
        (device: torch.Device)
        (columns: TangentColumns list)
        (scale: float)
        (x: RowSource<Half>)
        (z: RowSource<Half> option)
        : KernelTiles<float32> =
        let product (finish: torch.Tensor -> torch.Tensor) (a: torch.Tensor) (b: torch.Tensor) =
            use _ = torch.NewDisposeScope()
            let found = a.mm(b.t ()).mul_((scale * scale).ToScalar())
            (finish found).cpu() |> Tensors.toArray32

        StripTiles.create Precision.single None [] side x z {
            Inputs = "texts"
            Scope = fun () -> torch.NewDisposeScope()
            Prepare = counted device columns
            Between = fun _ _ above left -> product id above left
            Symmetric = fun _ above -> product mirrored above above
        }

    /// The kernel of rows as they are read, of the columns counted; `scale` is the rows' own. Half of a symmetric one is computed.
    let tiles device columns scale x z : KernelTiles<float32> = tilesOf side device columns scale x z

    let private check (sets: TangentRows list) =
        match sets with
        | [] -> invalidArg (nameof sets) "a kernel needs rows"
        | first :: others ->
            if
                others |> List.exists (fun rows -> rows.Columns <> first.Columns || rows.Scale <> first.Scale)
            then
                invalidArg (nameof sets) "rows of different heads or sketches have no common kernel"

            first

    let private tilesIn x z =
        let first = check (x @ defaultArg z [])
        tilesOf smallSide torch.CPU first.Columns first.Scale (source x) (Option.map source z)

    let private kernel x z =
        let tiles = tilesIn x z

        match KernelTiles.toArray tiles with
        | Ok values -> Matrix.create tiles.RowCount tiles.ColumnCount values
        | Error e -> invalidOp e.Sentence

    /// The kernel of all rows with themselves; rows of one text's length must be of one head and sketch.
    let symmetric (x: TangentRows list) : Matrix<float32> = kernel x None

    /// The kernel of the rows of x with those of z.
    let between (x: TangentRows list) (z: TangentRows list) : Matrix<float32> = kernel x (Some z)

    let private part (from: int) (count: int) (rows: TangentRows) : TangentRows = {
        rows with
            Values =
                Matrix.create
                    count
                    rows.Values.Columns
                    (Array.sub rows.Values.Values (from * rows.Values.Columns) (count * rows.Values.Columns))
    }

    /// The first `count` rows, and the others.
    let private splitAt count (x: TangentRows list) =
        ((count, [], []), x)
        ||> List.fold (fun (left, first, others) rows ->
            let size = rows.Values.Rows
            let taken = min left size

            left - taken,
            (if taken = 0 then first
             elif taken = size then rows :: first
             else part 0 taken rows :: first),
            (if taken = size then others
             elif taken = 0 then rows :: others
             else part taken (size - taken) rows :: others))
        |> fun (_, first, others) -> List.rev first, List.rev others

    /// The kernel of all rows with the first `count`.
    let leading (count: int) (x: TangentRows list) : Matrix<float32> =
        match splitAt count x with
        | [], _ -> invalidArg (nameof count) "a kernel needs columns"
        | first, [] -> symmetric first
        | first, others ->
            let above, below = tilesIn first None, tilesIn others (Some first)
            let rows = above.RowCount + below.RowCount
            let values = Array.zeroCreate<float32>(rows * count)

            match
                KernelTiles.copyTo values 0L above
                |> Result.bind (fun () ->
                    KernelTiles.copyTo values (int64 above.RowCount * int64 count) below)
            with
            | Ok() -> Matrix.create rows count values
            | Error e -> invalidOp e.Sentence

    /// The kernel of each row with itself.
    let diagonal (x: TangentRows list) : float[] =
        let scale = (check x).Scale

        let squares (rows: TangentRows) start =
            use _ = torch.NewDisposeScope()
            let count = min side (rows.Values.Rows - start)

            ((ofRows rows.Values).narrow(0L, int64 start, int64 count) |> countedOf torch.CPU rows.Columns)
                .square()
                .sum(1L, ``type`` = torch.float64)
            |> Tensors.toArray64

        [|
            for rows in x do
                for start in 0..side .. rows.Values.Rows - 1 do
                    for square in squares rows start do
                        scale * scale * square
        |]
