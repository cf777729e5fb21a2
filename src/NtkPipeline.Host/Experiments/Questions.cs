using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Experiments;

/// <summary>The queries of this assembly, each found by the experiment that it belongs to.</summary>
internal static class Questions
{
    public static IReadOnlyList<IQuestion> All { get; } =
    [
        .. typeof(Questions).Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && type.IsAssignableTo(typeof(IQuestion)))
            .Select(type => (IQuestion)Activator.CreateInstance(type)!),
    ];

    /// <summary>The chapters of the questions that a run asks, in their order.</summary>
    public static FSharpResult<Artifact<FSharpList<Chapter>>, PipelineError> Ask(Bench bench) =>
        bench.Config.Experiments
            .Select(asked => All.Single(question => question.Experiment.Name == asked.Name))
            .Select(question => (Func<FSharpResult<Artifact<Chapter>, PipelineError>>)(() => question.Ask(bench)))
            .InOrder()
            .Select(Artifact.all);
}
