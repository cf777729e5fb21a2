using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run works on and where its results go.</summary>
internal sealed record Session(RunRequest Request, Config Config, DataFolder Data, Store Store, Sources Sources, string Out)
{
    private Seed Seed => SeedModule.root(Config.Seed);

    /// <summary>The pipeline's stages, which every run on the store shares.</summary>
    public SharedStages Stages => new(Store, Data.Scope, Seed, Config.Threads, runner => Flow.Run(runner, this).Select(_ => (Unit)null!))
    {
        Memory = name => Sizes() is { IsOk: true, ResultValue: var sizes } ? RunMemory.ofStage(Config, sizes, name) : 0,
        MostMemory = Config.Memory is { Value: var bytes } ? bytes : long.MaxValue,
    };

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
        return Flow.Run(planner, this).OrRefused().Select(_ => planner.Plans);
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

    /// <summary>Rows in the files, which are read once for it.</summary>
    private FSharpResult<(int Labelled, int Test), PipelineError> Counts() => _counts ??= Count();

    private FSharpResult<(int Labelled, int Test), PipelineError>? _counts;

    private FSharpResult<(int Labelled, int Test), PipelineError> Count() =>
        from read in Sources.Data.Unlabelled(new MemoryRunner(Seed))
        from tweets in read.Value.Value
        select (Sources.Data.LabelledRows, tweets.Length);

    /// <summary>
    /// Writes what people read: summary.json, results.csv, report.html, and submission.csv when there is a test set; one that an earlier run has
    /// left goes where this run writes none. run.json comes first, so that a killed run leaves no submission that the next takes for a person's.
    /// </summary>
    public FSharpResult<Unit?, Failure> Write(IAccount account, string summary, Terminal terminal)
    {
        var answers = new AnswerFiles(Out, Submission.heading(Config.Data.Columns));

        return (from files in account.Files(Config.Data.Columns).Select(Made).InOrder()
                let stale = answers.Stale(files.Select(file => file.Name))
                from request in Write(ResultFiles.Request, AskedRun.Print(this, answers.Marks(files)))
                from written in files.Select<(string Name, string Text), Func<FSharpResult<Unit, PipelineError>>>(file => () => Write(file.Name, file.Text)).InOrder()
                from record in Write(ResultFiles.Summary, summary)
                select Remove(stale, terminal)).OrRefused();
    }

    private static Func<FSharpResult<(string Name, string Text), PipelineError>> Made((string Name, Func<FSharpResult<string, PipelineError>> Text) file) =>
        () => file.Text().Select(text => (file.Name, text));

    private Unit? Remove(string[] stale, Terminal terminal)
    {
        foreach (var path in stale.Select(name => Path.Combine(Out, name)))
        {
            try
            {
                File.Delete(path);
                var why = Path.GetFileName(path) == AnswerFiles.Name() ? "this run has no rows without labels" : "this run does not write it";
                terminal.Note($"ntk: note: {path} of an earlier run is removed: {why}");
            }
            catch (Exception refusal) when (DiskRefusal.reason(refusal) is { Value: var reason })
            {
                terminal.Warn($"{path} is of an earlier run, and could not be removed: {reason}");
            }
        }

        return null;
    }

    private FSharpResult<Unit, PipelineError> Write(string name, string text) =>
        SourceFile.writeText(Path.Combine(Out, name), text);
}
