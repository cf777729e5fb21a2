namespace NtkPipeline.Host;

/// <summary>The folders of results in which a run has left word of what it was asked for.</summary>
public static class FinishedRuns
{
    /// <summary>How a person who named no run may name one; null where there is none.</summary>
    /// <param name="root">The folder that folders of results lie in.</param>
    /// <param name="looked">The one that was looked at already.</param>
    public static string? Sentence(string root, string looked)
    {
        string[] names = Directory.Exists(root)
            ?
            [
                .. Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, ResultFiles.Request)))
                    .Select(folder => Path.GetFileName(folder)).Where(name => name != looked).Order(StringComparer.Ordinal),
            ]
            : [];

        return names.Length == 0 ? null : $"the runs in {root}: {string.Join(", ", names)}; name one with --data or --out";
    }
}
