namespace NtkPipeline.Core

/// The tangent kernel that features are regressed with: that of the written method's network, f(x) = (1/√m) W₂ relu(W₁x/√d) as
/// m → ∞, on inputs of norm √d. Then Θ(x, x) = 1 where x was a unit row (MATH: Jacot et al. 2018, Cho & Saul 2009). At norm 1
/// the same kernel is Θ/d, since a ReLU network is homogeneous.
[<RequireQualifiedAccess>]
module BaseKernel =

    /// The network whose width goes to infinity.
    let network: Network = Network.oneHidden Relu.activation Width.one

    let private atRootD (m: Matrix<float32>) =
        let root = float32 (sqrt (float m.Columns))
        Matrix.map (fun x -> root * x) m

    /// Θ of every row with every row of the second matrix (none: with one another), float32. A row of norm r gives
    /// Θ(x, x) = r².
    let gram
        (rows: Matrix<float32>)
        (others: Matrix<float32> option)
        : Result<Matrix<float32>, PipelineError> =
        if rows.Rows = 0 then
            Ok(Matrix.create 0 (defaultArg others rows).Rows [||])
        else
            Gram.ntk network (atRootD rows) (Option.map atRootD others)
