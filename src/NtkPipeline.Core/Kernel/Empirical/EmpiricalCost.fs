namespace NtkPipeline.Core

open System.Globalization

/// What a method needs: floating-point operations in all, and bytes of memory at its peak, beside a result on disk.
type Cost = { Flops: float; Bytes: float }

/// An empirical kernel as far as its cost goes. `ColumnCount` is none for the rows with themselves, of which one half is computed.
type KernelSize = {
    FeatureCount: int
    RowCount: int
    ColumnCount: int option
    BytesPerNumber: int
}

/// What empirical kernels cost, counted from the network's shapes.
[<RequireQualifiedAccess>]
module Cost =

    /// Rows that are prepared in all (a strip for each row of tiles, and one for each tile that is off the diagonal), and
    /// pairs of rows that are met.
    let internal work (size: KernelSize) (side: int) =
        let strips count = (count + side - 1) / side

        match size.ColumnCount with
        | Some columns ->
            float size.RowCount + float (strips size.RowCount) * float columns,
            float size.RowCount * float columns
        | None ->
            let right =
                Seq.sum (
                    seq {
                        for j in 1 .. strips size.RowCount - 1 ->
                            float j * float (min side (size.RowCount - j * side))
                    }
                )

            float size.RowCount + right, 0.5 * float size.RowCount * float size.RowCount

    /// Counted from the shapes: a product of (a × b) and (b × c) is 2abc operations; a forward pass is one product a layer, a
    /// backward pass by θ two, by z one.
    let ofMethod
        (network: Network)
        (form: KernelForm)
        (size: KernelSize)
        (side: int)
        (way: EmpiricalMethod)
        : Cost =
        let dense = Network.denseLayers size.FeatureCount network
        let layers = dense |> List.map (fun (fanIn, width, _) -> float fanIn, float width)

        let biases = dense |> List.sumBy (fun (_, width, prior) -> if prior.HasBias then float width else 0.0)

        let outputs = float (Network.outputs network)
        let weights = layers |> List.sumBy (fun (fanIn, width) -> fanIn * width)
        let parameters = weights + biases
        let units = layers |> List.sumBy (fun (fanIn, width) -> fanIn + width)
        let forward rows = 2.0 * rows * weights
        let prepared, pairs = work size side
        let numbers = float (KernelForm.numbers form (Network.outputs network))
        let sheets = KernelForm.sheets form network |> Option.map float |> Option.defaultValue 1.0
        let height = float (min side size.RowCount)
        let isOneStrip = size.ColumnCount.IsNone && size.RowCount <= side
        let width = float (min side (defaultArg size.ColumnCount size.RowCount))
        let held = if isOneStrip then height else height + width
        let tile = height * width * numbers * sheets
        let block = float (EmpiricalMethod.block way)
        let each = float size.BytesPerNumber

        match way with
        | Contraction -> {
            Flops =
                forward prepared
                + prepared * outputs * 2.0 * forward (min block height)
                + 2.0 * pairs * outputs * (numbers / outputs |> max 1.0) * parameters
            Bytes =
                each
                * (tile
                   + held * outputs * parameters
                   + 2.0 * min block held * outputs * parameters
                   + 2.0 * parameters)
          }
        | VectorProducts -> {
            // Each product goes back through one block by θ, and twice through the other.
            Flops = forward prepared + sheets * pairs * outputs * 6.0 * forward 1.0
            Bytes =
                each
                * (tile
                   + held * float size.FeatureCount
                   + 2.0 * min block held * units * 3.0
                   + 4.0 * parameters)
          }
        | Structured -> {
            Flops =
                forward prepared * (1.0 + outputs)
                + pairs
                  * (layers
                     |> List.sumBy (fun (fanIn, width) ->
                         match form.Outputs with
                         | Trace -> 2.0 * (fanIn + width * outputs)
                         | Diagonal
                         | Full -> 2.0 * numbers * (fanIn + width)))
            Bytes =
                each
                * (tile
                   + 3.0 * block * width
                   + 2.0 * held * (layers |> List.sumBy (fun (fanIn, width) -> fanIn + width * outputs))
                   + parameters)
          }

    /// What the NNGP kernel of a finite network costs: one forward pass and one Gram product.
    let ofFeatures (network: Network) (size: KernelSize) (side: int) : Cost =
        let dense = Network.denseLayers size.FeatureCount network
        let weights = dense |> List.sumBy (fun (fanIn, width, _) -> float fanIn * float width)
        let units = dense |> List.sumBy (fun (fanIn, width, _) -> float (fanIn + width))
        let fanIn = dense |> List.last |> fun (fanIn, _, _) -> float fanIn
        let prepared, pairs = work size side

        let height, width =
            float (min side size.RowCount), float (min side (defaultArg size.ColumnCount size.RowCount))

        let block = float OutputTraces.block

        {
            Flops = 2.0 * prepared * weights + 2.0 * pairs * fanIn
            Bytes =
                float size.BytesPerNumber
                * (height * width
                   + 3.0 * block * width
                   + 2.0 * (height + width) * fanIn
                   + block * units
                   + weights)
        }

    /// "2.1 Tflop, 812 MB".
    let print (cost: Cost) : string =
        let units = [ "flop"; "kflop"; "Mflop"; "Gflop"; "Tflop"; "Pflop"; "Eflop" ]
        let power = min (units.Length - 1) (max 0 (int (floor (log10 (max cost.Flops 1.0) / 3.0))))
        let number = (cost.Flops / pown 1000.0 power).ToString("0.##", CultureInfo.InvariantCulture)
        $"%s{number} %s{units[power]}, %s{ByteSize.print cost.Bytes}"

    /// The same with the memory that the process takes in any case.
    let printWhole (cost: Cost) : string = print { cost with Bytes = MemoryNeed.idle + cost.Bytes }
