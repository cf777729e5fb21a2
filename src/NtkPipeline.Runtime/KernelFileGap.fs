namespace NtkPipeline.Runtime

open System
open FsToolkit.ErrorHandling
open NtkPipeline.Core

/// Compares a written empirical kernel with its network's analytic one.
[<RequireQualifiedAccess>]
module KernelFileGap =

    /// Entries of a written array, rows × columns × what a pair has, summed over the array's first axis where it has one.
    let private entries<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (precision: Precision<'t>)
        (path: string)
        (tiles: KernelTiles<'t>)
        (rows: int[])
        (columns: int[])
        : Result<float[], PipelineError> =
        let inner = List.fold (*) 1 tiles.Inner
        let line = tiles.ColumnCount * inner
        let start = int64 (Npy.header<'t>(KernelTiles.shape tiles)).Length
        let found = Array.zeroCreate (rows.Length * columns.Length * inner)

        result {
            for sheet in 0 .. defaultArg tiles.Sheets 1 - 1 do
                for i in 0 .. rows.Length - 1 do
                    let place = (int64 sheet * int64 tiles.RowCount + int64 rows[i]) * int64 line
                    let! (values: 't[]) = NpyRows.readAt path (start + place * int64 sizeof<'t>) line

                    for j in 0 .. columns.Length - 1 do
                        for k in 0 .. inner - 1 do
                            let at = (i * columns.Length + j) * inner + k
                            found[at] <- found[at] + precision.ToFloat values[columns[j] * inner + k]

            return found
        }

    /// How far a written empirical kernel lies from its network's analytic one, on a bounded number of rows.
    let measure<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (precision: Precision<'t>)
        (path: string)
        (request: KernelRequest)
        (tiles: KernelTiles<'t>)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : Result<KernelGap option, PipelineError> =
        let rows, columns = AnalyticGap.probe tiles.RowCount, AnalyticGap.probe tiles.ColumnCount
        let gather rows = RowSource.gather rows >> Result.map (Matrix.map precision.ToFloat)

        let outputs = request.Finite |> Option.map _.Form.Outputs |> Option.defaultValue Trace

        result {
            let! values = entries precision path tiles rows columns
            let! ofX = gather rows x

            let! ofZ =
                match z with
                | None -> Ok None
                | Some z -> gather columns z |> Result.map Some

            return! AnalyticGap.measure request.Kind request.Architecture outputs ofX ofZ values
        }

    /// The same of an empirical kernel of texts, on a bounded number of them.
    let measureTexts<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (precision: Precision<'t>)
        (path: string)
        (machine: KernelMachine)
        (request: KernelRequest)
        (tiles: KernelTiles<'t>)
        (x: TextSource)
        (z: TextSource option)
        : Result<KernelGap option, PipelineError> =
        let rows, columns = TextGap.probe tiles

        entries precision path tiles rows columns
        |> Result.bind (TextGap.measure machine request (rows, columns) x z)
