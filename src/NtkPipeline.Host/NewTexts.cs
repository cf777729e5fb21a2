using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>
/// New texts as one more test set: what stands behind the encoders is run again, in memory, with them in the test tweets' place, so
/// that they are treated as these were.
/// </summary>
internal static class NewTexts
{
    public static FSharpResult<TextPrediction[], PipelineError> Predict(Session session, RunModels run, string[] texts, int tweets) =>
        from rows in See(session, run, texts)
        from finished in Finished(run)
        from predictions in PredictText.run(tweets, finished, rows)
        select predictions;

    private static FSharpResult<FinishedRun, PipelineError> Finished(RunModels run) =>
        from labelled in run.Raw.Labelled.Value.Value
        from split in run.Split.Value.Value
        from features in run.Features.Value.Value
        from spectrum in run.Spectrum.Value.Value
        from kernel in run.Kernel.Value.Value
        from networks in run.Networks.Value.Value
        select new FinishedRun(labelled, split, features.Labelled, spectrum, kernel, networks);

    private static FSharpResult<NewRows, PipelineError> See(Session session, RunModels run, string[] texts)
    {
        var (config, memory) = (session.Config, new MemoryRunner(SeedModule.root(session.Config.Seed)));
        IRunner runner = memory;

        return from embedded in run.Views.Parts.Value.Value
               from raw in run.Raw.Both.Value.Value
               from clean in run.Clean.Both.Value.Value
               from parts in session.Sources.Encoders.Zip(embedded, (encoder, rows) => See(encoder, new Embedded(raw, clean, config.Clean, rows), texts)).InOrder()
               let all = Held("new texts", ListModule.OfSeq(parts))
               from together in run.Views.Weights is { } weights
                   ? runner.Run(CombineViews.stage, Artifact.both(all, weights))
                   : FSharpResult<Artifact<Embeddings>, PipelineError>.NewOk(Held("new texts", parts[0]))
               from features in runner.Run(ReduceDimension.stage(config.Reduce), ReduceDimension.inputs(config.Reduce, together, run.Split, run.Dimensions))
               from cross in run.Views.Weights is { } weights && config.Encoder.Weigh.Combining.IsSum
                   ? runner.Run(SumOfKernels.test, Artifact.both(all, weights))
                   : runner.Run(AnalyticGram.test, features)
               from rows in features.Value.Value
               from kernel in cross.Value.Value
               select new NewRows(rows.Test, kernel);
    }

    private static Func<FSharpResult<Embeddings, PipelineError>> See(IEncoder encoder, Embedded run, string[] texts) =>
        () => encoder.See(run, texts).Select(rows => NewTweets.inPlaceOfTest(run.Rows, rows));

    private static Artifact<T> Held<T>(string name, T value) =>
        Artifact.create(name, DigestModule.ofParts([name]), new Lazy<FSharpResult<T, PipelineError>>(FSharpResult<T, PipelineError>.NewOk(value)));
}
