namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Analytic kernels in tiles: the entries of `Gram`, bit for bit, from rows that memory need not hold.
[<RequireQualifiedAccess>]
module AnalyticTiles =

    /// Rows that one pass over an input takes at a time.
    let private block = 1024

    let private refuse sentence : Result<'a, PipelineError> = Error(NumbersRefused $"kernel: %s{sentence}")

    /// The norms of all rows; refused where one of their entries is not a finite number.
    let private norms (what: string) (rows: RowSource<float>) : Result<float[], PipelineError> =
        let found = Array.zeroCreate rows.RowCount

        rows
        |> RowSource.visit block (fun start part ->
            match Matrix.firstNonFinite part with
            | Some(row, column) ->
                refuse
                    $"the %s{what} hold %g{part[row, column]} at row %d{start + row}, column %d{column} (counted from 0)"
            | None ->
                let units = UnitRows.ofMatrix part
                System.Array.Copy(units.Norms, 0, found, start, units.Norms.Length)
                Ok())
        |> Result.map (fun () -> found)

    let private refuseOverflow (precision: Precision<'t>) (tile: Tile<'t>) =
        match tile.Values |> Array.tryFindIndex (precision.IsFinite >> not) with
        | None -> Ok()
        | Some k ->
            let row, column = tile.Top + k / tile.Width, tile.Left + k % tile.Width

            refuse
                $"of rows %d{row} and %d{column} (counted from 0) it exceeds what %s{precision.Name} holds; scale the inputs down"

    let private compute
        (precision: Precision<'t>)
        (rule:
            int
                -> float[]
                -> (unit -> Result<UnitRows * UnitRows, PipelineError>)
                -> Result<GramRule<'t>, PipelineError>)
        (side: int)
        (x: RowSource<float>)
        (z: RowSource<float> option)
        : Result<KernelTiles<'t>, PipelineError> =
        result {
            let others = defaultArg z x

            if others.ColumnCount <> x.ColumnCount then
                do!
                    refuse
                        $"rows of %d{x.ColumnCount} columns cannot meet rows of %d{others.ColumnCount} columns"
            elif x.ColumnCount = 0 then
                do! refuse "the inputs have no columns"

            let! ofX = norms "inputs" x

            let! all =
                match z with
                | None -> Ok ofX
                | Some z -> norms "second inputs" z |> Result.map (Array.append ofX)

            let rows, columns = Gram.sampled x.RowCount others.RowCount

            let samples () =
                result {
                    let! xs = RowSource.gather rows x
                    let! zs = RowSource.gather columns others
                    return UnitRows.ofMatrix xs, UnitRows.ofMatrix zs
                }

            let! rule = rule x.ColumnCount all samples
            let height top = min side (x.RowCount - top)

            let computeRow top lefts receive =
                x.Read top (height top)
                |> Result.map UnitRows.ofMatrix
                |> Result.bind (fun xs ->
                    (Ok(), lefts)
                    ||> List.fold (fun sound left ->
                        result {
                            do! sound
                            let width = min side (others.RowCount - left)

                            let! (found: Matrix<'t>) =
                                if z.IsNone && left = top then
                                    Ok(rule.Symmetric xs)
                                else
                                    others.Read left width
                                    |> Result.map (UnitRows.ofMatrix >> rule.Between xs)

                            let tile = {
                                Top = top
                                Left = left
                                Height = found.Rows
                                Width = found.Columns
                                Values = found.Values
                            }

                            do! refuseOverflow precision tile
                            do! receive tile
                        }))

            return {
                RowCount = x.RowCount
                ColumnCount = others.RowCount
                Sheets = None
                Inner = []
                IsSymmetric = z.IsNone
                Side = side
                ComputeRow = computeRow
            }
        }

    /// In float64, tiles of `side` rows and columns. `None` stands for the rows of x with themselves.
    let double
        (kind: KernelKind)
        (network: Network)
        (side: int)
        (x: RowSource<float>)
        (z: RowSource<float> option)
        : Result<KernelTiles<float>, PipelineError> =
        compute
            Precision.double
            (fun columns norms _ -> Ok(Gram.rule64 (KernelKind.definition kind) network columns norms))
            side
            x
            z

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
        let rule columns norms samples =
            samples () |> Result.map (Gram.rule32 (KernelKind.definition kind) network columns norms)

        compute Precision.single rule side (wide x) (Option.map wide z)

    /// The sides that tiles may have, largest first.
    let sides: int list = [ 2048; 1024; 512; 256; 128; 64 ]

    /// Bytes that a tile of this side takes, with the rows it is computed from.
    let bytes (side: int) (columns: int) (bytesPerNumber: int) : float =
        let side = float side
        // A tile and what is written of it; of both strips the rows, their directions, and these packed.
        2.0 * float bytesPerNumber * side * side + 2.0 * side * float columns * 32.0
