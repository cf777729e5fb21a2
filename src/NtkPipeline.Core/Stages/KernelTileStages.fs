namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// A kernel's tiles as stages, some of one row of tiles a stage, so that several processes may make them. The kernel is bit for bit that
/// of the job: a tile is computed as the job computes it, whoever does.
[<RequireQualifiedAccess>]
module KernelTileStages =

    /// Bytes of one stage's tiles, at most, where one tile has not more.
    let private most = 128_000_000L

    /// Stages, at least, where there are so many tiles: enough to keep workers busy to the end.
    let private least = 64

    /// Columns at which the tiles of each stage begin, and the row at which they do.
    let private strips (precision: Precision<'t>) (tiles: KernelTiles<'t>) : (int * int list)[] =
        let pair = tiles.Inner |> List.fold (*) (defaultArg tiles.Sheets 1)
        let tile = int64 tiles.Side * int64 tiles.Side * int64 pair * int64 precision.Bytes
        let count = max 1 (min (int (most / max 1L tile)) (KernelTiles.count tiles / least))

        [|
            for top, lefts in KernelTiles.grid tiles do
                for some in List.chunkBySize count lefts do
                    top, some
        |]

    /// How many stages a job has.
    let count (precision: Precision<'t>) (job: KernelJob<'t>) : int = (strips precision job.Tiles).Length

    let private stage
        (codec: Codec<Matrix<'t>>)
        (job: KernelJob<'t>)
        (all: int)
        (number: int)
        (top: int, lefts: int list)
        : Stage<unit, Matrix<'t>> =
        let run () =
            let values = ResizeArray<'t[]>()

            let keep (tile: Tile<'t>) =
                values.Add tile.Values
                Ok()

            job.Tiles.ComputeRow top lefts keep
            |> Result.map (fun () ->
                let together = Array.concat values
                Matrix.create 1 together.Length together)

        {
            Name = $"kernel-tiles/%d{number + 1}-of-%d{all}"
            Version = 1
            Settings = Fingerprint.describe (Array.ofList job.Recipe, top, Array.ofList lefts)
            Codec = codec
            Body = Pure run
        }

    /// The tile that begins at this column, of a stage's tiles one after the other.
    let private cut (tiles: KernelTiles<'t>) top (lefts: int list) (values: 't[]) left : Tile<'t> =
        let height = min tiles.Side (tiles.RowCount - top)
        let pair = tiles.Inner |> List.fold (*) (defaultArg tiles.Sheets 1)
        let width left = min tiles.Side (tiles.ColumnCount - left)
        let size left = height * width left * pair
        let before = lefts |> List.takeWhile ((<>) left) |> List.sumBy size

        {
            Top = top
            Left = left
            Height = height
            Width = width left
            Values = Array.sub values before (size left)
        }

    /// Has a runner run what is not there yet, and gives the job whose tiles are read from there, a stage at a time: memory need not hold
    /// them. `inputs` names the bytes of the rows.
    let run
        (runner: IRunner)
        (precision: Precision<'t>)
        (codec: Codec<Matrix<'t>>)
        (inputs: Digest seq)
        (job: KernelJob<'t>)
        : Result<KernelJob<'t>, PipelineError> =
        let strips = strips precision job.Tiles
        let rows = { Parts = [ for digest in inputs -> "rows", digest ]; Value = lazy (Ok()) }
        let ask number = runner.Run(stage codec job strips.Length number strips[number], rows)

        let read wanted receive number =
            let top, lefts = strips[number]

            match List.filter (fun left -> List.contains left wanted) lefts with
            | [] -> Ok()
            | some ->
                result {
                    let! made = ask number
                    let! values = made.Value.Force()

                    for left in some do
                        do! receive (cut job.Tiles top lefts values.Values left)
                }

        let computeRow top wanted receive =
            (Ok(), Seq.indexed strips)
            ||> Seq.fold (fun sound (number, (row, _)) ->
                if row = top then
                    sound |> Result.bind (fun () -> read wanted receive number)
                else
                    sound)

        (Ok(), [ 0 .. strips.Length - 1 ])
        ||> List.fold (fun sound number -> sound |> Result.bind (fun () -> ask number |> Result.map ignore))
        |> Result.map (fun () -> { job with Tiles = { job.Tiles with ComputeRow = computeRow } })
