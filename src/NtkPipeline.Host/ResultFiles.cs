using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host.Commands;

namespace NtkPipeline.Host;

/// <summary>
/// The files that a run writes into its folder. They are held to the rule of <c>FileNames</c> before anything runs: none replaces what the
/// run reads, nor what a person has put there under the same name.
/// </summary>
internal static class ResultFiles
{
    public const string Page = "report.html";

    public const string Table = "results.csv";

    public const string Summary = "summary.json";

    public const string Log = "run.log";

    /// <summary>What the run was asked for.</summary>
    public const string Request = "run.json";

    /// <summary>How each begins that a run has written; the second summary is of older versions.</summary>
    private static byte[][] Beginnings(string name) => FileNames.Beginnings("", name switch
    {
        Page => ["<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\""],
        Table => ["data,synthetic,experiment,"],
        Summary => ["{\n  \"answer\": ", "{\n  \"data\": "],
        Log => ["{\"name\":"],
        Request => [AskedRun.Beginning],
        _ => throw new InvalidOperationException($"a run writes no {name}"),
    });

    /// <summary>Refuses a folder in which a result would replace another's file.</summary>
    public static FSharpResult<Unit?, Failure> Check(string folder, Config config, DataFolder data, string? settings)
    {
        var inputs = new[] { data.Train, data.Test, settings, config.Encoder.TrainArray, config.Encoder.TestArray, config.Data.Targets }
            .OfType<string>().Where(path => path != "").ToArray();

        var answers = new AnswerFiles(folder, Submission.heading(config.Data.Columns));
        var names = new[] { Page, Table, Summary, Log, Request }.Concat(answers.Replaced(config.Experiments.Select(asked => asked.Name)));
        var mistakes = names.SelectMany(name => Mistakes(folder, name, inputs, answers)).Select(mistake => $"--out: {mistake}").ToArray();
        return mistakes.Length > 0 ? Results.Fail<Unit?>(ExitCode.Usage, mistakes)
            : Writable.Folder(folder) is { } refusal ? Results.Fail<Unit?>(ExitCode.Refused, $"--out: {refusal}")
            : Results.Done;
    }

    private static IEnumerable<string> Mistakes(string folder, string name, string[] inputs, AnswerFiles answers)
    {
        var path = Path.Combine(folder, name);

        if (inputs.FirstOrDefault(input => FileNames.IsSame(input, path)) is { } read)
            yield return $"{read}, which this run reads, would be replaced by its {name}";
        else if ((AnswerFiles.Is(name) ? answers.Foreign(name) : FileNames.Own(path, Beginnings(name))) is { } foreign)
            yield return foreign;
    }

    /// <summary>Whether a report of this program lies in a folder.</summary>
    public static bool IsPageThere(string folder)
    {
        var page = Path.Combine(folder, Page);
        return File.Exists(page) && FileNames.Own(page, Beginnings(Page)) is null;
    }
}
