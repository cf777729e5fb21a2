using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run works on and where its results go.</summary>
internal sealed record Session(RunRequest Request, Config Config, DataFolder Data, Store Store, Sources Sources, string Out)
{
    private Seed Seed => SeedModule.root(Config.Seed);

    /// <summary>
    /// Does work with a runner over the store, which shares the pipeline's stages with every other run on it, and keeps what it asks for from
    /// being collected meanwhile; where the store cannot be written, a warning says that it does not. LibTorch is loaded when the first
    /// stage really runs.
    /// </summary>
    public FSharpResult<T, Failure> Run<T>(StageProgress progress, Func<DiskRunner, FSharpResult<T, Failure>> work)
    {
        var begun = LiveRun.Begin(Store);
        using var live = begun.IsOk ? begun.ResultValue : null;

        if (begun.IsError)
            progress.Tell(StageEvent.NewWarning($"{begun.ErrorValue.Sentence}; `ntk store gc` does not know of this run"));

        return work(new DiskRunner(
            Store, Data.Scope, Seed, Ready(progress.Tell), live is null ? FSharpOption<LiveRun>.None : FSharpOption<LiveRun>.Some(live),
            FSharpOption<Func<IRunner, FSharpResult<Unit, PipelineError>>>.Some(Walk)));
    }

    /// <summary>
    /// Does work that makes single stages by the keys of their recipes; an outcome of none means that the pipeline has no such stage that
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
        var runner = new TargetRunner(Store, Data.Scope, Seed, Ready(tell), live);
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
                LibTorch.useThreads(Config.Threads);
                isReady = true;
            }

            tell(happened);
        };
    }

    /// <summary>The whole pipeline, for what its runner makes of it.</summary>
    public FSharpResult<Unit, PipelineError> Walk(IRunner runner) => Pipeline.Run(runner, this).Select(_ => (Unit)null!);

    /// <summary>Refuses a device that this machine lacks before anything runs. The CPU is always there, so LibTorch is not asked.</summary>
    public FSharpResult<Unit?, Failure> CheckDevice() =>
        Config.Device.IsCpu ? Results.Done : DeviceModule.resolve(Config.Device).OrRefused().Select(_ => (Unit?)null);

    /// <summary>Which stages are cached, and which would run and why.</summary>
    public FSharpResult<StagePlan[], Failure> Plan()
    {
        var planner = new PlanRunner(Store, Data.Scope, Seed);
        return Pipeline.Run(planner, this).OrRefused().Select(_ => planner.Plans);
    }

    /// <summary>How much there is of everything, from the tweets and the settings.</summary>
    public FSharpResult<RunSizes, Failure> Sizes() =>
        (from labelled in Count(ReadTweets.stage("train", Sources.TrainName, true), Sources.Train)
         from test in Count(ReadTweets.stage("test", Sources.TestName, false), Sources.Test)
         select RunWork.sizes(Config, labelled, test)).OrRefused();

    private FSharpResult<int, PipelineError> Count(Stage<byte[], Tweet[]> stage, Artifact<byte[]> source) =>
        from read in ((IRunner)new MemoryRunner(Seed)).Run(stage, source)
        from tweets in read.Value.Value
        select tweets.Length;

    /// <summary>Writes what people read: summary.json, results.csv, report.html, and submission.csv when there is a test set.</summary>
    public FSharpResult<Unit, Failure> Write(PipelineOutputs outputs, Findings findings, string summary) =>
        (from report in outputs.Report.Value.Value
         from tweets in outputs.Unlabelled.Value.Value
         from page in Write(ResultFiles.Page, report)
         from table in Write(ResultFiles.Table, ResultFrame.csv(findings))
         from submission in tweets.Length == 0
             ? FSharpResult<Unit, PipelineError>.NewOk(page)
             : Write(ResultFiles.Answer(), Submission.csv([.. tweets.Select(tweet => tweet.Id)], findings.Kernel.TestOutputs))
         from others in findings.Chapters.SelectMany(chapter => Answers(chapter, tweets)).InOrder()
         from record in Write(ResultFiles.Summary, summary)
         select record).OrRefused();

    /// <summary>What a question's own models say of the test tweets, a file each.</summary>
    private IEnumerable<Func<FSharpResult<Unit, PipelineError>>> Answers(Chapter chapter, Tweet[] tweets) =>
        chapter.Submissions.Select(model => (Func<FSharpResult<Unit, PipelineError>>)(() => Write(
            ResultFiles.Answer($"{chapter.Id}-{model.Name}"), Submission.csv([.. tweets.Select(tweet => tweet.Id)], model.Outputs))));

    private FSharpResult<Unit, PipelineError> Write(string name, string text) =>
        SourceFile.writeText(Path.Combine(Out, name), text);
}
