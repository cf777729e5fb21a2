using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

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

    /// <summary>Does a question's work, with its name noted by a runner that can.</summary>
    public static T Asking<T>(IRunner runner, string question, Func<T> work)
    {
        if (runner is not IQuestioned noting)
            return work();

        noting.Question = question;

        try
        {
            return work();
        }
        finally
        {
            noting.Question = "";
        }
    }

    /// <summary>The chapters of the questions that a run asks, in their order.</summary>
    public static FSharpResult<Artifact<FSharpList<Chapter>>, PipelineError> Ask(Bench bench) =>
        bench.Config.Experiments
            .Select(asked => All.Single(question => question.Experiment.Name == asked.Name))
            .Select(question => (Func<FSharpResult<Artifact<Chapter>, PipelineError>>)(
                () => Asking(bench.Runner, question.Experiment.Name, () => question.Ask(bench)).Select(ChapterModule.signed)))
            .InOrder()
            .Select(Artifact.all);
}
