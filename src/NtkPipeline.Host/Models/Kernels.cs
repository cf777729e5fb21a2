using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>A kernel of the labelled rows, of the test rows with them, and the spectrum of its training rows.</summary>
internal sealed record Kernel(Artifact<Matrix<float>> Gram, Artifact<Matrix<float>> TestGram, Artifact<Spectrum> Spectrum);

/// <summary>
/// The kernel that regression uses, and that of the networks, which see all features as one input. They are the same, unless
/// regression is to add a kernel for each encoder; where nobody asks for networks, theirs is not made.
/// </summary>
internal sealed record Kernels(Kernel Regression, Kernel Networks)
{
    public static FSharpResult<Kernels, PipelineError> Make(
        IRunner runner, Session session, Artifact<Split> split, Views views, Artifact<Features> features) =>
        Summed(session, views) is not { } summed
            ? OfFeatures(runner, split, features).Select(kernel => new Kernels(kernel, kernel))
            : from regression in OfViews(runner, split, summed)
              from networks in session.Config.Train.Length > 0 || !session.Config.Experiments.IsEmpty
                  ? OfFeatures(runner, split, features)
                  : FSharpResult<Kernel, PipelineError>.NewOk(regression)
              select new Kernels(regression, networks);

    /// <summary>The regression's kernel of the test rows, or of others in their place, with the labelled ones.</summary>
    public static FSharpResult<Artifact<Matrix<float>>, PipelineError> Test(IRunner runner, Session session, Views views, Artifact<Features> features) =>
        Summed(session, views) is { } summed ? runner.Run(SumOfKernels.test, summed) : runner.Run(AnalyticGram.test, features);

    /// <summary>The encoders' rows and weights, where regression is to add a kernel for each.</summary>
    private static Artifact<Tuple<FSharpList<Embeddings>, CombinationFacts>>? Summed(Session session, Views views) =>
        views.Weights is { } weights && session.Config.Encoder.Weigh.Combining.IsSum ? Artifact.both(views.Parts, weights) : null;

    private static FSharpResult<Kernel, PipelineError> OfFeatures(IRunner runner, Artifact<Split> split, Artifact<Features> features) =>
        from gram in runner.Run(AnalyticGram.labelled, features)
        from testGram in runner.Run(AnalyticGram.test, features)
        from spectrum in runner.Run(DecomposeKernel.stage, Artifact.both(gram, split))
        select new Kernel(gram, testGram, spectrum);

    private static FSharpResult<Kernel, PipelineError> OfViews(
        IRunner runner, Artifact<Split> split, Artifact<Tuple<FSharpList<Embeddings>, CombinationFacts>> views) =>
        from gram in runner.Run(SumOfKernels.labelled, views)
        from testGram in runner.Run(SumOfKernels.test, views)
        from spectrum in runner.Run(DecomposeKernel.sum, Artifact.both(gram, split))
        select new Kernel(gram, testGram, spectrum);
}
