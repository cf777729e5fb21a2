using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Stages over a store, which several processes may make.</summary>
/// <param name="Scope">The name of the data.</param>
/// <param name="Threads">How many processors a stage takes; 0 for all of its machine's.</param>
/// <param name="Walk">Asks a runner for every stage, and for no stage's value.</param>
internal sealed record SharedStages(Store Store, string Scope, Seed Seed, int Threads, Func<IRunner, FSharpResult<Unit, PipelineError>> Walk)
{
    /// <summary>Bytes that a stage of this name declares to need at its peak; 0 where it declares nothing.</summary>
    public Func<string, double> Memory { get; init; } = _ => 0;

    /// <summary>Bytes that a run's own workers may take in all; more than any machine has where nobody says.</summary>
    public long MostMemory { get; init; } = long.MaxValue;

    /// <summary>
    /// Does work with a runner over the store, which shares the stages with every other process that walks them, and keeps what it asks for
    /// from being collected meanwhile; where the store cannot be written, a warning says that it does not. LibTorch is loaded when the first
    /// stage really runs.
    /// </summary>
    /// <param name="log">Told each stage's fact; none where nobody keeps them.</param>
    public FSharpResult<T, Failure> Run<T>(
        Action<StageEvent> tell, Func<DiskRunner, FSharpResult<T, Failure>> work, Action<StageFact>? log = null)
    {
        var begun = LiveRun.Begin(Store);
        using var live = begun.IsOk ? begun.ResultValue : null;

        if (begun.IsError)
            tell(StageEvent.NewWarning($"{begun.ErrorValue.Sentence}; `ntk store gc` does not know of this run"));

        return work(new DiskRunner(
            Store, Scope, Seed, Ready(tell), live is null ? FSharpOption<LiveRun>.None : FSharpOption<LiveRun>.Some(live),
            FSharpOption<Func<IRunner, FSharpResult<Unit, PipelineError>>>.Some(Walk),
            log is null ? FSharpOption<Action<StageFact>>.None : FSharpOption<Action<StageFact>>.Some(log)));
    }

    /// <summary>
    /// Does work that makes single stages by the keys of their recipes; an outcome of none means that the walk meets no such stage that
    /// could run now.
    /// </summary>
    public FSharpResult<T, Failure> Serve<T>(
        Action<StageEvent> tell, Func<Func<string, FSharpResult<FSharpOption<TargetOutcome>?, PipelineError>>, FSharpResult<T, Failure>> work) =>
        from begun in LiveRun.Begin(Store).OrRefused()
        from outcome in Serve(begun, tell, work)
        select outcome;

    private FSharpResult<T, Failure> Serve<T>(
        LiveRun begun, Action<StageEvent> tell, Func<Func<string, FSharpResult<FSharpOption<TargetOutcome>?, PipelineError>>, FSharpResult<T, Failure>> work)
    {
        using var live = begun;
        var runner = new TargetRunner(Store, Scope, Seed, Ready(tell), live);
        return work(key => runner.Make(key, Walk)!);
    }

    /// <summary>Loads LibTorch when the first stage really runs.</summary>
    private Action<StageEvent> Ready(Action<StageEvent> tell)
    {
        var isReady = false;

        return happened =>
        {
            if (!isReady && happened.IsStarted)
            {
                LibTorch.useThreads(Threads);
                isReady = true;
            }

            tell(happened);
        };
    }
}
