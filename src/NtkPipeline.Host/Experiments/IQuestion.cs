using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>
/// The flow of one of Core's experiments: from what the run has made to the chapter that it adds. A class that implements this is found
/// by the name of its experiment; there is no list to enter it in.
/// </summary>
internal interface IQuestion
{
    /// <summary>One of Core's list, <c>Experiments.every</c>.</summary>
    Experiment Experiment { get; }

    FSharpResult<Artifact<Chapter>, PipelineError> Ask(Bench bench);
}
