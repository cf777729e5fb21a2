using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>Where the data, the store and the results lie unless a person says otherwise.</summary>
internal static class Home
{
    /// <summary>The nearest folder, upwards from where the person stands and then from the program, that has the shipped sample.</summary>
    private static readonly string Root =
        Upwards(Environment.CurrentDirectory).Concat(Upwards(AppContext.BaseDirectory))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "data", "sample", "train.csv")))
        ?? Environment.CurrentDirectory;

    public static string Sample => Shown("data", "sample");

    public static string Kaggle => Shown("data", "kaggle");

    public static string Store => Shown("data", "store");

    public static string Results(string name) => Shown("data", "results", name);

    public static string Model(string name) => Shown("data", "models", name);

    /// <summary>The folder of tweets: the one named, else Kaggle's if they are there, else the sample.</summary>
    public static FSharpResult<DataFolder, Failure> Data(string? named)
    {
        var folder = named ?? (File.Exists(Path.Combine(Kaggle, "train.csv")) ? Kaggle : Sample);
        var train = Path.Combine(folder, "train.csv");

        if (!File.Exists(train))
            return Results<DataFolder>($"{train}: there is no such file; data/README.md says how to get Kaggle's, and a run without --data uses the sample");

        var test = Path.Combine(folder, "test.csv");
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

        return Host.Results.Ok(new DataFolder(
            name, train, File.Exists(test) ? test : null, File.Exists(Path.Combine(folder, "SYNTHETIC")),
            FellBack: named is null && folder == Sample));

        static FSharpResult<T, Failure> Results<T>(string sentence) => Host.Results.Fail<T>(ExitCode.Refused, sentence);
    }

    private static string Shown(params string[] parts)
    {
        var full = Path.Combine([Root, .. parts]);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, full);
        return relative.StartsWith("..", StringComparison.Ordinal) ? full : relative;
    }

    /// <summary>A folder and all that it lies in.</summary>
    public static IEnumerable<string> Upwards(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            yield return folder.FullName;
    }
}

/// <summary>A folder of tweets.</summary>
/// <param name="Name">The folder's name, which the results carry.</param>
/// <param name="FellBack">Nobody asked for the sample: it stands in for real tweets.</param>
internal sealed record DataFolder(string Name, string Train, string? Test, bool IsSynthetic, bool FellBack)
{
    /// <summary>What the store files the last recipes of these tweets under.</summary>
    public string Scope => $"{Name}-{DigestModule.ofParts([Path.GetFullPath(Train)]).Hex[..8]}";
}
