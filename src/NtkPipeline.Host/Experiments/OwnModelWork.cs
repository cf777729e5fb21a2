using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host.Commands;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Experiments;

/// <summary>
/// A model of a person's own (<c>train.model</c>) in a run of any task: looked at as soon as there are rows, so that one which does not fit them is refused
/// before anything is trained, and asked when there is a kernel to stand beside it.
/// </summary>
/// <param name="Split">The split with the fitted rows that the question learns from.</param>
internal sealed record OwnModelWork(
    IRunner Runner, OwnSetup Setup, Artifact<byte[]> File, Artifact<Split> Split, Artifact<OwnRows> Rows, Artifact<OwnFacts> Facts)
{
    /// <summary>None where no model is asked.</summary>
    public static FSharpResult<OwnModelWork?, PipelineError> Begin(
        IRunner runner, Config config, Sources sources, Artifact<Split> split, Artifact<Features> features, Artifact<Embeddings> embeddings)
    {
        if (sources.Model is not { } file)
            return FSharpResult<OwnModelWork?, PipelineError>.NewOk(null);

        var setup = OwnQuestion.setup(config.Values, config.Device, config.Ridge, sources.Data.Task);
        var shape = config.Values["own-model.input-shape"];

        return Questions.Asking(runner, OwnQuestion.name, () =>
            from few in runner.Run(SubsetRows.stage(OwnSetupModule.rows(setup)), split)
            let rows = OwnRowsModule.gather(setup, split, few, features, embeddings)
            from facts in runner.Run(
                OwnLook.stage(setup, FuncConvert.FromFunc<Matrix<float>, FSharpResult<Unit, PipelineError>>(row => Survives(setup.File, row, shape))!),
                Artifact.both(file, rows))
            select (OwnModelWork?)new OwnModelWork(runner, setup, file, few, rows, facts));
    }

    /// <summary>Whether LibTorch lives through the file's program, tried on one row in a process of its own.</summary>
    private static FSharpResult<Unit, PipelineError> Survives(string model, Matrix<float> row, string shape)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ntk-row-{Guid.NewGuid():N}.npy");

        try
        {
            return (from written in SourceFile.writeValue(path, Codec.matrix32, row)
                    from lives in TryModelCommand.Survives(model, path, shape == "" ? null : shape)
                    select lives)!;
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    /// <param name="gram">The analytic kernel of the run's labelled rows.</param>
    public FSharpResult<Artifact<Chapter>, PipelineError> Ask(Artifact<Matrix<float>> gram) =>
        Answer(gram).Select(answers => OwnChapter.ofEvidence(answers.Evidence));

    /// <summary>What a run's model has become, for those who predict with it; none where no model is asked.</summary>
    public static FSharpResult<OwnAnswers?, PipelineError> Answers(OwnModelWork? work, Artifact<Matrix<float>> gram) =>
        work is null
            ? FSharpResult<OwnAnswers?, PipelineError>.NewOk(null)
            : work.Answer(gram).Select(answers => (OwnAnswers?)answers);

    /// <summary>All of it, asked once.</summary>
    private FSharpResult<OwnAnswers, PipelineError> Answer(Artifact<Matrix<float>> gram) => _answers ??= Train(gram);

    private FSharpResult<OwnAnswers, PipelineError>? _answers;

    private FSharpResult<OwnAnswers, PipelineError> Train(Artifact<Matrix<float>> gram)
    {
        var asked = Artifact.both(Artifact.both(File, Facts), Rows);

        return from tangent in Runner.Run(OwnRegress.tangentStage(Setup), asked)
               from regression in Runner.Run(OwnRegress.stage(Setup), Artifact.both(Artifact.both(Facts, Rows), tangent))
               from analytic in Runner.Run(OwnRegress.analyticStage(Setup), Artifact.both(Rows, Artifact.both(Split, gram)))
               let training = OwnTune.inputs(asked, regression)
               from trails in Enumerable.Range(0, Setup.StopFolds)
                   .Select(fold => (Func<FSharpResult<Artifact<OwnTrail>, PipelineError>>)(() => Runner.Run(OwnTune.foldStage(Setup, fold), training)))
                   .InOrder()
               let stop = OwnTune.stop(Setup, Rows, Artifact.all(trails))
               from tuned in Runner.Run(OwnTunedModule.stage(Setup), Artifact.both(training, stop))
               from evidence in Runner.Run(
                   OwnJudge.stage(Setup), OwnJudge.outcome(Facts, Rows, tangent, regression, analytic, stop, tuned))
               select new OwnAnswers(this, tuned, evidence);
    }

    /// <summary>The chapters of a run that asks no other question of this kind.</summary>
    public static FSharpResult<Artifact<FSharpList<Chapter>>, PipelineError> Chapters(OwnModelWork? work, Artifact<Matrix<float>> gram) =>
        work is null
            ? FSharpResult<Artifact<FSharpList<Chapter>>, PipelineError>.NewOk(Artifact.all<Chapter>([]))
            : Questions.Asking(work.Runner, OwnQuestion.name, () => work.Ask(gram))
                .Select(chapter => Artifact.all([ChapterModule.signed(chapter)]));
}

/// <summary>A model of a person's own as it was fine-tuned, and as it was judged.</summary>
internal sealed record OwnAnswers(OwnModelWork Work, Artifact<OwnTuned> Tuned, Artifact<OwnEvidence> Evidence)
{
    /// <summary>All that it takes to predict with it.</summary>
    public FSharpResult<FinishedOwn, PipelineError> Finished() =>
        from file in Work.File.Value.Value
        from facts in Work.Facts.Value.Value
        from rows in Work.Rows.Value.Value
        from tuned in Tuned.Value.Value
        from evidence in Evidence.Value.Value
        select new FinishedOwn(Work.Setup, file, facts, rows, tuned, evidence);
}
