namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// The kernel of the infinitely wide network that somebody wants from random finite ones.
type MonteCarloRequest = {
    Sampled: Network
    SampledKind: KernelKind
    /// How many random networks.
    Samples: int
    SampledSeed: uint64
}

/// How far a mean over random networks lies from the analytic kernel.
type MonteCarloGap = {
    OfNorm: KernelGap
    /// In standard errors of each entry, over the compared entries that vary; none where none does.
    RmsErrors: float option
    LargestErrors: float option
}

/// Monte Carlo kernels of rows in memory, in float64: checked, counted and refused, or computed.
[<RequireQualifiedAccess>]
module MonteCarloKernel =

    /// Bytes at the peak: one network's kernel with what it is made of, and the running mean and squares with what passes
    /// between them.
    let private bytes (request: MonteCarloRequest) (features: int) (rows: int) (columns: int option) : float =
        let entries = float rows * float (defaultArg columns rows)
        let held = float rows + float (defaultArg columns 0)

        let one =
            match request.SampledKind with
            | KernelKind.Ntk ->
                let size = {
                    FeatureCount = features
                    RowCount = rows
                    ColumnCount = columns
                    BytesPerNumber = 8
                }

                let side = max rows (defaultArg columns rows)
                (Cost.ofMethod request.Sampled KernelForm.plain size side Structured).Bytes
            | KernelKind.Nngp ->
                let numbers =
                    Network.denseLayers features request.Sampled
                    |> List.sumBy (fun (fanIn, width, _) ->
                        float fanIn * float width + 2.0 * held * float (fanIn + width))

                8.0 * (numbers + entries)

        one + 8.0 * 18.0 * entries

    let private check
        (machine: KernelMachine)
        (request: MonteCarloRequest)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        =
        let ofZ = z |> Option.map _.Rows

        result {
            do!
                StripTiles.check
                    Precision.double
                    (fun _ _ -> ())
                    (RowSource.ofMatrix x)
                    (z |> Option.map RowSource.ofMatrix)

            do!
                Network.finite request.Sampled
                |> Result.map ignore
                |> Result.mapError (fun reason -> NumbersRefused $"Monte Carlo kernel: %s{reason}")

            if x.Rows = 0 || ofZ = Some 0 then
                return! KernelInputs.refuse "a Monte Carlo kernel needs rows, and there are none"

            let needed = bytes request x.Columns x.Rows ofZ
            let isArray = int64 x.Rows * int64 (defaultArg ofZ x.Rows) <= int64 Array.MaxLength

            if needed > machine.Memory || not isArray then
                // What no array holds fits nowhere; what this machine's memory does not hold may fit elsewhere.
                let refuse = if isArray then MachineLacks else NumbersRefused

                return!
                    Error(
                        refuse
                            $"Monte Carlo kernel: %d{x.Rows} × %d{defaultArg ofZ x.Rows} entries need %s{MemoryNeed.whole needed} of memory, since mean and error are held whole, and %s{MemoryNeed.whole machine.Memory} may be used; take fewer rows"
                    )
        }

    /// Whether all entries are numbers; `inputs` are what a refusal calls the inputs.
    let checkFound (inputs: string) (found: Estimate) : Result<unit, PipelineError> =
        match [ found.Mean; found.StandardError ] |> List.tryPick Matrix.firstNonFinite with
        | Some(row, column) -> KernelInputs.refuseOverflow inputs Precision.double row column
        | None -> Ok()

    /// Mean and standard error over the networks of a request; `shape` makes of a matrix on the device what they are given.
    let internal estimate
        (machine: KernelMachine)
        (tell: int -> unit)
        (request: MonteCarloRequest)
        (shape: torch.Tensor -> torch.Tensor)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        : Estimate =
        let device = machine.Tensors.Value.Device
        use _ = torch.NewDisposeScope()
        // In LibTorch's own memory: where an array of ours begins is chance, and a product may end in other bits by it.
        let onDevice (m: Matrix<float>) = (Tensors.ofMatrix64 m).clone().``to`` device |> shape

        let ofKind =
            match request.SampledKind with
            | KernelKind.Ntk -> MonteCarlo.ntk
            | KernelKind.Nngp -> MonteCarlo.nngp

        ofKind
            request.Sampled
            (Seed.root request.SampledSeed)
            request.Samples
            tell
            (onDevice x)
            (Option.map onDevice z)

    /// The mean and its standard error for the rows of x with those of z (none: with themselves). `tell` is told how many networks
    /// are done. Refused where no finite network exists, where x or z cannot be, and where it would not fit into memory.
    let run
        (machine: KernelMachine)
        (tell: int -> unit)
        (request: MonteCarloRequest)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        : Result<Estimate, PipelineError> =
        result {
            do! check machine request x z
            let found = estimate machine tell request id x z
            do! checkFound "rows" found
            return found
        }

    /// A distance, with what it is in standard errors of each compared entry. One that is the same for all networks has an error of rounding
    /// alone, and is left out.
    let inErrors (mean: float[]) (exact: float[]) (error: float[]) (ofNorm: KernelGap) : MonteCarloGap =
        let found =
            Array.map3
                (fun mean exact error -> abs (mean - exact) / error, error > 1e-12 * abs exact)
                mean
                exact
                error
            |> Array.filter snd
            |> Array.map fst

        let ofVarying measure = if found.Length = 0 then None else Some(measure found)

        {
            OfNorm = ofNorm
            RmsErrors = ofVarying (Array.averageBy (fun e -> e * e) >> sqrt)
            LargestErrors = ofVarying Array.max
        }

    /// The distance to the analytic kernel, on a bounded number of rows; none where that is 0.
    let gap
        (request: MonteCarloRequest)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        (found: Estimate)
        : Result<MonteCarloGap option, PipelineError> =
        let rows, columns = AnalyticGap.probe found.Mean.Rows, AnalyticGap.probe found.Mean.Columns
        let ofX, ofZ = Matrix.gatherRows rows x, z |> Option.map (Matrix.gatherRows columns)

        let mean, error =
            Matrix.gather rows columns found.Mean, Matrix.gather rows columns found.StandardError

        result {
            let! exact = KernelKind.gram64 request.SampledKind request.Sampled ofX ofZ
            let! ofNorm = AnalyticGap.measure request.SampledKind request.Sampled Trace ofX ofZ mean.Values

            return ofNorm |> Option.map (inErrors mean.Values exact.Values error.Values)
        }
