using System.Globalization;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>A prediction in lines for people and as JSON.</summary>
/// <param name="names">Of the negative and of the positive class.</param>
internal sealed class PredictionWords(string[] names)
{
    /// <param name="own">What a model of a person's own says.</param>
    /// <param name="remark">Why the scores are to be taken with care; none where nothing is to be said.</param>
    public object ForJson(Newcomers news, string text, TextPrediction prediction, OwnOpinion[] own, string? remark) => new
    {
        text,
        remark,
        keyword = news.Keyword,
        location = news.Place,
        models = prediction.Opinions.Concat(own.Select(Alike)).Select(opinion => new
        {
            model = opinion.Model,
            @class = Class(opinion.Score),
            label = Name(opinion.Score),
            score = opinion.Score,
            validationAccuracy = opinion.Accuracy,
            epoch = opinion.Epoch is { Value: var epoch } ? epoch : (int?)null,
        }),
        overSeeds = prediction.Shared.Select(shared => new
        {
            model = shared.Model,
            inputScale = InputScaleModule.print(shared.Spec.InputScale),
            width = shared.Spec.Width,
            learningRate = shared.Spec.Rate,
            @class = Class(shared.Score.Mean),
            score = shared.Score.Mean,
            standardDeviation = shared.Score.StandardDeviation is { Value: var deviation } ? deviation : (double?)null,
            seeds = shared.Score.Count,
            agree = shared.Agree,
            diverged = shared.Diverged,
            validationAccuracy = shared.Accuracy,
            epoch = shared.Epoch,
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
    };

    /// <summary>In the form that models of the run have.</summary>
    private static Opinion Alike(OwnOpinion own) => new(own.Model, own.Outputs[0], own.Quality, FSharpOption<int>.Some(own.Epoch));

    /// <summary>The networks of the main learning rate over their seeds; or, without one, every network by itself.</summary>
    public IEnumerable<string> Lines(string text, TextPrediction prediction, OwnOpinion[] own, string? remark, double? mainRate)
    {
        yield return $"\"{PlainLine.ofText(text)}\"";

        if (remark is not null)
            yield return Remark(remark);

        // The kernel regression's is the first.
        yield return Line(prediction.Opinions[0]);

        foreach (var opinion in own)
            yield return Line(opinion.Outputs[0], Named(opinion), opinion.Quality);

        foreach (var opinion in mainRate is null ? prediction.Opinions[1..] : [])
            yield return Line(opinion);

        if (mainRate is { } rate)
            foreach (var line in OverSeeds(prediction, rate))
                yield return line;

        foreach (var explanation in prediction.Explanations)
        {
            yield return $"  what weighs most, by {explanation.By}: f = {Number(explanation.Score)} is {(explanation.Offset == 0 ? "the sum of" : $"{Number(explanation.Offset)} and the sum of")}";

            foreach (var weighed in explanation.Tweets)
            {
                var effect = weighed.EffectOfLeavingOut is { Value: var change } ? $", without it f = {Number(explanation.Score - change)}" : "";
                var label = PlainLine.ofText(names[weighed.Tweet.Target is { Value: true } ? 1 : 0]);
                yield return $"    {Number(weighed.Contribution)}{effect}  [{label}] {PlainLine.ofText(weighed.Tweet.Text)}";
            }
        }
    }

    private IEnumerable<string> OverSeeds(TextPrediction prediction, double rate)
    {
        var shown = prediction.Shared.Where(shared => shared.Spec.Rate == rate).ToArray();

        foreach (var shared in shown)
            yield return Line(shared.Score.Mean, $"{shared.Model}, {Seeds(shared)}, {After(shared.Epoch)}", shared.Accuracy);

        var networks = prediction.Opinions.Length - 1;

        if (networks > shown.Length)
            yield return $"  (--all shows all {networks} networks one by one)";
    }

    /// <summary>"mean of 3 seeds, 2 of which say 1; 1 diverged".</summary>
    private string Seeds(SharedOpinion shared)
    {
        var seeds = shared.Score.Count switch
        {
            1 => "1 seed",
            var count when count == shared.Agree => $"mean of {count} seeds, all of which say {Name(shared.Score.Mean)}",
            var count => $"mean of {count} seeds, {shared.Agree} of which {(shared.Agree == 1 ? "says" : "say")} {Name(shared.Score.Mean)}",
        };

        return shared.Diverged == 0 ? seeds : $"{seeds}; {shared.Diverged} diverged";
    }

    /// <summary>"after 9 epochs".</summary>
    public static string After(int epoch) => $"after {VerdictWords.epochs(epoch)}";

    /// <summary>A model of a person's own, where it speaks.</summary>
    public static string Named(OwnOpinion own) => own.Epoch == 0 ? own.Model : $"{own.Model}, {After(own.Epoch)}";

    private string Line(Opinion opinion) =>
        Line(opinion.Score, opinion.Epoch is { Value: var epoch } ? $"{opinion.Model}, {After(epoch)}" : opinion.Model, opinion.Accuracy);

    private string Line(double score, string model, double accuracy) =>
        $"  {Name(score)}  f = {Number(score)}  {model} (validation accuracy {accuracy.ToString("P1", CultureInfo.InvariantCulture)})";

    /// <summary>As a line of its own, before any score.</summary>
    public static string Remark(string remark) => $"  take with care: {remark}.";

    private string Name(double score) => PlainLine.ofText(names[Class(score)]);

    private static int Class(double score) => score > 0 ? 1 : 0;

    private static string Number(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
