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
        Required = true,
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
        Description = "The rows that another program made of the texts, one a text in their order, for runs with the encoder npy.",
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
            "predict", "Says what each model of a finished run makes of a text, and which training tweets weigh most; trains nothing.",
            "ntk predict --text \"Forest fire near the lake, everybody is leaving\"")
    {
        _run.AddToFinder(this);

        foreach (Option option in new Option[] { _texts, _keyword, _location, _npy, _tweets, _all })
            Options.Add(option);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) =>
        parsed.GetValue(_tweets) is < 1 or > 1000 ? ["--tweets: between 1 and 1000"] : [];

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.OpenFinished(parsed, terminal)
        from news in News(parsed, session)
        from plans in session.Plan()
        from ready in plans.AllButReport()
        from foretold in session.Run(
            StageProgress.For(terminal with { IsQuiet = true }), runner => Predict(session, runner, news, parsed.GetValue(_tweets)))
        select Tell(session, news, foretold, parsed.GetValue(_all), terminal);

    private FSharpResult<Newcomers, Failure> News(ParseResult parsed, Session session)
    {
        var rows = parsed.GetValue(_npy);
        var takesRows = session.Sources.Encoders.Any(encoder => encoder.At == Looks.Rows);

        return (rows, takesRows) switch
        {
            (null, true) => Results.Fail<Newcomers>(
                ExitCode.Usage, "--npy: this run was made of rows that another program made (embed.encoder has npy); give one such row a text"),
            ({ }, false) => Results.Fail<Newcomers>(
                ExitCode.Usage, "--npy: this run was made of texts alone (embed.encoder has no npy), so it takes no rows"),
            _ => Results.Ok(new Newcomers(
                parsed.GetRequiredValue(_texts), NullIfBlank(parsed.GetValue(_keyword)), NullIfBlank(parsed.GetValue(_location)), rows ?? "")),
        };
    }

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static FSharpResult<Foretold, Failure> Predict(Session session, DiskRunner runner, Newcomers news, int tweets)
    {
        var outputs = Pipeline.Run(runner, session);
        LibTorch.useThreads(session.Config.Threads);

        return (from run in outputs
                from foretold in NewTexts.Predict(session, runner, run.Models, news, tweets)
                select foretold).OrRefused();
    }

    private static int Tell(Session session, Newcomers news, Foretold foretold, bool all, Terminal terminal) =>
        terminal.Tell(
            new
            {
                synthetic = session.Data.IsSynthetic,
                remarks = foretold.Remarks,
                predictions = news.Texts.Zip(foretold.Predictions, (text, prediction) => PredictionWords.ForJson(news, text, prediction)),
            },
            [
                .. session.Data.IsSynthetic ? ["The models of this run were fitted on the SYNTHETIC SAMPLE."] : Array.Empty<string>(),
                .. foretold.Remarks,
                .. news.Texts.Zip(
                    foretold.Predictions,
                    (text, prediction) => PredictionWords.Lines(text, prediction, all ? null : session.Config.Compare.MainRate)).SelectMany(lines => lines),
            ]);
}
