namespace NtkPipeline.Core

/// Stages: features → the analytic tangent kernel that finite networks of an architecture are held against, at their own input
/// scale, and its spectrum. The written method's network needs none of its own: it is homogeneous, and the kernel that regression
/// uses (`AnalyticGram`) is its kernel but for a factor.
[<RequireQualifiedAccess>]
module NetworkGram =

    /// Whether the networks share the kernel that regression uses.
    let isShared (architecture: Architecture) : bool = Architecture.isWritten architecture

    /// Θ of these networks at this input scale, for α = 1, over the kernel that they are held against.
    let factor (architecture: Architecture) (columns: int) (scale: InputScale) : float =
        if isShared architecture then InputScale.kernelFactor columns scale else 1.0

    let private name stem (network: Network) scale =
        $"%s{stem}/%s{InputScale.print scale}/%s{NetworkText.print network}"

    let private run network scale (features: Features) =
        let norm = InputScale.norm features.Labelled.Columns scale |> float32
        Gram.ntk network (features.Labelled |> Matrix.map (fun x -> norm * x)) None

    /// Labelled × labelled rows, float32. The architecture's `limit` at a width is the network.
    let stage (network: Network) (scale: InputScale) : Stage<Features, Matrix<float32>> = {
        Name = name "network-gram" network scale
        Version = 1
        Settings = NetworkText.print network
        Codec = Codec.matrix32
        Body = Pure(run network scale)
    }

    /// The eigendecomposition of the training rows' part.
    let spectrum (network: Network) (scale: InputScale) : Stage<Matrix<float32> * Split, Spectrum> =
        DecomposeKernel.named (name "decompose-kernel" network scale)
