using System.Text.Json.Nodes;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>What a run ends in, whatever its task: as people and programs read it.</summary>
internal interface IOutputs
{
    /// <summary>Everything that the run found out, made ready to be told.</summary>
    FSharpResult<IAccount, PipelineError> Account();
}

/// <summary>What is told of a run.</summary>
internal interface IAccount
{
    /// <summary>summary.json.</summary>
    string Summary(double seconds, IEnumerable<JsonNode> stages);

    /// <summary>What a person is told on the console.</summary>
    IEnumerable<string> Lines { get; }

    /// <summary>The files beside summary.json: their names, and how each is made.</summary>
    IEnumerable<(string Name, Func<FSharpResult<string, PipelineError>> Text)> Files(DataColumns columns);
}

/// <summary>The flow of a run, which its task decides.</summary>
internal static class Flow
{
    public static FSharpResult<IOutputs, PipelineError> Run(IRunner runner, Session session) =>
        session.Sources.Data.Task.IsBinary && session.Config.IsOfTokens
            ? TokenPipeline.Run(runner, session).Select(outputs => (IOutputs)outputs)
            : session.Sources.Data.Task.IsBinary
            ? Pipeline.Run(runner, session).Select(outputs => (IOutputs)outputs)
            : TaskPipeline.Run(runner, session).Select(outputs => (IOutputs)outputs);
}
