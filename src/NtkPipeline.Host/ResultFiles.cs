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

    private const string Submission = "submission";

    /// <summary>How each begins that a run has written; the second summary is of older versions.</summary>
    private static byte[][] Beginnings(string name, string heading) => FileNames.Beginnings("", name switch
    {
        Page => ["<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\""],
        Table => ["data,synthetic,experiment,"],
        Summary => ["{\n  \"answer\": ", "{\n  \"data\": "],
        Log => ["{\"name\":"],
        Request => [AskedRun.Beginning],
        _ => [heading],
    });

    /// <summary>Refuses a folder in which a result would replace another's file.</summary>
    public static FSharpResult<Unit?, Failure> Check(string folder, Config config, DataFolder data, string? settings)
    {
        var inputs = new[] { data.Train, data.Test, settings, config.Encoder.TrainArray, config.Encoder.TestArray, config.Data.Targets }
            .OfType<string>().Where(path => path != "").ToArray();

        var heading = Core.Submission.heading(config.Data.Columns);
        var mistakes = Names(folder).SelectMany(name => Mistakes(folder, name, inputs, heading)).Select(mistake => $"--out: {mistake}").ToArray();
        return mistakes.Length > 0 ? Results.Fail<Unit?>(ExitCode.Usage, mistakes)
            : Writable.Folder(folder) is { } refusal ? Results.Fail<Unit?>(ExitCode.Refused, $"--out: {refusal}")
            : Results.Done;
    }

    /// <summary>The file of one answer to the test tweets; a question's own model is named.</summary>
    public static string Answer(string? model = null) => model is null ? $"{Submission}.csv" : $"{Submission}-{model}.csv";

    private static IEnumerable<string> Names(string folder) =>
    [
        Page, Table, Summary, Log, Request, Answer(),
        .. Directory.Exists(folder) ? Directory.GetFiles(folder, $"{Submission}-*.csv").Select(path => Path.GetFileName(path)) : [],
    ];

    private static IEnumerable<string> Mistakes(string folder, string name, string[] inputs, string heading)
    {
        var path = Path.Combine(folder, name);

        if (inputs.FirstOrDefault(input => FileNames.IsSame(input, path)) is { } read)
            yield return $"{read}, which this run reads, would be replaced by its {name}";
        else if (FileNames.Own(path, Beginnings(name, heading)) is { } foreign)
            yield return foreign;

        // A submission looks like any other program's; it is a run's where a report is beside it.
        else if (name.StartsWith(Submission, StringComparison.Ordinal) && File.Exists(path) && !IsPageThere(folder))
            yield return $"{path} is there already and no run has written it, so it is kept; give another folder, or delete it";
    }

    private static bool IsPageThere(string folder)
    {
        var page = Path.Combine(folder, Page);
        return File.Exists(page) && FileNames.Own(page, Beginnings(Page, "")) is null;
    }
}
