namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Compares an empirical kernel of texts with its network's analytic one on a bounded number of texts.
[<RequireQualifiedAccess>]
module TextGap =

    /// Texts of each side, and entries, at most.
    let private mostTexts, mostEntries = 64, 4e6

    /// The texts of rows and of columns that are compared, evenly spread.
    let probe (tiles: KernelTiles<'t>) : int[] * int[] =
        let inner = tiles.Inner |> List.fold (fun n size -> n * float size) 1.0
        let most = min mostTexts (max 1 (int (sqrt (mostEntries / max 1.0 inner))))
        AnalyticGap.spread most tiles.RowCount, AnalyticGap.spread most tiles.ColumnCount

    /// The texts of `count` that are compared where each pair has one entry.
    let spread (count: int) : int[] = AnalyticGap.spread mostTexts count

    let private gather (rows: int[]) (source: TextSource) : Result<TextSource, PipelineError> =
        RowSource.gather rows source.Rows
        |> Result.map (fun found -> { source with Rows = RowSource.ofMatrix found })

    /// The analytic kernel between these texts of x and of z (none: x itself), in C order; refused where it has no closed form.
    let analytic
        (machine: KernelMachine)
        (request: KernelRequest)
        (rows: int[], columns: int[])
        (x: TextSource)
        (z: TextSource option)
        : Result<float[], PipelineError> =
        result {
            let! ofX = gather rows x
            let! ofZ = z |> Option.map (gather columns) |> Option.sequenceResult
            let! job = SequenceRequest.double machine { request with Finite = None } ofX ofZ
            return! KernelTiles.toArray job.Tiles
        }

    /// The gap of `values`, in C order rows × columns [× T × T′], to the analytic kernel between these texts of x and of z (none: x
    /// itself). None where the analytic kernel is 0; refused where it has no closed form.
    let measure
        (machine: KernelMachine)
        (request: KernelRequest)
        (rows: int[], columns: int[])
        (x: TextSource)
        (z: TextSource option)
        (values: float[])
        : Result<KernelGap option, PipelineError> =
        analytic machine request (rows, columns) x z
        |> Result.map (fun analytic ->
            let largest = analytic |> Array.fold (fun most value -> max most (abs value)) 0.0
            AnalyticGap.relative rows.Length columns.Length largest (Array.get analytic) values)
