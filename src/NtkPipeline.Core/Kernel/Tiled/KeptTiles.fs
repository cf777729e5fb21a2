namespace NtkPipeline.Core

open System.Threading

/// Tiles that are made once and kept, as far as memory allows: the same bits, sooner.
[<RequireQualifiedAccess>]
module KeptTiles =

    let private side = UnheldKernel.side
    let private entries = side * side

    /// Bytes of a tile that is kept: float32 where entries come from a cosine table, which rounds to it, else float64.
    let bytes (source: KernelSource) : int64 = int64 entries * (if source.Plan.IsSome then 4L else 8L)

    /// A symmetric kernel that remembers its tiles from the second product on, up to `budget` bytes of them. Two threads must not ask for one tile at once, as `KernelLanes` never does.
    let remember (budget: int64) (source: KernelSource) (tiles: UnheldKernel) : UnheldKernel =
        let blocks = (tiles.Rows + side - 1) / side
        let isSingle = source.Plan.IsSome
        let most = budget / bytes source

        if not tiles.IsSymmetric || most < 1L then
            tiles
        else
            let count = [| 0L |]
            let single = Array.create (if isSingle then blocks * blocks else 0) (ValueNone: float32[] voption)
            let double = Array.create (if isSingle then 0 else blocks * blocks) (ValueNone: float[] voption)

            let make (buffer: TileBuffer) top left place =
                tiles.Fill buffer top left

                if Interlocked.Read(&count[0]) < most && Interlocked.Increment(&count[0]) <= most then
                    if isSingle then
                        single[place] <- ValueSome(Array.map float32 buffer.Values)
                    else
                        double[place] <- ValueSome(Array.copy buffer.Values)

            let fill (buffer: TileBuffer) top left =
                let place = top / side * blocks + left / side

                if isSingle then
                    match single[place] with
                    | ValueSome kept ->
                        for k in 0 .. entries - 1 do
                            buffer.Values[k] <- float kept[k]
                    | ValueNone -> make buffer top left place
                else
                    match double[place] with
                    | ValueSome kept -> Array.blit kept 0 buffer.Values 0 entries
                    | ValueNone -> make buffer top left place

            { tiles with Fill = fill }
