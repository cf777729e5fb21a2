namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices
open NtkPipeline.Core

/// Rows of arrays (see `ArrayFile`), read when they are wanted, so that an input may be larger than memory; of files that are not plain
/// float32 or float64, row after row, read at once. A one-dimensional array is one column.
[<RequireQualifiedAccess>]
module NpyRows =

    /// Runs something that reads; what the disk refuses becomes a sentence with the path.
    let internal guard
        (path: string)
        (action: unit -> Result<'a, PipelineError>)
        : Result<'a, PipelineError> =
        try
            if Directory.Exists path then
                Error(DataRefused $"%s{path}: it is a folder, not a file.")
            else
                action ()
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> Error(DataRefused $"%s{path}: there is no such file.")
        | DiskRefusal.Reason reason -> Error(StoreFault $"%s{path}: it cannot be read: %s{reason}")

    /// What the header of an array of at most so many dimensions says, where the file has as many values.
    let internal layoutUpTo (dimensions: int) (path: string) : Result<NpyLayout, PipelineError> =
        guard path (fun () ->
            ArrayFile.openRead path
            |> Result.bind (fun opened ->
                use file = opened
                Npy.readLayoutUpTo dimensions file |> Result.map (fun layout -> layout, file.Length))
            |> Result.bind (fun (layout, length) ->
                // As a decimal: a header may claim more bytes than 64 bits count.
                let size =
                    decimal layout.RowCount * decimal layout.ColumnCount * decimal layout.BytesPerValue

                match compare (decimal length) (decimal layout.Start + size) with
                | 0 -> Ok layout
                | short when short < 0 -> Error "it ends before its last value"
                | _ -> Error "it goes on after its last value")
            |> Result.mapError (fun reason -> DataRefused $"%s{path}: %s{reason}."))

    let private layout = layoutUpTo 2

    /// How large a matrix a file holds, and in which precision it is read; the values are not.
    let shape (path: string) : Result<KernelShape, PipelineError> =
        layout path
        |> Result.map (fun layout -> {
            Rows = layout.RowCount
            Columns = layout.ColumnCount
            Entry = if layout.Kind = NpyKind.Real && layout.BytesPerValue <= 4 then 4 else 8
        })

    /// Values of the file's own width from a byte on.
    let internal readAt<'v when 'v: unmanaged and 'v: (new: unit -> 'v) and 'v: struct and 'v :> ValueType>
        (path: string)
        (offset: int64)
        (count: int)
        : Result<'v[], PipelineError> =
        guard path (fun () ->
            use file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)
            let values = Array.zeroCreate<'v> count
            let size = count * sizeof<'v>

            let rec fill got =
                if got = size then
                    Ok values
                else
                    let bytes = MemoryMarshal.AsBytes(Span<'v>(values)).Slice got

                    match RandomAccess.Read(file, bytes, offset + int64 got) with
                    | 0 -> Error(DataRefused $"%s{path}: it has become shorter while it was read.")
                    | more -> fill (got + more)

            fill 0)

    /// More than rows of any network have.
    let private mostDimensions = 8

    /// The rows of a file that is stored otherwise than they are wanted, or of another program's order: it is read whole.
    let private whole
        path
        (ofSingle: NpyLayout -> int64 -> float32[] -> Result<'t[], PipelineError>)
        ofDouble
        (layout: NpyLayout)
        =
        guard path (fun () ->
            ArrayFile.openRead path
            |> Result.bind (fun opened ->
                use file = opened
                Npy.readAnyUpTo mostDimensions file)
            |> Result.mapError (fun reason -> DataRefused $"%s{path}: %s{reason}."))
        |> Result.bind (function
            | Choice1Of2 m -> ofSingle layout 0L m.Values
            | Choice2Of2 m -> ofDouble layout 0L m.Values)
        |> Result.map (Matrix.create layout.RowCount layout.ColumnCount >> RowSource.ofMatrix)

    /// The rows of a plain file, made of what is stored: the conversions are told the number of the first value.
    let private plain
        (ofSingle: NpyLayout -> int64 -> float32[] -> Result<'t[], PipelineError>)
        (ofDouble: NpyLayout -> int64 -> float[] -> Result<'t[], PipelineError>)
        (path: string)
        (layout: NpyLayout)
        : RowSource<'t> = {
        RowCount = layout.RowCount
        ColumnCount = layout.ColumnCount
        Read =
            fun start count ->
                let first = int64 start * int64 layout.ColumnCount
                let offset = layout.Start + first * int64 layout.BytesPerValue
                let size = count * layout.ColumnCount

                let values =
                    if layout.BytesPerValue = 4 then
                        readAt<float32> path offset size |> Result.bind (ofSingle layout first)
                    else
                        readAt<float> path offset size |> Result.bind (ofDouble layout first)

                values |> Result.map (Matrix.create count layout.ColumnCount)
    }

    /// A file's rows, however they are stored.
    let private rowsOf ofSingle ofDouble path (layout: NpyLayout) : Result<RowSource<'t>, PipelineError> =
        if layout.IsPlain && ArrayFile.isPlain path then
            Ok(plain ofSingle ofDouble path layout)
        else
            whole path ofSingle ofDouble layout

    /// Rounds to float32; a finite number that float32 does not reach is refused.
    let private narrow (path: string) (layout: NpyLayout) (first: int64) (values: float[]) =
        let narrowed = Array.map float32 values

        let isLost k = Double.IsFinite values[k] && not (Single.IsFinite narrowed[k])

        match seq { 0 .. values.Length - 1 } |> Seq.tryFind isLost with
        | None -> Ok narrowed
        | Some k ->
            let row, column = (first + int64 k) / int64 layout.ColumnCount, k % layout.ColumnCount

            Error(
                DataRefused
                    $"%s{path}: it holds %g{values[k]} at row %d{row}, column %d{column} (counted from 0), more than float32 holds; compute in float64 or scale it down."
            )

    let private singles (path: string) : NpyLayout -> Result<RowSource<float32>, PipelineError> =
        rowsOf (fun _ _ -> Ok) (narrow path) path

    /// The rows of a file of this layout as float64.
    let internal doubles (path: string) : NpyLayout -> Result<RowSource<float>, PipelineError> =
        rowsOf (fun _ _ -> Array.map float >> Ok) (fun _ _ -> Ok) path

    /// The rows as float32, whatever they are stored in.
    let openSingle (path: string) : Result<RowSource<float32>, PipelineError> =
        layout path |> Result.bind (singles path)

    /// The rows as float64, whatever they are stored in.
    let openDouble (path: string) : Result<RowSource<float>, PipelineError> =
        layout path |> Result.bind (doubles path)

    /// Rows of an array of two dimensions or more, each in one line, and one row's axes.
    let private openShaped
        (rowsOf: NpyLayout -> Result<RowSource<'t>, PipelineError>)
        (path: string)
        : Result<RowSource<'t> * int64 list, PipelineError> =
        layoutUpTo mostDimensions path
        |> Result.bind (fun layout ->
            let axes =
                match layout.Sizes with
                | _ :: (_ :: _ as row) -> row
                | _ -> [ 1 ]

            rowsOf layout |> Result.map (fun rows -> rows, List.map int64 axes))

    /// The rows as float32, and one row's axes in the file.
    let openShapedSingle (path: string) : Result<RowSource<float32> * int64 list, PipelineError> =
        openShaped (singles path) path

    /// The rows as float64, and one row's axes in the file.
    let openShapedDouble (path: string) : Result<RowSource<float> * int64 list, PipelineError> =
        openShaped (doubles path) path
