using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk sample: writes the synthetic tweets.</summary>
internal sealed class SampleCommand : NtkCommand
{
    private readonly Option<string> _out = new("--out")
    {
        Description = "The folder for train.csv, test.csv and the mark SYNTHETIC.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Another seed gives other tweets.",
        DefaultValueFactory = _ => SampleTweets.defaultSeed,
    };

    private const string Mark = "SYNTHETIC";

    private const string Beginning = "These tweets were written by a program.";

    public SampleCommand()
        : base("sample", "Writes synthetic tweets in Kaggle's columns.", "ntk sample --out data/sample")
    {
        Options.Add(_out);
        Options.Add(_seed);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var folder = parsed.GetRequiredValue(_out);
        var sample = SampleTweets.generate(parsed.GetValue(_seed));

        return from mayWrite in Check(folder)
               from mark in SourceFile.writeText(
                   Path.Combine(folder, Mark), $"{Beginning} This file makes every result say so.\n").OrRefused()
               from train in SourceFile.writeValue(Path.Combine(folder, "train.csv"), TweetTable.codec, sample.Train).OrRefused()
               from test in SourceFile.writeValue(Path.Combine(folder, "test.csv"), TweetTable.codec, sample.Test).OrRefused()
               select terminal.Tell(
                   new { @out = folder, train = sample.Train.Length, test = sample.Test.Length },
                   $"{sample.Train.Length} labelled and {sample.Test.Length} other synthetic tweets in {folder}");
    }

    /// <summary>Tweets are replaced only where the mark beside them says that this command has written them.</summary>
    private static FSharpResult<Unit?, Failure> Check(string folder)
    {
        var mark = Path.Combine(folder, Mark);

        if (File.Exists(mark) && FileNames.Own(mark, FileNames.Beginnings("", Beginning)) is null && new FileInfo(mark).Length > 0)
            return Results.Done;

        var kept = new[] { "train.csv", "test.csv", Mark }.Select(name => Path.Combine(folder, name)).Where(Path.Exists).ToArray();

        return kept.Length == 0
            ? Results.Done
            : Results.Fail<Unit?>(
                ExitCode.Usage, $"--out: {string.Join(", ", kept)} {(kept.Length == 1 ? "is" : "are")} there already and not of this command, so nothing is written; give another folder");
    }
}
