using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host.Experiments;

namespace NtkPipeline.Host;

/// <summary>
/// New tweets as one more test set: what stands behind the encoders is run again, in memory, with them in the test tweets' place, so
/// that they are treated as these were.
/// </summary>
internal static class NewTexts
{
    public static FSharpResult<Foretold, PipelineError> Predict(
        Session session, IRunner store, RunModels run, Newcomers news, int tweets)
    {
        // The greatest result by far is read, and its bytes hashed, while the texts are embedded.
        var read = Task.Run(() => run.Spectrum.Value.Value);

        var foretold =
            from seen in run.Ways.Look(session, store, news)
            from finished in Finished(run)
            from predictions in PredictText.run(tweets, finished, seen.Rows)
            from own in Own(run.Own, seen)
            select new Foretold(predictions, own.Opinions, [.. seen.Remarks, .. own.Remarks], seen.Strange);

        // Nothing goes on in the store once texts have been refused: what is lost there would be made again.
        Task.WaitAny(read);
        return foretold;
    }

    /// <summary>The same of three classes or more, or of numbers.</summary>
    public static FSharpResult<TaskForetold, PipelineError> Predict(
        Session session, IRunner store, TaskModels run, Newcomers news, int tweets) =>
        from seen in run.Ways.Look(session, store, news)
        from labelled in run.Raw.Labelled.Value.Value
        from labels in run.Labels.Value.Value
        from split in run.Split.Value.Value
        from regression in run.Regression.Value.Value
        from networks in run.Networks.Value.Value
        from stopped in run.Stopped.Value.Value
        from own in Own(run.Own, seen)
        select new TaskForetold(
            labels.Task, PredictTask.run(tweets, labelled, labels, split, regression, seen.Rows.Cross),
            TaskOpinions.all(session.Config.Compare.MainRate, session.Config.Train, networks, stopped, labels, split, seen.Rows.Form, seen.Rows.Features),
            own.Opinions, [.. seen.Remarks, .. own.Remarks], seen.Strange);

    /// <summary>What a model of a person's own says; nothing where none was asked.</summary>
    private static FSharpResult<OwnSaid, PipelineError> Own(OwnAnswers? answers, Seen seen) =>
        answers is null || seen.Raw is not { } raw
            ? FSharpResult<OwnSaid, PipelineError>.NewOk(new OwnSaid([.. seen.Strange.Select(_ => Array.Empty<OwnOpinion>())], []))
            : from finished in answers.Finished()
              from opinions in OwnOpinions.all(finished, OwnRowsModule.given(finished.Setup, seen.Rows.Features, raw))
              select new OwnSaid(opinions, OwnOpinions.remark(finished) is { Value: var remark } ? [remark] : []);

    private sealed record OwnSaid(OwnOpinion[][] Opinions, string[] Remarks);

    public static FSharpResult<Seen, PipelineError> Look(Session session, IRunner store, WaysIn ways, Newcomers news) =>
        from parts in See(session, store, ways, news)
        from rows in Together(session, ways, parts)
        from strange in Strange(session, ways, news, parts)
        select new Seen(rows.Rows, [.. Unseen(session, news, parts)], strange, rows.Raw);

    /// <summary>For each new tweet why its score is to be taken with care, if so: it shares nothing with what the run has seen.</summary>
    private static FSharpResult<string?[], PipelineError> Strange(Session session, WaysIn ways, Newcomers news, List<Embeddings> parts) =>
        from raw in ways.Raw.Both.Value.Value
        select session.Sources.Encoders[0].At switch
        {
            Looks.Numbers => news.Texts.Select((_, i) => Said(OutsideRows.remark(parts[0].Labelled, parts[0].Test, i))).ToArray(),
            _ when session.Sources.Encoders.All(encoder => encoder.At == Looks.Rows) => new string?[news.Texts.Length],
            _ => Strange(raw.Item1.Concat(raw.Item2), news),
        };

    /// <summary>The same of texts alone.</summary>
    public static string?[] Strange(IEnumerable<Tweet> seen, Newcomers news)
    {
        var known = UnseenWords.known(seen.Select(tweet => tweet.Text));
        return [.. news.Texts.Select(text => Said(UnseenWords.remark(known, text)))];
    }

    private static string? Said(FSharpOption<string>? remark) => remark is { Value: var sentence } ? sentence : null;

    private static FSharpResult<FinishedRun, PipelineError> Finished(RunModels run) =>
        from labelled in run.Raw.Labelled.Value.Value
        from split in run.Split.Value.Value
        from features in run.Features.Value.Value
        from kernel in run.Kernel.Value.Value
        from networks in run.Networks.Value.Value
        from tangents in run.Tangents.Value.Value
        from spectrum in run.Spectrum.Value.Value
        select new FinishedRun(labelled, split, features.Labelled, spectrum, kernel, networks, tangents);

