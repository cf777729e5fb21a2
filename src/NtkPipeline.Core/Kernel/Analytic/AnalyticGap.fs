namespace NtkPipeline.Core

/// How far an empirical kernel lies from the analytic one of its network: ‖K̂ − K‖_F/‖K‖_F over so many rows and columns.
type KernelGap = { Relative: float; GapRows: int; GapColumns: int }

/// Compares an empirical kernel with its network's analytic one on a bounded number of rows, so that it costs little beside
/// the kernel itself.
[<RequireQualifiedAccess>]
module AnalyticGap =

    /// More rows or columns than these are not compared.
    let most = 256

    /// All of `count` rows, or so many of them, evenly spread.
    let spread (most: int) (count: int) : int[] =
        if count <= most then
            Array.init count id
        else
            Array.init most (fun k -> int (int64 k * int64 (count - 1) / int64 (max 1 (most - 1))))

    /// The rows to compare of `count`: all, or `most` of them, evenly spread.
    let probe (count: int) : int[] = spread most count

    /// ‖values − expected‖/‖expected‖ of entries of so many rows and columns, of which `largest` is the largest expected one; none where
    /// that is 0.
    let relative rows columns (largest: float) (expected: int -> float) (values: float[]) : KernelGap option =
        // Of values over the largest, whose squares neither overflow nor vanish.
        let norm (f: int -> float) =
            seq { for i in 0 .. values.Length - 1 -> f i / largest * (f i / largest) } |> Seq.sum |> sqrt

        if largest > 0.0 then
            Some {
                Relative = norm (fun i -> values[i] - expected i) / norm expected
                GapRows = rows
                GapColumns = columns
            }
        else
            None

    /// The gap of `values`, in C order probe rows × columns [× O [× O]], to the kernel between the rows of x and z (none: x
    /// itself); different outputs have an analytic kernel of 0. None where the analytic kernel is 0.
    let measure
        (kind: KernelKind)
        (network: Network)
        (outputs: Outputs)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        (values: float[])
        : Result<KernelGap option, PipelineError> =
        KernelKind.gram64 kind network x z
        |> Result.map (fun k ->
            let count =
                KernelForm.numbers { KernelForm.plain with Outputs = outputs } (Network.outputs network)

            let expected index =
                let entry = k.Values[index / count]
                let within = index % count

                match outputs with
                | Trace
                | Diagonal -> entry
                | Full ->
                    let size = Network.outputs network
                    if within / size = within % size then entry else 0.0

            let largest = k.Values |> Array.fold (fun most value -> max most (abs value)) 0.0
            relative k.Rows k.Columns largest expected values)
