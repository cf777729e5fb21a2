using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// What stages belong to, as text: another process that opens it, on a machine that sees the same folders, walks the same stages. Exactly
/// one of a run and a command is there.
/// </summary>
/// <param name="Command">The command line as it was written.</param>
/// <param name="Share">Of a command, what it counts on of every machine.</param>
internal sealed record StageRequest(RunRequest? Run, string[]? Command, MachineShare? Share)
{
    /// <summary>A run's, with the folders that it has found.</summary>
    public static StageRequest Of(Session session) => new(
        session.Request with
        {
            Data = session.Config.Data.AreNumbers ? null : Path.GetFullPath(Path.GetDirectoryName(session.Data.Train)!),
            Store = Path.GetFullPath(session.Request.Store),
        },
        null, null);

    public FSharpResult<SharedStages, Failure> Open(Terminal terminal) =>
        Run is { } run
            ? run.Open(terminal, null).Select(session => session.Stages)
            : Program.Stages(Command!, Share, terminal);
}

/// <summary>What a stage may take of the machine that it is made on, wherever that is: what decides its bytes is the same everywhere.</summary>
/// <param name="Memory">Bytes, beside what the process itself takes.</param>
/// <param name="Threads">Of LibTorch.</param>
internal sealed record MachineShare(double Memory, int Threads)
{
    /// <summary>What one of several processes that make a kernel's tiles has of its machine.</summary>
    public static MachineShare Of(KernelMachine machine) => new(machine.Memory, Environment.ProcessorCount);

    /// <summary>This machine as another process counts on it, or as it is.</summary>
    /// <param name="share">What that process counts on; none where there is none.</param>
    /// <param name="memory">Bytes, where a person said how many; none for half of what there is.</param>
    /// <param name="sharing">How many processes work at once on this machine.</param>
    public static FSharpResult<KernelMachine, PipelineError> Machine(MachineShare? share, FSharpOption<long> memory, int sharing, Device device) =>
        share is null
            ? LibTorch.machine(memory, 0, device).Select(machine => new KernelMachine((machine.Memory + MemoryNeedModule.idle) / sharing - MemoryNeedModule.idle, machine.Tensors))
            : LibTorch.machine(FSharpOption<long>.None, share.Threads, device).Select(machine => new KernelMachine(share.Memory, machine.Tensors));
}

/// <summary>A command whose stages workers may make.</summary>
internal interface IStageCommand
{
    /// <summary>The stages of a command line that a worker was given.</summary>
    FSharpResult<SharedStages, Failure> Stages(System.CommandLine.ParseResult parsed, MachineShare? share, Terminal terminal);
}

/// <summary>Workers that make stages.</summary>
internal sealed record StageMaking(ICluster Cluster, ClusterPlace Place, string[] Command, Terminal Terminal)
{
    /// <summary>How many of them share this machine.</summary>
    public int Sharing => Math.Max(1, Place.Workers);

    /// <summary>Has all stages made that are not in the store; the runner is told which.</summary>
    public FSharpResult<Unit?, Failure> Make(SharedStages stages, StageRequest request, DiskRunner runner, Action<StageEvent> tell) =>
        Cluster.Make(stages, request, Place, runner, tell, Terminal);

    /// <summary>Has a command's stages made, then does work with the runner that finds them.</summary>
    public FSharpResult<T, Failure> Make<T>(SharedStages stages, MachineShare? share, Func<DiskRunner, FSharpResult<T, Failure>> work)
    {
        var progress = StageProgress.For(Terminal);

        // What is read again while the result is put together was told of when it was made.
        void Tell(StageEvent happened)
        {
            if (!happened.IsCached)
                progress.Tell(happened);
        }

        return stages.Run(Tell, runner =>
            from frontier in runner.Frontier().OrRefused()
            from made in progress.Watch(frontier.Pending, () => Make(stages, new StageRequest(null, Command, share), runner, Tell))
            from done in work(runner)
            select done);
    }
}
