using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>The rows of a run, whatever they are made of: texts of a CSV file, or numbers.</summary>
internal interface IRunData
{
    /// <summary>What is learnt, which decides the flow before any stage runs.</summary>
    LearningTask Task { get; }

    /// <summary>How many rows have labels, before a sample is drawn.</summary>
    int LabelledRows { get; }

    /// <summary>The labelled rows of two classes, with their labels.</summary>
    FSharpResult<Artifact<Tweet[]>, PipelineError> Labelled(IRunner runner);

    /// <summary>The labelled rows of any task, which <paramref name="labels"/> are of.</summary>
    FSharpResult<Artifact<Tweet[]>, PipelineError> Labelled(IRunner runner, Artifact<Labels> labels);

    FSharpResult<Artifact<Tweet[]>, PipelineError> Unlabelled(IRunner runner);

    /// <summary>The labels of all labelled rows.</summary>
    FSharpResult<Artifact<Labels>, PipelineError> Labels(IRunner runner);

    /// <summary>The one that makes features of rows which are numbers; none where they are texts.</summary>
    IEncoder? Encoder { get; }
}
