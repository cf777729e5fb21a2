using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk predict: what each model of a finished run says of new texts, and the training tweets that carry it.</summary>
internal sealed class PredictCommand : NtkCommand
{
    private readonly RunOptions _run = new();

    private readonly Option<string[]> _texts = new("--text")
    {
        Description = "The text to judge; may be given several times.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _keyword = new("--keyword")
    {
        Description = "The keyword of every --text, as in the CSV's column, for runs with the encoder keywords. Default: missing, as a blank cell is.",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _location = new("--location")
    {
        Description = "The place that every --text comes from, as in the CSV's column, for runs with the encoder location. Default: missing, as a blank cell is.",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _npy = new("--npy")
    {
        Description = "The rows that another program made of the texts, one a text in their order, for runs with the encoder npy; or, for runs on data.features, the rows themselves.",
        HelpName = "ROWS.npy",
    };

    private readonly Option<int> _tweets = new("--tweets")
    {
        Description = "Training tweets an explanation.",
        DefaultValueFactory = _ => 5,
        HelpName = "N",
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "Every network by itself. Default: those of the main learning rate, seeds taken together; --json always has all.",
    };

    public PredictCommand()
        : base(
            "predict", "Says what each model of a finished run makes of a text, and which training tweets weigh most; trains nothing. --data FOLDER or --out RESULTS alone take up the last run of that data, or of that folder of results.",
            "ntk predict --text \"Forest fire near the lake, everybody is leaving\"")
    {
        _run.AddToFinder(this);

        foreach (Option option in new Option[] { _texts, _keyword, _location, _npy, _tweets, _all })
            Options.Add(option);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) =>
        parsed.GetValue(_tweets) is < 1 or > 1000 ? ["--tweets: between 1 and 1000"] : [];

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.OrNamed(parsed, _run.OpenFinished(parsed, terminal))
        from news in News(parsed, session)
        from plans in session.Plan()
        from ready in _run.OrNamed(parsed, plans.AllButReport())
        from code in session.Run(
            StageProgress.For(terminal with { IsQuiet = true }),
            runner => Predict(session, runner, news, parsed.GetValue(_tweets), parsed.GetValue(_all), terminal).OrRefused())
        select code;

    private FSharpResult<Newcomers, Failure> News(ParseResult parsed, Session session)
    {
        var rows = parsed.GetValue(_npy);
        var texts = parsed.GetRequiredValue(_texts);

        if (session.Config.Data.AreNumbers)
            return (rows, texts.Length) switch
            {
                ({ } file, 0) => Newcomers.OfRows(file).OrRefused(),
                (null, _) => Results.Fail<Newcomers>(ExitCode.Usage, "--npy: this run was made of rows of numbers (data.features); give an .npy file of such rows"),
                _ => Results.Fail<Newcomers>(ExitCode.Usage, "--text: this run was made of rows of numbers (data.features), which are no texts; give --npy alone"),
            };

        if (texts.Length == 0)
            return Results.Fail<Newcomers>(ExitCode.Usage, "--text: give the text to judge; it may be given several times");

        var takesRows = session.Sources.Encoders.Any(encoder => encoder.At == Looks.Rows);

        return (rows, takesRows) switch
        {
            (null, true) => Results.Fail<Newcomers>(
                ExitCode.Usage, "--npy: this run was made of rows that another program made (embed.encoder has npy); give one such row a text"),
            ({ }, false) => Results.Fail<Newcomers>(
                ExitCode.Usage, "--npy: this run was made of texts alone (embed.encoder has no npy), so it takes no rows"),
            _ => Results.Ok(new Newcomers(
                texts, NullIfBlank(parsed.GetValue(_keyword)), NullIfBlank(parsed.GetValue(_location)), rows ?? "")),
        };
    }

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static FSharpResult<int, PipelineError> Predict(
        Session session, DiskRunner runner, Newcomers news, int tweets, bool all, Terminal terminal)
    {
        var outputs = Flow.Run(runner, session);
        LibTorch.useThreads(session.Config.Threads);

        return from run in outputs
               from code in run switch
               {
                   PipelineOutputs two => NewTexts.Predict(session, runner, two.Models, news, tweets).Select(foretold => Tell(session, news, foretold, all, terminal)),
                   TaskOutputs other => NewTexts.Predict(session, runner, other.Models, news, tweets).Select(foretold => Tell(session, news, foretold, terminal)),
                   _ => throw new InvalidOperationException($"{run.GetType().Name} is no run"),
               }
               select code;
    }

    /// <summary>What the models were fitted on, where nobody collected it.</summary>
    private static string[] Origin(Session session) =>
        session.Data.IsSynthetic ? ["The models of this run were fitted on the SYNTHETIC SAMPLE."] : [];

    private static int Tell(Session session, Newcomers news, TaskForetold foretold, Terminal terminal)
    {
        var words = new TaskPredictionWords(foretold.Task);

        return terminal.Tell(
            new
            {
                synthetic = session.Data.IsSynthetic,
                classes = LearningTaskModule.names(foretold.Task),
                remarks = foretold.Remarks,
                predictions = news.Texts.Select((text, i) => words.ForJson(text, foretold.Predictions[i], foretold.Networks[i], foretold.Own[i], foretold.Strange[i])),
            },
            [
                .. Origin(session),
                .. foretold.Remarks,
                .. news.Texts.SelectMany((text, i) => words.Lines(text, foretold.Predictions[i], foretold.Networks[i], foretold.Own[i], foretold.Strange[i])),
            ]);
    }

    private static int Tell(Session session, Newcomers news, Foretold foretold, bool all, Terminal terminal)
    {
        var words = new PredictionWords(LearningTaskModule.names(session.Sources.Data.Task));

        return terminal.Tell(
            new
            {
                synthetic = session.Data.IsSynthetic,
                remarks = foretold.Remarks,
                predictions = news.Texts.Select((text, i) => words.ForJson(news, text, foretold.Predictions[i], foretold.Own[i], foretold.Strange[i])),
            },
            [
                .. Origin(session),
                .. foretold.Remarks,
                .. news.Texts.SelectMany((text, i) => words.Lines(
                    text, foretold.Predictions[i], foretold.Own[i], foretold.Strange[i], all ? null : session.Config.Compare.MainRate)),
            ]);
    }
}
