namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// How far an expansion lies from f at the step's end, over all rows and outputs.
type ExpansionError = { Order: int; Largest: float; Rms: float }

/// A random network at θ₀ and at θ₀ + step, beside its expansions about θ₀.
type ExpandedNetwork = {
    /// Rows × (order + 2) × outputs, in C order: f(θ₀ + step), then the expansions of order 0, which is f(θ₀), 1, …
    Values: float[]
    RowCount: int
    OutputCount: int
    /// By order, from 0.
    Errors: ExpansionError[]
    Parameters: int64
    StepNorm: float
    /// The largest difference of order 1 from f(θ₀) + J·step, J being known by `Linearised`.
    LinearisedGap: float
}

/// What the terms of a network's Taylor expansion are worth: the columns f, order 0, order 1, … for the rows of x, in float64.
[<RequireQualifiedAccess>]
module ExpansionTable =

    /// Each order takes about twice as long as the one before.
    let mostOrders = 8

    let checkOrder (order: int) : Result<int, string> =
        if order >= 1 && order <= mostOrders then
            Ok order
        else
            Error $"%d{order} is not an order from 1 to %d{mostOrders}"

    /// Rows that pass through the network together.
    let private block = 256

    let private check (machine: KernelMachine) (network: Network) (order: int) (x: Matrix<float>) =
        result {
            do! StripTiles.check Precision.double (fun _ _ -> ()) (RowSource.ofMatrix x) None

            do!
                Network.finite network
                |> Result.map ignore
                |> Result.mapError (fun reason -> NumbersRefused $"expand: %s{reason}")

            let units =
                Network.denseLayers x.Columns network
                |> List.sumBy (fun (fanIn, width, _) -> float (fanIn + width))

            let held = float (ParameterStep.length x.Columns network) + float (min block x.Rows) * units

            let needed =
                8.0
                * (7.0 * pown 2.0 order * held
                   + float x.Rows * float (order + 2) * float (Network.outputs network))

            if x.Rows = 0 then
                return! Error(DataRefused "expand: x has no rows")

            if needed > machine.Memory then
                return!
                    Error(
                        NumbersRefused
                            $"expand: order %d{order} needs %s{MemoryNeed.whole needed} of memory, and %s{MemoryNeed.whole machine.Memory} may be used; take a lower order or a narrower network"
                    )
        }

    /// f(θ₀ + step) and each order's value, N × outputs each, and the largest difference of order 1 from `Linearised`.
    let private columns network order origin step (x: torch.Tensor) : torch.Tensor[] * float =
        let theta = ParameterStep.add step origin
        let f = Forward.applyFrom network origin theta x
        let terms = Expansion.terms order network origin theta x
        let sums = terms |> Array.tail |> Array.scan (fun (sum: torch.Tensor) term -> sum.add term) terms[0]

        let linearised =
            Linearised.at network origin x |> Linearised.outputs (ParameterStep.parts origin step)

        let gap = (sums[1] - linearised).abs().max().item<float>()
        Array.append [| f |] sums, gap

    let private errors (width: int) (outputs: int) (values: float[]) : ExpansionError[] =
        let rows = values.Length / (width * outputs)

        Array.init (width - 1) (fun order ->
            let away = [|
                for row in 0 .. rows - 1 do
                    for o in 0 .. outputs - 1 do
                        let at column = values[(row * width + column) * outputs + o]
                        abs (at (order + 1) - at 0)
            |]

            {
                Order = order
                Largest = Array.max away
                Rms = away |> Array.averageBy (fun e -> e * e) |> sqrt
            })

    /// The network with this seed, the one that `--empirical` has, expanded to `order` about its θ₀. A random step is drawn from the
    /// same seed.
    let run
        (machine: KernelMachine)
        (network: Network)
        (order: int)
        (seed: uint64)
        (step: ParameterStep)
        (x: Matrix<float>)
        : Result<ExpandedNetwork, PipelineError> =
        result {
            do! check machine network order x
            use _ = torch.NewDisposeScope()
            let seed, outputs = Seed.root seed, Network.outputs network

            let! step =
                ParameterStep.vector x.Columns network seed step
                |> Result.mapError (fun reason -> DataRefused $"the step: %s{reason}")

            let origin = Forward.draw network x.Columns seed torch.float64

            let blocks =
                Array.init ((x.Rows + block - 1) / block) (fun k ->
                    use _ = torch.NewDisposeScope()
                    let rows = [| k * block .. min x.Rows ((k + 1) * block) - 1 |]
                    let part = (Tensors.ofMatrix64 (Matrix.gatherRows rows x)).clone()
                    let found, gap = columns network order origin step part
                    Tensors.toArray64 (torch.stack (found, 1L)), gap)

            let values = blocks |> Array.collect fst

            if Array.exists (System.Double.IsFinite >> not) values then
                return!
                    Error(
                        NumbersRefused
                            "expand: a value exceeds what float64 holds; scale the inputs or the step down"
                    )

            return {
                Values = values
                RowCount = x.Rows
                OutputCount = outputs
                Errors = errors (order + 2) outputs values
                Parameters = step.numel ()
                StepNorm = step.norm().item<float>()
                LinearisedGap = blocks |> Array.map snd |> Array.max
            }
        }
