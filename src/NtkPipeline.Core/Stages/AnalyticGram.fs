namespace NtkPipeline.Core

/// Stages: features → the analytic tangent kernel of the written method's network, f(x) = (1/√m) W₂ relu(W₁x/√d) as m → ∞,
/// on inputs of norm √d. Then Θ(x, x) = 1, and Θ is the base kernel of the unit-norm features (MATH: Jacot et al. 2018,
/// Cho & Saul 2009). At norm 1 the same kernel is Θ/d, since a ReLU network is homogeneous.
[<RequireQualifiedAccess>]
module AnalyticGram =

    /// The network whose width goes to infinity.
    let network: Network = Network.oneHidden Relu Width.one

    /// Unit rows at norm √d.
    let atRootD (m: Matrix<float32>) =
        let root = float32 (sqrt (float m.Columns))
        Matrix.map (fun x -> root * x) m

    let private stageOf
        name
        (run: Features -> Result<Matrix<float32>, PipelineError>)
        : Stage<Features, Matrix<float32>> = {
        Name = name
        Version = 1
        Settings = NetworkText.print network
        Codec = Codec.matrix32
        Body = Pure run
    }

    /// Labelled × labelled rows, float32.
    let labelled: Stage<Features, Matrix<float32>> =
        stageOf "analytic-gram/labelled" (fun features -> Gram.ntk network (atRootD features.Labelled) None)

    /// Test × labelled rows, float32; no rows without a test set.
    let test: Stage<Features, Matrix<float32>> =
        stageOf "analytic-gram/test" (fun features ->
            if features.Test.Rows = 0 then
                Ok(Matrix.create 0 features.Labelled.Rows [||])
            else
                Gram.ntk network (atRootD features.Test) (Some(atRootD features.Labelled)))
