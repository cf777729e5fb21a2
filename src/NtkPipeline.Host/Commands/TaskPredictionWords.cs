using System.Globalization;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>A prediction of one of several classes, or of a number, in lines for people and as JSON.</summary>
internal static class TaskPredictionWords
{
    /// <param name="remark">Why it is to be taken with care; none where nothing is to be said.</param>
    public static object ForJson(string text, TaskPrediction prediction, string? remark) => new
    {
        text,
        remark,
        model = "kernel regression",
        said = prediction.Said,
        outputs = prediction.Outputs,
        probabilities = prediction.Probabilities,
        explanation = prediction.Carriers.Select(carrier => new
        {
            id = carrier.Tweet.Id,
            label = carrier.Label,
            contribution = carrier.Contribution,
            text = carrier.Tweet.Text,
        }),
    };

    /// <param name="names">Of the classes; none of numbers.</param>
    public static IEnumerable<string> Lines(string text, string[] names, TaskPrediction prediction, string? remark)
    {
        yield return $"\"{PlainLine.ofText(text)}\"";

        if (remark is not null)
            yield return PredictionWords.Remark(remark);

        var likely = prediction.Probabilities.Zip(names).OrderByDescending(pair => pair.First).Take(3)
            .Select(pair => $"{PlainLine.ofText(pair.Second)} {pair.First.ToString("P0", CultureInfo.InvariantCulture)}");
        var probabilities = prediction.Probabilities.Length == 0 ? "" : $" ({string.Join(", ", likely)})";

        yield return $"  {PlainLine.ofText(prediction.Said)}  by kernel regression{probabilities}";
        yield return "  what weighs most:";

        foreach (var carrier in prediction.Carriers)
            yield return $"    {Number(carrier.Contribution)}  [{PlainLine.ofText(carrier.Label)}] {PlainLine.ofText(carrier.Tweet.Text)}";
    }

    private static string Number(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
