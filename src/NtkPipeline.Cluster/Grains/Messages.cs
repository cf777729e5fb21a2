using System.Reflection;
using NtkPipeline.Core;
using NtkPipeline.Host;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>What a stage belongs to.</summary>
/// <param name="Request">The <see cref="StageRequest"/>, as JSON.</param>
/// <param name="Folder">Where the run stands, for relative paths; a worker that lacks it stands where it stands.</param>
/// <param name="Build">The program's version: another one might see another pipeline.</param>
/// <param name="Threads">How many processors a stage takes; 0 for all of its machine's.</param>
/// <param name="Memory">Bytes that the stage declares to need at its peak; 0 where it declares nothing.</param>
/// <param name="Avoided">The names of workers on which the stage has failed: where there are others, none of these takes it.</param>
[GenerateSerializer, Immutable, Alias("ntk.job")]
internal sealed record Job(
    [property: Id(0)] string Request, [property: Id(1)] string Folder, [property: Id(2)] string Build, [property: Id(3)] int Threads,
    [property: Id(4)] long Memory, [property: Id(5)] string[] Avoided)
{
    /// <summary>What is the same for all stages of a run.</summary>
    public Job OfRun => this with { Memory = 0, Avoided = [] };
}

[GenerateSerializer, Alias("ntk.state")]
internal enum StageState
{
    /// <summary>Nobody works on it: no core is free, or another process has it.</summary>
    Waiting,
    Running,
    Done,

    /// <summary>No machine will do better.</summary>
    Refused,

    /// <summary>Another try, elsewhere, may end otherwise.</summary>
    Failed,
    Cancelled,
}

/// <summary>How a stage stands.</summary>
/// <param name="Version">Counts what was told; what is over stays so.</param>
/// <param name="Sentence">Why it was refused or failed; while it waits, for whom.</param>
/// <param name="Code">The exit code of a refusal.</param>
/// <param name="IsMade">The worker has made it; else it was there by then.</param>
/// <param name="Warnings">What was told of so far.</param>
/// <param name="Peak">The most bytes of memory that making it took, of the stage or, where the machine does not tell, of its process.</param>
[GenerateSerializer, Immutable, Alias("ntk.report")]
internal sealed record StageReport(
    [property: Id(0)] int Version, [property: Id(1)] StageState State, [property: Id(2)] string Worker, [property: Id(3)] int Finished,
    [property: Id(4)] int All, [property: Id(5)] string? Sentence, [property: Id(6)] int Code, [property: Id(7)] double Seconds,
    [property: Id(8)] long Bytes, [property: Id(9)] bool IsMade, [property: Id(10)] string[] Warnings, [property: Id(11)] long Peak,
    [property: Id(12)] bool IsPeakOfStage)
{
    public bool IsOver => State is not (StageState.Waiting or StageState.Running);

    public static StageReport New(string worker) => new(1, StageState.Waiting, worker, 0, 0, null, 0, 0, 0, false, [], 0, false);
}

/// <summary>A stage that a worker has.</summary>
/// <param name="Since">Seconds since it came.</param>
/// <param name="Memory">Bytes of the process that makes it.</param>
/// <param name="Declared">Bytes that it may come to need.</param>
[GenerateSerializer, Immutable, Alias("ntk.stage-facts")]
internal sealed record StageFacts(
    [property: Id(0)] string Key, [property: Id(1)] string Name, [property: Id(2)] StageState State, [property: Id(3)] double Since,
    [property: Id(4)] int Finished, [property: Id(5)] int All, [property: Id(6)] int Cores, [property: Id(7)] long Memory,
    [property: Id(8)] long Declared);

/// <summary>A worker as it last told of itself.</summary>
/// <param name="Address">How Orleans calls it.</param>
/// <param name="FreeMemory">Bytes that its machine could give now.</param>
/// <param name="Memory">Bytes that its stages may declare in all.</param>
/// <param name="Load">Of its machine, over the last minute, a core.</param>
[GenerateSerializer, Immutable, Alias("ntk.worker-facts")]
internal sealed record WorkerFacts(
    [property: Id(0)] string Name, [property: Id(1)] string Address, [property: Id(2)] int Cores, [property: Id(3)] StageFacts[] Stages,
    [property: Id(4)] long FreeMemory, [property: Id(5)] long Memory, [property: Id(6)] double Load, [property: Id(7)] string Build)
{
    public long Declared => Stages.Sum(stage => stage.Declared);

    public int CoresTaken => Stages.Where(stage => stage.State == StageState.Running).Sum(stage => stage.Cores);
}

/// <summary>Which program this is.</summary>
internal static class Build
{
    public static string Mine { get; } = string.Join(' ',
        new[] { typeof(Digest).Assembly, typeof(RunRecord).Assembly, typeof(RunRequest).Assembly }
            .Select(assembly => assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "")
            .Distinct());
}
