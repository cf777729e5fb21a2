using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Microsoft.FSharp.Core;
using NtkPipeline.Host.Commands;
using NtkPipeline.Host.Help;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>The program <c>ntk</c>: the list of its commands.</summary>
public static class Program
{
    /// <summary>The names of the experiments that have a query here.</summary>
    public static IEnumerable<string> Questions => Experiments.Questions.All.Select(question => question.Experiment.Name);

    /// <summary>Every option of every command, but those that all have.</summary>
    public static IEnumerable<CommandOption> Options => Root().Subcommands.SelectMany(command => CommandOption.Of(command, [command.Name]));

    /// <summary>Whether this process's standard output is for a program to read.</summary>
    private static bool _asJson;

    public static int Main(string[] args)
    {
        _asJson = IsJson(args);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        ClusterProgram.IsWhole = true;
        LargeGarbage.watch();
        var named = LibTorchFolder.named();

        if (named.IsError)
            return (Terminal.OfProcess with { AsJson = _asJson }).Report(new Failure(ExitCode.Usage, [named.ErrorValue.Sentence]));

        return named.ResultValue is { Value: var folder } && !TorchContext.IsCurrent
            ? TorchContext.Run(folder, args)
            : Run(args, System.Console.Out, System.Console.Error);
    }

    /// <summary>Runs one command line, writing where it is told to, and gives its exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        using var guarded = new StandardOutput(output);
        var terminal = new Terminal(guarded, error, AsJson: IsJson(args));

        try
        {
            var parsed = Parse(args);

            return CommandMistakes.Of(parsed) is { Count: > 0 } mistakes
                ? terminal.Report(new Failure(ExitCode.Usage, mistakes))
                : parsed.Invoke(new WrittenInvocation(args)
                {
                    Output = guarded,
                    Error = error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                });
        }
        catch (OutputLostException lost)
        {
            return new Terminal(TextWriter.Null, error).Report(new Failure(ExitCode.Refused, [lost.Message]));
        }
        catch (Exception lack) when (MachineLack.ofException(lack) is { Value.Sentence: var sentence })
        {
            return terminal.Report(new Failure(ExitCode.Refused, [sentence]));
        }
        catch (Exception bug)
        {
            return terminal.Report(new Failure(ExitCode.Bug, [BugLog.Write(bug)]));
        }
    }

    /// <summary>The stages of a command line that another process has written.</summary>
    internal static FSharpResult<SharedStages, Failure> Stages(string[] args, MachineShare? share, Terminal terminal)
    {
        var parsed = Parse(args);

        return CommandMistakes.Of(parsed) is { Count: > 0 } mistakes ? Results.Fail<SharedStages>(ExitCode.Usage, mistakes)
            : parsed.CommandResult.Command is IStageCommand command ? command.Stages(parsed, share, terminal)
            : Results.Fail<SharedStages>(ExitCode.Refused, $"{parsed.CommandResult.Command.Name} has no stages that workers make");
    }

    /// <summary>Also of a line that cannot be read otherwise.</summary>
    private static bool IsJson(string[] args) => args.Contains("--json");

    /// <summary>A text may begin with @, which is not the name of a file with arguments.</summary>
    internal static ParseResult Parse(string[] args) => Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private static RootCommand Root()
    {
        var root = new RootCommand("Sets infinitely wide networks, as kernels, beside finite ones, trained for real, on labelled tweets.")
        {
            new RunCommand(),
            new WorkerCommand(),
            new ClusterCommand(),
            new StageCommand(),
            new TryModelCommand(),
            new StatusCommand(),
            new WhyCommand(),
            new PlanCommand(),
            new ReportCommand(),
            new PredictCommand(),
            new StoreCommand(),
            new ConfigCommand(),
            new KernelCommand(),
            new ExpandCommand(),
            new RegressCommand(),
            new DescendCommand(),
            new PosteriorCommand(),
            new SolveCommand(),
            new SelectCommand(),
            new LearnCommand(),
            new EmbedCommand(),
            new FinetuneCommand(),
            new TangentCommand(),
            new TokenizeCommand(),
            new FetchCommand(),
            new SampleCommand(),
            new BenchCommand(),
            new HelpCommand(),
            new CompletionsCommand(),
        };

        foreach (var option in NtkCommand.Common())
            root.Options.Add(option);

        root.SetAction(parsed => HelpPage.First(parsed, new Terminal(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)));
        root.Options.OfType<HelpOption>().Single().Action = new ShortHelp();
        PlainNumbers.Require(root);
        return root;
    }

    /// <summary>What is in the store, or in a kernel's file, is whole at any instant, so there is nothing to wait for.</summary>
    private static void Interrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        var failure = new Failure(ExitCode.Interrupted, ["interrupted; what is finished is kept, and the same command goes on from there"]);
        Leave((Terminal.OfProcess with { AsJson = _asJson }).ReportInterruption(failure));
    }

    /// <summary>Ends the process at once, whatever its threads are at.</summary>
    internal static void Leave(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        else
            LeaveAtOnce(code);
    }

    /// <summary>Ends the process without the libraries' clean-up, which LibTorch, still at work in its threads, would not survive.</summary>
    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void LeaveAtOnce(int code);
}
