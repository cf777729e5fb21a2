using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>
/// The transformer's own tangent kernel beside the kernel of its frozen features and beside fine-tuning. Each method holds what is large
/// (gradients, kernels, states of training) no longer than it needs it.
/// </summary>
internal sealed class TransformerQuestion : IQuestion
{
    public Experiment Experiment => Transformer.experiment;

    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench) =>
        from work in TransformerWork.Begin(bench)
        from evidence in work.Judge()
        select TransformerChapter.ofEvidence(evidence);
}
