namespace NtkPipeline.Core

/// The tangent kernel of one network before and after training beside that of its infinite width, entry by entry, on a few of the rows
/// that it was trained on.
type ProbeKernels = {
    Spec: RunSpec
    /// Of so many outputs, over which the network's kernels are means.
    Outputs: int
    /// The rows' places among those that are trained on, sorted by target, and their targets: classes from 0, ±1, or numbers.
    Rows: int[]
    Targets: float[]
    /// Θ, Θ̂₀ and Θ̂_T of these rows, p × p, row by row: at the network's own input scale and with its α.
    Limit: float32[]
    Initial: float32[]
    Final: float32[]
}

[<RequireQualifiedAccess>]
module ProbeKernels =

    /// At most so many rows: what a picture shows one by one.
    let mostRows = 64

    /// At most so many of n rows, evenly spaced, those with small targets first; rows of one target in their order.
    let rows (targets: float[]) : int[] =
        Probe.rows mostRows targets.Length |> Array.sortBy (fun row -> targets[row], row)

    /// A network that was trained to its end. `labelled` are rows of this form, of which the first are trained on, with their `targets`;
    /// `limit` says what Θ is at two of them.
    let create
        (form: RowForm)
        (spec: RunSpec)
        (outputs: int)
        (initial: Matrix<float32>)
        (final: Matrix<float32>)
        (labelled: Matrix<float32>)
        (targets: float[])
        (limit: int -> int -> float32)
        : ProbeKernels =
        let rows = rows targets
        let inputs = Matrix.gatherRows rows labelled
        let tangent weights = (TrainedNetwork.tangentOf form spec outputs weights inputs None).Values

        {
            Spec = spec
            Outputs = outputs
            Rows = rows
            Targets = rows |> Array.map (fun row -> targets[row])
            Limit = [|
                for i in rows do
                    for j in rows do
                        limit i j
            |]
            Initial = tangent initial
            Final = tangent final
        }

    /// ‖A − B‖_F/‖B‖_F; 0 where they are equal.
    let distance (a: float32[]) (b: float32[]) : float =
        let square (values: float seq) = values |> Seq.sumBy (fun x -> x * x)
        let change = square (Seq.map2 (fun x y -> float x - float y) a b)
        if change = 0.0 then 0.0 else sqrt (change / square (Seq.map float b))

    /// The mean over the diagonal.
    let meanDiagonal (kernel: float32[]) (size: int) : float =
        Seq.init size (fun i -> float kernel[i * size + i]) |> Seq.average
