using System.CommandLine;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk stage: what a worker starts to make stages in a process of their own; a person has no use for it.</summary>
internal sealed class StageCommand : NtkCommand
{
    public StageCommand()
        : base("stage", "Makes single stages for a worker, which writes their keys.", "ntk worker --cluster redis://localhost") =>
        Hidden = true;

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        new StageServer(System.Console.In, terminal.Relay, () => Program.Leave(ExitCode.Done)).Run(terminal with { IsQuiet = true });
}
