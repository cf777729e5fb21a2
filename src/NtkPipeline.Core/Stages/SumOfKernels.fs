namespace NtkPipeline.Core

/// Stages: several encoders' embeddings and their weights → the weighted sum of their kernels, Σ w² Θ(view): as if a network
/// for each view were trained, their outputs added.
[<RequireQualifiedAccess>]
module SumOfKernels =

    let private kernel (facts: CombinationFacts) =
        facts.Views |> Array.map (fun view -> view.Weight, view.Encoder) |> List.ofArray |> Sum

    let private stageOf name run : Stage<Embeddings list * CombinationFacts, Matrix<float32>> = {
        Name = name
        Version = 2
        Settings = NetworkText.print BaseKernel.network
        Codec = Codec.matrix32
        Body = Pure run
    }

    /// Labelled × labelled rows, float32.
    let labelled: Stage<Embeddings list * CombinationFacts, Matrix<float32>> =
        stageOf "sum-of-kernels/labelled" (fun (parts, facts) ->
            ViewKernel.gram (kernel facts) (WeighViews.views _.Labelled parts) None)

    /// Test × labelled rows, float32; no rows without a test set.
    let test: Stage<Embeddings list * CombinationFacts, Matrix<float32>> =
        stageOf "sum-of-kernels/test" (fun (parts, facts) ->
            WeighViews.views _.Labelled parts
            |> Some
            |> ViewKernel.gram (kernel facts) (WeighViews.views _.Test parts))
