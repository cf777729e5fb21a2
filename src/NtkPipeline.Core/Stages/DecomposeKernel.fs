namespace NtkPipeline.Core

/// Stage: the analytic kernel of the training rows → its eigendecomposition in float64. Everything about ridges and learning
/// rates follows from it, so that a changed ridge costs no cubic work.
[<RequireQualifiedAccess>]
module DecomposeKernel =

    let private run (gram: Matrix<float32>, split: Split) =
        Matrix.gather split.Train split.Train gram
        |> KernelMatrix.Single
        |> Spectrum.decompose "the analytic kernel of the training rows"

    /// Of a kernel that stands beside the features': the name tells which.
    let named (name: string) : Stage<Matrix<float32> * Split, Spectrum> = {
        Name = name
        Version = 1
        Settings = ""
        Codec = Spectrum.codec
        Body = Pure run
    }

    /// The kernel of the features.
    let stage: Stage<Matrix<float32> * Split, Spectrum> = named "decompose-kernel"

    /// The sum of kernels, where there is one beside it.
    let sum: Stage<Matrix<float32> * Split, Spectrum> = named "decompose-kernel/sum"
