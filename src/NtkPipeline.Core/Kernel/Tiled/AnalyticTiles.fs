namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// Analytic kernels in tiles: the entries of `Gram`, bit for bit, from rows that memory need not hold.
[<RequireQualifiedAccess>]
module AnalyticTiles =

    /// The norms of the rows of x, then of z; refused where the rows have no kernel.
    let private norms (x: RowSource<float>) (z: RowSource<float> option) : Result<float[], PipelineError> =
        let found = Array.zeroCreate (x.RowCount + (z |> Option.map _.RowCount |> Option.defaultValue 0))

        let visit start part =
            let units = UnitRows.ofMatrix part
            Array.Copy(units.Norms, 0, found, start, units.Norms.Length)

        StripTiles.check Precision.double visit x z |> Result.map (fun () -> found)

    /// Nothing is made that must be given back.
    let private scope () = {
        new IDisposable with
            member _.Dispose() = ()
    }

    let private tiles
        (precision: Precision<'t>)
        (side: int)
        (x: RowSource<float>)
        (z: RowSource<float> option)
        (rule: GramRule<'t>)
        : KernelTiles<'t> =
        StripTiles.create precision None [] side x z {
            Inputs = "rows"
            Scope = scope
            Prepare = UnitRows.ofMatrix
            Between = fun _ _ xs zs -> (rule.Between xs zs).Values
            Symmetric = fun _ xs -> (rule.Symmetric xs).Values
        }

    /// In float64, tiles of `side` rows and columns. `None` stands for the rows of x with themselves.
    let double
        (kind: KernelKind)
        (network: Network)
        (side: int)
        (x: RowSource<float>)
        (z: RowSource<float> option)
        : Result<KernelTiles<float>, PipelineError> =
        norms x z
        |> Result.map (fun norms ->
            GramRule.double (KernelKind.definition kind) network x.ColumnCount norms
            |> tiles Precision.double side x z)

    let private wide (rows: RowSource<float32>) : RowSource<float> = {
        RowCount = rows.RowCount
        ColumnCount = rows.ColumnCount
        Read = fun start count -> rows.Read start count |> Result.map (Matrix.map float)
    }

    /// In float32.
    let single
        (kind: KernelKind)
        (network: Network)
        (side: int)
        (x: RowSource<float32>)
        (z: RowSource<float32> option)
        : Result<KernelTiles<float32>, PipelineError> =
        let x, z = wide x, Option.map wide z

        result {
            let! norms = norms x z
            let others = defaultArg z x
            let rows, columns = GramRule.sampled x.RowCount others.RowCount
            let! xs = RowSource.gather rows x
            let! zs = RowSource.gather columns others
            let samples = UnitRows.ofMatrix xs, UnitRows.ofMatrix zs

            return
                GramRule.single (KernelKind.definition kind) network x.ColumnCount norms samples
                |> tiles Precision.single side x z
        }

    /// The sides that tiles may have, largest first.
    let sides: int list = [ 2048; 1024; 512; 256; 128; 64 ]

    /// Bytes that a tile of this side takes, with the rows it is computed from.
    let bytes (side: int) (columns: int) (bytesPerNumber: int) : float =
        let side = float side
        // A tile and what is written of it; of both strips the rows, their directions, and these packed.
        2.0 * float bytesPerNumber * side * side + 2.0 * side * float columns * 32.0
