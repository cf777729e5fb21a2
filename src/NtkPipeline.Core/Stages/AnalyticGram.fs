namespace NtkPipeline.Core

/// Stages: features → the analytic tangent kernel of the written method's network on inputs of norm √d: `BaseKernel`.
[<RequireQualifiedAccess>]
module AnalyticGram =

    /// The network whose width goes to infinity.
    let network: Network = BaseKernel.network

    let private stageOf
        name
        (run: Features -> Result<Matrix<float32>, PipelineError>)
        : Stage<Features, Matrix<float32>> = {
        Name = name
        Version = 2
        Settings = NetworkText.print network
        Codec = Codec.matrix32
        Body = Pure run
    }

    /// Labelled × labelled rows of features that stand beside the run's own, float32: the name tells which.
    let named (name: string) : Stage<Features, Matrix<float32>> =
        stageOf name (fun features -> BaseKernel.gram features.Labelled None)

    /// Labelled × labelled rows, float32.
    let labelled: Stage<Features, Matrix<float32>> = named "analytic-gram/labelled"

    /// Test × labelled rows, float32; no rows without a test set.
    let test: Stage<Features, Matrix<float32>> =
        stageOf "analytic-gram/test" (fun features -> BaseKernel.gram features.Test (Some features.Labelled))
