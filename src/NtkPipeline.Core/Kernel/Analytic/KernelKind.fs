namespace NtkPipeline.Core

/// Which of an infinitely wide network's two kernels.
[<RequireQualifiedAccess>]
type KernelKind =
    /// Θ, the tangent kernel.
    | Ntk
    /// K, the kernel of the Gaussian process that the network is before training.
    | Nngp

[<RequireQualifiedAccess>]
module KernelKind =

    let all = [ KernelKind.Ntk; KernelKind.Nngp ]

    /// The name on the command line and in results.
    let print (kind: KernelKind) : string =
        match kind with
        | KernelKind.Ntk -> "ntk"
        | KernelKind.Nngp -> "nngp"

    let parse (text: string) : Result<KernelKind, string> =
        match all |> List.tryFind (fun kind -> print kind = text) with
        | Some kind -> Ok kind
        | None -> Error $"'%s{text}' is no kernel; write ntk or nngp"

    /// The kernel of one pair by its recursion.
    let definition (kind: KernelKind) : Integrals -> Network -> int -> Moments -> float =
        match kind with
        | KernelKind.Ntk -> AnalyticNtk.ntkBy
        | KernelKind.Nngp -> AnalyticNtk.nngpBy

    /// The kernel of one pair, for many pairs of rows of these norms and of `features` entries each.
    let entry (kind: KernelKind) (network: Network) (features: int) (norms: float[]) : Moments -> float =
        PairKernel.ofNorms (definition kind) network features norms

    /// The kernel matrix in float64; `None` stands for the rows with themselves.
    let gram64 (kind: KernelKind) (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        match kind with
        | KernelKind.Ntk -> Gram.ntk64 network x z
        | KernelKind.Nngp -> Gram.nngp64 network x z

    /// The kernel matrix in float32.
    let gram32 (kind: KernelKind) (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        match kind with
        | KernelKind.Ntk -> Gram.ntk network x z
        | KernelKind.Nngp -> Gram.nngp network x z
