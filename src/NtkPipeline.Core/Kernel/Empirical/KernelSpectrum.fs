namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// The largest eigenvalues of a finite network's tangent kernel.
type KernelSpectrum = {
    /// Largest first.
    Largest: float[]
    /// ‖Θ̂v − λv‖ of each with its unit vector, by a product of its own: so near to λ lies an eigenvalue.
    Residuals: float[]
    /// How many products with Θ̂ it took.
    Products: int
}

/// The spectrum of the matrix that `EmpiricalNtk.gram` gives, which is never formed: two passes through the network a product
/// and output, and memory that grows with the rows, not their square.
[<RequireQualifiedAccess>]
module KernelSpectrum =

    /// So many eigenvalues, if they can be asked for.
    let checkCount (count: int) : Result<int, string> =
        if count < 1 then Error $"%d{count} eigenvalues: at least 1" else Ok count

    /// Lanczos's vectors beyond these are not counted on.
    let private mostVectors = 300

    let private bytes (maps: LinearMap list) (x: Matrix<float>) : float =
        let units = maps |> List.sumBy (fun map -> float map.Places * float (map.FanIn + map.Width))
        let weights = maps |> List.sumBy (fun map -> float map.FanIn * float map.Width)
        let vectors = float (2 * min mostVectors x.Rows)
        8.0 * (float x.Rows * (8.0 * units + vectors) + 6.0 * weights)

    let private check
        (machine: KernelMachine)
        (maps: LinearMap list)
        (network: Network)
        (count: int)
        (x: Matrix<float>)
        =
        result {
            do! StripTiles.check Precision.double (fun _ _ -> ()) (RowSource.ofMatrix x) None

            do!
                Network.finite network
                |> Result.map ignore
                |> Result.mapError (fun reason -> NumbersRefused $"spectrum: %s{reason}")

            if count > x.Rows then
                return!
                    Error(NumbersRefused $"spectrum: %d{count} eigenvalues of a kernel of %d{x.Rows} rows")

            let needed = bytes maps x

            if needed > machine.Memory then
                return!
                    Error(
                        MachineLacks
                            $"spectrum: %d{x.Rows} rows need %s{MemoryNeed.whole needed} of memory, and %s{MemoryNeed.whole machine.Memory} may be used; take fewer rows or a narrower network"
                    )
        }

    /// v ↦ Θ̂ v, the mean over outputs of J_o (J_oᵀ v).
    let private multiplier (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) =
        let product = EmpiricalNtk.product network theta x x
        let outputs = int64 (Network.outputs network)

        fun (v: torch.Tensor) ->
            use _ = torch.NewDisposeScope()
            let total = torch.zeros_like v

            for o in 0L .. outputs - 1L do
                use _ = torch.NewDisposeScope()
                let direction = torch.zeros ([| v.shape[0]; outputs |], dtype = v.dtype, device = v.device)
                direction.select(1, o).copy_ v |> ignore
                total.add_ ((product direction).select(1, o)) |> ignore

            total.div_((float outputs).ToScalar()).MoveToOuterDisposeScope()

    let private topOf
        (machine: KernelMachine)
        (maps: LinearMap list)
        (inputs: torch.Tensor -> torch.Tensor)
        (network: Network)
        (seed: uint64)
        (count: int)
        (x: Matrix<float>)
        : Result<KernelSpectrum, PipelineError> =
        result {
            do! check machine maps network count x
            let device = machine.Tensors.Value.Device
            use _ = torch.NewDisposeScope()
            let seed = Seed.root seed
            let rows = inputs ((Tensors.ofMatrix64 x).clone().``to`` device)
            let theta = Forward.drawMaps maps seed torch.float64 |> Forward.toDevice device
            let multiply = multiplier network theta rows
            let products = ref 0

            let values, vectors =
                Lanczos.top count 1e-10 (Seed.derive "lanczos" seed) x.Rows device (fun v ->
                    products.Value <- products.Value + 1
                    multiply v)

            let residual k =
                use _ = torch.NewDisposeScope()
                let v = vectors.select (1, int64 k)
                (multiply v - v.mul (values[k].ToScalar())).norm().item<float>()

            let residuals = Array.init count residual

            if Array.exists (System.Double.IsFinite >> not) (Array.append values residuals) then
                return!
                    Error(
                        NumbersRefused
                            "spectrum: the kernel exceeds what float64 holds; scale the inputs down"
                    )

            return { Largest = values; Residuals = residuals; Products = products.Value + count }
        }

    /// The `count` largest eigenvalues for the rows of x of the network with this seed, in float64, to 1e-10 of the largest.
    let top (machine: KernelMachine) (network: Network) (seed: uint64) (count: int) (x: Matrix<float>) =
        topOf machine (LinearMaps.ofRows x.Columns network) id network seed count x

    /// The same for texts whose tokens have so many entries, as rows (`TextTensor.ofRows`).
    let topOfTexts machine (features: int) (network: Network) (seed: uint64) (count: int) (x: Matrix<float>) =
        let maps = LinearMaps.ofTexts features (x.Columns / (features + 1)) network
        topOf machine maps (TextTensor.ofRows features) network seed count x
