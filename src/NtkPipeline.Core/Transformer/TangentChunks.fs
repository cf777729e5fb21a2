namespace NtkPipeline.Core

open System
open System.Collections.Generic
open TorchSharp

/// Texts' sketched gradients by several heads, a chunk of texts at a time, as they are read: memory need not hold them all.
[<NoEquality; NoComparison>]
type TangentChunks = {
    /// Texts in all, and of a chunk; the last one has what is left.
    RowCount: int
    Size: int
    Columns: TangentColumns list
    Heads: int
    /// The rows of a chunk by its number, one set a head.
    Read: int -> Result<TangentRows[], PipelineError>
}

/// Kernels and features of chunks, in tiles of a chunk's size: K = 1/H Σ over heads of the inner products.
[<RequireQualifiedAccess>]
module TangentChunks =

    /// Bytes of a chunk's rows by all heads, in float16.
    let bytes (chunks: TangentChunks) : float =
        2.0 * float chunks.Size * float (TangentColumns.count chunks.Columns) * float chunks.Heads

    /// The same, but chunks that were read are kept, as many as fit into so many bytes.
    let remember (budget: float) (chunks: TangentChunks) : TangentChunks =
        let kept = Dictionary<int, TangentRows[]>()

        let read number =
            match kept.TryGetValue number with
            | true, rows -> Ok rows
            | _ ->
                chunks.Read number
                |> Result.map (fun rows ->
                    if float (kept.Count + 1) * bytes chunks <= budget then
                        kept[number] <- rows

                    rows)

        { chunks with Read = read }

    /// Each head's counted columns in float32, times its scale over √H, texts × columns.
    let private prepare device (rows: TangentRows[]) : torch.Tensor[] =
        let share = 1.0 / sqrt (float rows.Length)

        rows
        |> Array.map (fun ofHead ->
            use _ = torch.NewDisposeScope()

            (TangentKernel.counted device ofHead.Columns ofHead.Values)
                .mul_((ofHead.Scale * share).ToScalar())
                .MoveToOuterDisposeScope())

    let private tiles isSymmetric columns (chunks: TangentChunks) computeRow : KernelTiles<float32> = {
        RowCount = chunks.RowCount
        ColumnCount = columns
        Sheets = None
        Inner = []
        IsSymmetric = isSymmetric
        Side = chunks.Size
        ComputeRow = computeRow
    }

    let private product
        (finish: torch.Tensor -> torch.Tensor)
        (above: torch.Tensor[])
        (left: torch.Tensor[])
        =
        use _ = torch.NewDisposeScope()

        Array.map2 (fun (a: torch.Tensor) (b: torch.Tensor) -> a.mm (b.t ())) above left
        |> Array.reduce (fun sum next -> sum.add_ next)
        |> fun sum -> Tensors.toArray32 ((finish sum).cpu())

    /// The kernel of all texts with themselves. What reading a chunk refuses, so do its tiles.
    let kernel (device: torch.Device) (chunks: TangentChunks) : KernelTiles<float32> =
        let computeRow top (lefts: int list) receive =
            use _ = torch.NewDisposeScope()

            chunks.Read(top / chunks.Size)
            |> Result.bind (fun rows ->
                let above = prepare device rows
                let height = rows[0].Values.Rows

                (Ok(), lefts)
                ||> List.fold (fun sound left ->
                    use _ = torch.NewDisposeScope()

                    sound
                    |> Result.bind (fun () ->
                        if left = top then
                            Ok(above, height)
                        else
                            chunks.Read(left / chunks.Size)
                            |> Result.map (fun rows -> prepare device rows, rows[0].Values.Rows))
                    |> Result.bind (fun (others, width) ->
                        receive {
                            Top = top
                            Left = left
                            Height = height
                            Width = width
                            Values =
                                product (if left = top then TangentKernel.mirrored else id) above others
                        })))

        tiles true chunks.RowCount chunks computeRow

    /// Rows whose inner products are the kernel: the heads' columns side by side, each times its scale over √H.
    let features (chunks: TangentChunks) : KernelTiles<float32> =
        let columns = chunks.Heads * TangentColumns.count chunks.Columns

        let computeRow top (lefts: int list) receive =
            use _ = torch.NewDisposeScope()

            chunks.Read(top / chunks.Size)
            |> Result.bind (fun rows ->
                let all = torch.cat (prepare torch.CPU rows, 1L)

                (Ok(), lefts)
                ||> List.fold (fun sound left ->
                    use _ = torch.NewDisposeScope()
                    let width = min chunks.Size (columns - left)

                    sound
                    |> Result.bind (fun () ->
                        receive {
                            Top = top
                            Left = left
                            Height = int all.shape[0]
                            Width = width
                            Values = Tensors.toArray32 (all.narrow (1L, int64 left, int64 width))
                        })))

        tiles false columns chunks computeRow
