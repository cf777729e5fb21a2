using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>run.json, beside a run's results: what it was asked for, so that commands about the run need not be told again.</summary>
internal static class AskedRun
{
    private const string Command = "ntk run";

    /// <summary>The settings that name files or folders.</summary>
    private static readonly string[] _files =
        ["data.features", "data.targets", "data.test-features", "embed.model", "embed.train-npy", "embed.test-npy", "train.model"];

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>How every such file begins.</summary>
    public const string Beginning = $"{{\n  \"command\": \"{Command}\"";

    /// <summary>The file's text.</summary>
    /// <param name="answers">The submissions beside it that a run has written, each with its digest.</param>
    public static string Print(Session session, string[] answers) =>
        PlainLine.ofJson(JsonSerializer.Serialize(new Kept(Command, Anywhere(StageRequest.Of(session).Run!, session.Config), answers), _json)) + "\n";

    /// <summary>The submissions that runs have written into a folder, each with its digest; null where no run of this version has left word.</summary>
    public static string[]? Answers(string folder)
    {
        var path = Path.Combine(folder, ResultFiles.Request);
        return File.Exists(path) && SourceFile.readText(path) is { IsOk: true, ResultValue: var text } ? Parse(text)?.Answers : null;
    }

    /// <summary>What the last run whose results lie in a folder was asked for; none where none has left word.</summary>
    public static FSharpResult<RunRequest?, Failure> Find(string folder)
    {
        var path = Path.Combine(folder, ResultFiles.Request);
        return File.Exists(path) ? SourceFile.readText(path).OrRefused().SelectMany(text => Read(path, text), (_, request) => request) : Results.Ok<RunRequest?>(null);
    }

    /// <summary>The same run as a person would write it.</summary>
    public static string Words(RunRequest request) =>
        string.Join(' ', [Command, .. request.Data is { } data ? new[] { "--data", data } : [], .. request.SettingsFile is { } file ? new[] { "--config", file } : [],
            .. request.Assignments.SelectMany(setting => new[] { "--set", setting.Contains(' ', StringComparison.Ordinal) ? $"\"{setting}\"" : setting })]);

    /// <summary>The same request with files named from the root, so that it holds wherever a person stands later.</summary>
    private static RunRequest Anywhere(RunRequest request, Config config)
    {
        var moved = config.Facts.Where(fact => _files.Contains(fact.Key) && fact.Value != "" && !Path.IsPathFullyQualified(fact.Value)).ToArray();

        return request with
        {
            Assignments =
            [
                .. request.Assignments.Where(setting => !moved.Any(fact => setting.StartsWith(fact.Key + "=", StringComparison.Ordinal))),
                .. moved.Select(fact => $"{fact.Key}={Path.GetFullPath(fact.Value)}"),
            ],
        };
    }

    private static FSharpResult<RunRequest?, Failure> Read(string path, string text)
    {
        return Parse(text) is { } kept
            ? Results.Ok<RunRequest?>(kept.Run)
            : Results.Fail<RunRequest?>(ExitCode.Refused, $"{path}: no run has written it so; run again, or repeat the run's own options");
    }

    /// <summary>Null where no run has written it so.</summary>
    private static Kept? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Kept>(text, _json) is { Command: Command, Run: not null } kept ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Kept(string Command, RunRequest Run, string[]? Answers = null);
}
