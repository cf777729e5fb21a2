using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run works on and where its results go.</summary>
internal sealed record Session(RunRequest Request, Config Config, DataFolder Data, Store Store, Sources Sources, string Out)
{
    private Seed Seed => SeedModule.root(Config.Seed);

    /// <summary>The pipeline's stages, which every run on the store shares.</summary>
    public SharedStages Stages => new(Store, Data.Scope, Seed, Config.Threads, runner => Pipeline.Run(runner, this).Select(_ => (Unit)null!));

    /// <summary>Does work with a runner over the store.</summary>
    /// <param name="log">Told each stage's fact; none where nobody keeps them.</param>
    public FSharpResult<T, Failure> Run<T>(StageProgress progress, Func<DiskRunner, FSharpResult<T, Failure>> work, Action<StageFact>? log = null) =>
        Stages.Run(progress.Tell, work, log);

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
        (from counts in Counts()
         select RunWork.sizes(Config, counts.Labelled, counts.Test)).OrRefused();

    /// <summary>What the run needs at its peak, or a refusal where there is not so much.</summary>
    public FSharpResult<MemoryNeed, Failure> Need() =>
        (from counts in Counts()
         from need in RunMemory.check(MachineMemory.limit(Config.Memory), Config, counts.Labelled, counts.Test)
         select need).OrRefused();

    /// <summary>Tweets in the files.</summary>
    private FSharpResult<(int Labelled, int Test), PipelineError> Counts() =>
        from labelled in Count(ReadTweets.stage("train", Sources.TrainName, true), Sources.Train)
        from test in Count(ReadTweets.stage("test", Sources.TestName, false), Sources.Test)
        select (labelled, test);

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
         from request in Write(ResultFiles.Request, AskedRun.Print(this))
         from record in Write(ResultFiles.Summary, summary)
         select record).OrRefused();

    /// <summary>What a question's own models say of the test tweets, a file each.</summary>
    private IEnumerable<Func<FSharpResult<Unit, PipelineError>>> Answers(Chapter chapter, Tweet[] tweets) =>
        chapter.Submissions.Select(model => (Func<FSharpResult<Unit, PipelineError>>)(() => Write(
            ResultFiles.Answer($"{chapter.Id}-{model.Name}"), Submission.csv([.. tweets.Select(tweet => tweet.Id)], model.Outputs))));

    private FSharpResult<Unit, PipelineError> Write(string name, string text) =>
        SourceFile.writeText(Path.Combine(Out, name), text);
}
