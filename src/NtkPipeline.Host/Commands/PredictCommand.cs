using System.CommandLine;
using System.Globalization;
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

    private readonly Option<int> _tweets = new("--tweets")
    {
        Description = "Training tweets an explanation.",
        DefaultValueFactory = _ => 5,
        HelpName = "N",
    };

    public PredictCommand()
        : base(
            "predict", "Says what each model of a finished run makes of a text, and which training tweets weigh most; trains nothing.",
            "ntk predict --text \"Forest fire near the lake, everybody is leaving\"")
    {
        _tweets.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
                result.AddError("--tweets: between 1 and 1000");
        });

        _run.AddTo(this);
        Options.Add(_texts);
        Options.Add(_tweets);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.Open(parsed)
        from plans in session.Plan()
        from ready in plans.AllButReport()
        from outputs in Pipeline.Run(session.Runner(StageProgress.For(terminal with { IsQuiet = true })), session).OrRefused()
        from predictions in Predict(session, outputs.Models, parsed.GetRequiredValue(_texts), parsed.GetValue(_tweets))
        select Print(session.Data, parsed.GetRequiredValue(_texts), predictions, terminal);

    private static FSharpResult<TextPrediction[], Failure> Predict(Session session, RunModels models, string[] texts, int tweets)
    {
        LibTorch.useThreads(session.Config.Threads);
        return NewTexts.Predict(session, models, texts, tweets).OrRefused();
    }

    private static int Print(DataFolder data, string[] texts, TextPrediction[] predictions, Terminal terminal) =>
        terminal.Tell(
            new
            {
                synthetic = data.IsSynthetic,
                predictions = texts.Zip(predictions, (text, prediction) => new
                {
                    text,
                    models = prediction.Opinions.Select(opinion => new
                    {
                        model = opinion.Model,
                        @class = Class(opinion.Score),
                        score = opinion.Score,
                        validationAccuracy = opinion.Accuracy,
                    }),
                    explanations = prediction.Explanations.Select(explanation => new
                    {
                        by = explanation.By,
                        score = explanation.Score,
                        offset = explanation.Offset,
                        tweets = explanation.Tweets.Select(weighed => new
                        {
                            id = weighed.Tweet.Id,
                            target = weighed.Tweet.Target is { Value: var target } ? (target ? 1 : 0) : (int?)null,
                            contribution = weighed.Contribution,
                            effectOfLeavingOut = weighed.EffectOfLeavingOut is { Value: var effect } ? effect : (double?)null,
                            text = weighed.Tweet.Text,
                        }),
                    }),
                }),
            },
            [
                .. data.IsSynthetic ? ["The models of this run were fitted on the SYNTHETIC SAMPLE."] : Array.Empty<string>(),
                .. texts.Zip(predictions, Lines).SelectMany(lines => lines),
            ]);

    private static int Class(double score) => score > 0 ? 1 : 0;

    private static IEnumerable<string> Lines(string text, TextPrediction prediction)
    {
        yield return $"\"{Plain(text)}\"";

        foreach (var opinion in prediction.Opinions)
            yield return $"  {Class(opinion.Score)}  f = {Number(opinion.Score)}  {opinion.Model} (validation accuracy {opinion.Accuracy.ToString("P1", CultureInfo.InvariantCulture)})";

        foreach (var explanation in prediction.Explanations)
        {
            yield return $"  what weighs most, by {explanation.By}: f = {Number(explanation.Score)} is {(explanation.Offset == 0 ? "the sum of" : $"{Number(explanation.Offset)} and the sum of")}";

            foreach (var weighed in explanation.Tweets)
            {
                var effect = weighed.EffectOfLeavingOut is { Value: var change } ? $", without it f = {Number(explanation.Score - change)}" : "";
                var label = weighed.Tweet.Target is { Value: true } ? 1 : 0;
                yield return $"    {Number(weighed.Contribution)}{effect}  [{label}] {Plain(weighed.Tweet.Text)}";
            }
        }
    }

    private static string Number(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    /// <summary>Other people's words on one line, without what a terminal would obey.</summary>
    private static string Plain(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c));
}