    /// <summary>What each encoder makes of the new tweets. <paramref name="store"/> runs the stages that encoders look up.</summary>
    private static FSharpResult<List<Embeddings>, PipelineError> See(Session session, IRunner store, WaysIn run, Newcomers news) =>
        session.Sources.Encoders
            .Zip(run.Views.Each, (encoder, rows) => See(encoder, store, new Embedded(run.Raw, run.Clean, session.Config.Clean, rows), news))
            .InOrder();

    private static Func<FSharpResult<Embeddings, PipelineError>> See(IEncoder encoder, IRunner store, Embedded run, Newcomers news) =>
        () => from rows in encoder.See(store, run, news)
              from part in run.Rows.Value.Value
              select NewTweets.inPlaceOfTest(part, rows);

    /// <summary>The pipeline's own steps, with what the run has chosen on its tweets.</summary>
    private static FSharpResult<(NewRows Rows, Matrix<float> Raw), PipelineError> Together(Session session, WaysIn run, List<Embeddings> parts)
    {
        IRunner runner = new MemoryRunner(SeedModule.root(session.Config.Seed));

        return from views in Views.Of(runner, [.. parts.Select(part => Held("new texts", part))], run.Views.Weights)
               from features in views.Reduce(runner, session, run.Split, run.Dimensions)
               from cross in Kernels.Test(runner, session, views, features)
               from rows in features.Value.Value
               from kernel in cross.Value.Value
               from raw in views.Together.Value.Value
               select (new NewRows(RowForm.Row, rows.Test, kernel), raw.Test);
    }

    /// <summary>What was said of the new tweets and changes nothing, in sentences.</summary>
    public static IEnumerable<string> Unseen(Session session, Newcomers news, List<Embeddings> parts)
    {
        foreach (var (looks, what, given) in new[] { (Looks.Keyword, "keyword", news.Keyword), (Looks.Place, "location", news.Place) })
        {
            if (given is null)
                continue;

            var seen = session.Sources.Encoders.Zip(parts).Where(pair => pair.First.At == looks).Select(pair => pair.Second).ToArray();

            if (seen.Length == 0)
                yield return $"--{what} changes nothing: no encoder of this run looks at it.";
            else if (seen.All(part => part.Test.Values.All(value => value == 0)))
                yield return $"--{what} counts as missing: {(looks == Looks.Keyword ? "no tweet" : "not enough tweets")} of this run {(looks == Looks.Keyword ? "has" : "have")} it.";
        }
    }

    public static Artifact<T> Held<T>(string name, T value) =>
        Artifact.create(name, DigestModule.ofParts([name]), new Lazy<FSharpResult<T, PipelineError>>(FSharpResult<T, PipelineError>.NewOk(value)));
}

/// <summary>What new tweets go through before models see them, as the run's own did.</summary>
internal interface IWaysIn
{
    FSharpResult<Seen, PipelineError> Look(Session session, IRunner store, Newcomers news);
}

/// <summary>New tweets as the models see them, and what is to be said of them.</summary>
/// <param name="Raw">Every encoder's columns, put together, before they are reduced; none where models read tokens.</param>
internal sealed record Seen(NewRows Rows, string[] Remarks, string?[] Strange, Matrix<float>? Raw = null);

/// <summary>The way of rows: what encoders make of whole tweets, put together and reduced.</summary>
internal sealed record WaysIn(TweetSets Raw, TweetSets Clean, Views Views, Artifact<Split> Split, Artifact<DimensionFacts> Dimensions) : IWaysIn
{
    public FSharpResult<Seen, PipelineError> Look(Session session, IRunner store, Newcomers news) => NewTexts.Look(session, store, this, news);
}

/// <summary>Predictions, what of the new tweets they could not take into account, and for each tweet why its score is a guess, if it is.</summary>
/// <param name="Own">For each tweet, what a model of a person's own says of it.</param>
internal sealed record Foretold(TextPrediction[] Predictions, OwnOpinion[][] Own, string[] Remarks, string?[] Strange);

/// <summary>The same of three classes or more, which are named, or of numbers.</summary>
/// <param name="Networks">For each tweet, what the networks of the main learning rate say of it.</param>
internal sealed record TaskForetold(
    LearningTask Task, TaskPrediction[] Predictions, TaskOpinion[][] Networks, OwnOpinion[][] Own, string[] Remarks, string?[] Strange);
