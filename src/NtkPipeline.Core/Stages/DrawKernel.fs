namespace NtkPipeline.Core

/// Stage: the analytic kernel → a picture of its training rows, at most 120 × 120 blocks.
[<RequireQualifiedAccess>]
module DrawKernel =

    let private run (gram: Matrix<float32>, split: Split, spectrum: Spectrum) =
        KernelImage.draw gram split.Train (SplitTweets.targets split split.Train) spectrum

    let inputs
        (gram: Artifact<Matrix<float32>>)
        (split: Artifact<Split>)
        (spectrum: Artifact<Spectrum>)
        : Artifact<Matrix<float32> * Split * Spectrum> =
        Artifact.map3 (fun gram split spectrum -> gram, split, spectrum) gram split spectrum

    let stage: Stage<Matrix<float32> * Split * Spectrum, KernelPicture> = {
        Name = "draw-kernel"
        Version = 1
        Settings = ""
        Codec = Codec.json "kernel-picture/1"
        Body = Pure run
    }
