using System.Globalization;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>A prediction of one of several classes, or of a number, in lines for people and as JSON.</summary>
internal sealed class TaskPredictionWords(LearningTask task)
{
    private readonly string[] _names = LearningTaskModule.names(task);

    /// <param name="own">What a model of a person's own says.</param>
    /// <param name="remark">Why it is to be taken with care; none where nothing is to be said.</param>
    public object ForJson(string text, TaskPrediction prediction, TaskOpinion[] networks, OwnOpinion[] own, string? remark) => new
    {
        text,
        remark,
        model = "kernel regression",
        said = prediction.Said,
        outputs = prediction.Outputs,
        probabilities = prediction.Probabilities,
        networks = networks.Concat(own.Select(Alike)).Select(opinion => new
        {
            model = opinion.Model,
            said = opinion.Said,
            outputs = opinion.Outputs,
            epoch = opinion.Epoch,
            seeds = opinion.Seeds,
            validation = opinion.Quality,
        }),
        explanation = prediction.Carriers.Select(carrier => new
        {
            id = carrier.Tweet.Id,
            label = carrier.Label,
            contribution = carrier.Contribution,
            text = carrier.Tweet.Text,
        }),
    };

    /// <summary>In the form that networks of the run have: one network.</summary>
    private static TaskOpinion Alike(OwnOpinion own) => new(own.Model, own.Said, own.Outputs, own.Epoch, 1, own.Quality);

    public IEnumerable<string> Lines(string text, TaskPrediction prediction, TaskOpinion[] networks, OwnOpinion[] own, string? remark)
    {
        yield return $"\"{PlainLine.ofText(text)}\"";

        if (remark is not null)
            yield return PredictionWords.Remark(remark);

        var likely = prediction.Probabilities.Zip(_names).OrderByDescending(pair => pair.First).Take(3)
            .Select(pair => $"{PlainLine.ofText(pair.Second)} {pair.First.ToString("P0", CultureInfo.InvariantCulture)}");
        var probabilities = prediction.Probabilities.Length == 0 ? "" : $" ({string.Join(", ", likely)})";

        yield return $"  {PlainLine.ofText(prediction.Said)}  by kernel regression{probabilities}";

        foreach (var opinion in own)
            yield return Line(opinion.Said, PredictionWords.Named(opinion), opinion.Quality);

        foreach (var opinion in networks)
            yield return Line(
                opinion.Said, $"{opinion.Model}, {(opinion.Seeds == 1 ? "1 seed" : $"mean of {opinion.Seeds} seeds")}, {PredictionWords.After(opinion.Epoch)}", opinion.Quality);

        yield return "  what weighs most, by kernel regression:";

        foreach (var carrier in prediction.Carriers)
            yield return $"    {Number(carrier.Contribution)}  [{PlainLine.ofText(carrier.Label)}] {PlainLine.ofText(carrier.Tweet.Text)}";
    }

    private string Line(string said, string model, double quality) =>
        $"  {PlainLine.ofText(said)}  {model} ({TaskWords.main(task, quality)} on the validation rows)";

    private static string Number(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
