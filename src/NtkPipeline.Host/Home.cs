using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>Where the data, the store and the results lie unless a person says otherwise.</summary>
internal static class Home
{
    /// <summary>The clone that the program was built in; none where it was brought elsewhere.</summary>
    public static string? Clone { get; } = CloneOf(AppContext.BaseDirectory);

    /// <summary>The program's own clone, else where the person stands. No other folder, and none above: whoever can write there is no owner.</summary>
    private static string Root => Clone ?? Environment.CurrentDirectory;

    public static string Sample => Shown("data", "sample");

    public static string Kaggle => Shown("data", "kaggle");

    public static string Store => Shown("data", "store");

    public static string Results(string name) => Shown("data", "results", name);

    public static string Model(string name) => Shown("data", "models", name);

    /// <summary>The rows of a run: those of numbers that the settings name, or those of a folder.</summary>
    public static FSharpResult<DataFolder, Failure> Data(string? named, Config config) =>
        !config.Data.AreNumbers ? Data(named).Select(data => config.Data.LeavesTest ? data with { Test = null } : data)
        : named is not null
            ? Host.Results.Fail<DataFolder>(
                ExitCode.Usage, $"--data: this run learns from rows of numbers (data.features={config.Data.Features}), so it reads no folder of texts; leave one of them out")
            : Host.Results.Ok(Rows(config.Data));

    /// <summary>Their name is that of the folder that they lie in.</summary>
    private static DataFolder Rows(DataSettings settings)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(settings.Features)) ?? "";

        return new DataFolder(
            Path.GetFileName(folder) is { Length: > 0 } name ? name : "rows", settings.Features,
            settings.TestFeatures == "" ? null : settings.TestFeatures, File.Exists(Path.Combine(folder, "SYNTHETIC")), FellBack: false);
    }

    /// <summary>The folder of tweets: the one named, else Kaggle's if they are there, else the sample.</summary>
    public static FSharpResult<DataFolder, Failure> Data(string? named)
    {
        var folder = named ?? (File.Exists(Path.Combine(Kaggle, "train.csv")) ? Kaggle : Sample);
        var train = Path.Combine(folder, "train.csv");

        if (File.Exists(folder))
            return Results<DataFolder>($"--data: {folder} is a file; name the folder that it lies in, where labelled rows are train.csv");

        if (!File.Exists(train))
            return Results<DataFolder>($"{train}: there is no such file; data/README.md says how to get Kaggle's, a run without --data uses the sample, and data.features names rows of numbers");

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

    /// <summary>A program is built into CLONE/src/PROJECT/bin/CONFIGURATION, or below tests; elsewhere nothing is looked for.</summary>
    /// <param name="program">The folder that the program lies in.</param>
    public static string? CloneOf(string program)
    {
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(program));

        return built.Parent is { Name: "bin", Parent.Parent: { Name: "src" or "tests", Parent: { } clone } }
            && File.Exists(Path.Combine(clone.FullName, "NtkPipeline.sln"))
            ? clone.FullName
            : null;
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
