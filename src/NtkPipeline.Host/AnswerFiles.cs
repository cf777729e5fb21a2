using System.Security.Cryptography;
using System.Text;
using NtkPipeline.Host.Commands;

namespace NtkPipeline.Host;

/// <summary>
/// The submissions in a folder of results. Which of them a run has written, whatever their columns, is known by the digests that run.json keeps
/// of them; beside the results of an earlier version, which keeps none, by their heading and the report.
/// </summary>
internal sealed class AnswerFiles(string folder, string heading)
{
    private const string Stem = "submission";

    private readonly string[]? _kept = AskedRun.Answers(folder);

    private readonly bool _isReported = ResultFiles.IsPageThere(folder);

    /// <summary>The file of one answer to the rows without labels; a question's own model is named.</summary>
    public static string Name(string? model = null) => model is null ? $"{Stem}.csv" : $"{Stem}-{model}.csv";

    public static bool Is(string name) => name.StartsWith(Stem, StringComparison.Ordinal);

    /// <summary>Those that lie there and that a run of these questions may replace, and the usual one.</summary>
    public IEnumerable<string> Replaced(IEnumerable<string> questions) =>
        [Name(), .. There().Where(name => questions.Any(question => name.StartsWith($"{Stem}-{question}-", StringComparison.Ordinal)))];

    /// <summary>Why a file may not be replaced: no run has written what is there. Null: it may.</summary>
    public string? Foreign(string name)
    {
        var path = Path.Combine(folder, name);
        var beginning = _kept is null ? heading : "";

        return FileNames.Own(path, FileNames.Beginnings("", beginning))
            ?? (!File.Exists(path) || (_kept is null ? _isReported : new FileInfo(path).Length == 0 || _kept.Contains(Mark(name)))
                ? null
                : $"{path} is there already and no run has written it, so it is kept; give another folder, or delete it");
    }

    /// <summary>What run.json keeps: the digests of what is written now, and of what earlier runs have left, which a killed run may leave too.</summary>
    public string[] Marks(IReadOnlyCollection<(string Name, string Text)> written) =>
    [
        .. written.Where(file => Is(file.Name)).Select(file => Mark(file.Name, SHA256.HashData(Encoding.UTF8.GetBytes(file.Text))))
            .Concat(There().Where(name => IsLeft(name) || written.Any(file => file.Name == name)).Select(Mark)).Distinct(),
    ];

    /// <summary>What earlier runs have left and this one does not write.</summary>
    public string[] Stale(IEnumerable<string> written) => [.. There().Except(written).Where(IsLeft)];

    /// <summary>Whether an earlier run has left a file; of an earlier version's only the usual one, as others may be a person's copies of it.</summary>
    private bool IsLeft(string name) =>
        (_kept is not null || name == Name()) && new FileInfo(Path.Combine(folder, name)).Length > 0 && Foreign(name) is null;

    private string[] There() => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, $"{Stem}*.csv").Select(path => Path.GetFileName(path)).Where(name => name == Name() || name.StartsWith($"{Stem}-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    private string Mark(string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return Mark(name, SHA256.HashData(file));
    }

    private static string Mark(string name, byte[] digest) => $"{name} {Convert.ToHexStringLower(digest)}";
}
