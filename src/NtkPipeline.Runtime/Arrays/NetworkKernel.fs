namespace NtkPipeline.Arrays

open System.Runtime.InteropServices
open NtkPipeline.Core
open NtkPipeline.Runtime
open TorchSharp

/// Kernels of networks in the network language, such as `dense 512 | relu | dense 1`: rows of numbers in, a matrix of float64 out.
/// A row is an input; nothing is scaled or centred before. What cannot be is refused by a `RefusedException`.
[<AbstractClass; Sealed>]
type NetworkKernel private () =

    static let network (text: string) : Network = NetworkText.parse text |> Refused.orArgument "network"

    static let infinite kind (text: string) (x: float[,]) (z: float[,] option) : float[,] =
        KernelKind.gram64 kind (network text) (Arrays.toMatrix x) (Option.map Arrays.toMatrix z)
        |> Refused.orValue
        |> Arrays.ofMatrix

    static let finite (text: string) (x: float[,]) (z: float[,] option) (seed: uint64) : float[,] =
        let network = network text |> Network.finite |> Refused.orArgument "network"
        Arrays.checkFinite "x" x
        z |> Option.iter (Arrays.checkFinite "z")

        match z with
        | Some z when Array2D.length2 z <> Array2D.length2 x ->
            Refused.because
                $"z has %d{Array2D.length2 z} columns and x has %d{Array2D.length2 x}; both are rows of the same features"
        | Some _
        | None -> ()

        LibTorch.load ()
        use _ = torch.NewDisposeScope()
        let theta = Forward.draw network (Array2D.length2 x) (Seed.root seed) torch.float64
        let tensor = Arrays.toMatrix >> Tensors.ofMatrix64

        EmpiricalNtk.gram network theta (tensor x) (Option.map tensor z)
        |> Tensors.toMatrix64
        |> Arrays.ofMatrix

    /// Θ, the tangent kernel of the infinitely wide network: x is N × d, the result N × N.
    static member Ntk(network: string, x: float[,]) : float[,] = infinite KernelKind.Ntk network x None

    /// Θ of the rows of x (N × d) with those of z (M × d): N × M.
    static member Ntk(network: string, x: float[,], z: float[,]) : float[,] =
        infinite KernelKind.Ntk network x (Some z)

    /// K, the covariance of the infinitely wide network before training: x is N × d, the result N × N.
    static member Nngp(network: string, x: float[,]) : float[,] = infinite KernelKind.Nngp network x None

    /// K of the rows of x (N × d) with those of z (M × d): N × M.
    static member Nngp(network: string, x: float[,], z: float[,]) : float[,] =
        infinite KernelKind.Nngp network x (Some z)

    /// Θ̂, the exact tangent kernel of one random network of the written widths, by automatic differentiation; the mean over its outputs.
    /// The same seed gives the network that `ntk kernel --empirical --seed` gives.
    static member Empirical
        (network: string, x: float[,], [<Optional; DefaultParameterValue(Defaults.Seed)>] seed: uint64)
        : float[,] =
        finite network x None seed

    /// Θ̂ of the rows of x (N × d) with those of z (M × d): N × M.
    static member Empirical
        (
            network: string,
            x: float[,],
            z: float[,],
            [<Optional; DefaultParameterValue(Defaults.Seed)>] seed: uint64
        ) : float[,] =
        finite network x (Some z) seed
