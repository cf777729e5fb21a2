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

    private static readonly string[] _names = ["train.csv", "test.csv"];

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var folder = parsed.GetRequiredValue(_out);
        var sample = SampleTweets.generate(parsed.GetValue(_seed));

        return from known in Check(folder)
               let digests = known.Concat([DigestOf(sample.Train), DigestOf(sample.Test)]).Distinct()
               // The mark comes first and knows the old tables too, so that a killed command leaves nothing that the next one takes for a person's.
               from mark in SourceFile.writeText(
                   Path.Combine(folder, Mark), $"{Beginning} This file makes every result say so.\n{string.Join('\n', digests)}\n").OrRefused()
               from train in SourceFile.writeValue(Path.Combine(folder, _names[0]), TweetTable.codec, sample.Train).OrRefused()
               from test in SourceFile.writeValue(Path.Combine(folder, _names[1]), TweetTable.codec, sample.Test).OrRefused()
               select terminal.Tell(
                   new { @out = folder, train = sample.Train.Length, test = sample.Test.Length },
                   $"{sample.Train.Length} labelled and {sample.Test.Length} other synthetic tweets in {folder}");
    }

    private static string DigestOf(Tweet[] tweets)
    {
        using var stream = new MemoryStream();
        TweetTable.codec.Write.Invoke(stream).Invoke(tweets);
        return DigestModule.ofBytes(stream.ToArray()).Hex;
    }

    /// <summary>
    /// The SHA-256 digests of the tables that are there. They are replaced only where the mark beside them says that this command has written
    /// these bytes.
    /// </summary>
    private static FSharpResult<string[], Failure> Check(string folder)
    {
        var mark = Path.Combine(folder, Mark);
        var isOurs = File.Exists(mark) && FileNames.Own(mark, FileNames.Beginnings("", Beginning)) is null && new FileInfo(mark).Length is > 0 and < 4096;
        string[] written = isOurs ? File.ReadAllLines(mark) : [];
        var there = _names.Select(name => Path.Combine(folder, name)).Where(Path.Exists)
            .Select(path => (Path: path, Digest: File.Exists(path) ? DigestModule.ofBytes(File.ReadAllBytes(path)).Hex : "")).ToArray();
        string[] kept =
        [
            .. there.Where(table => !written.Contains(table.Digest)).Select(table => table.Path),
            .. Path.Exists(mark) && !isOurs ? new[] { mark } : [],
        ];

        return kept.Length == 0
            ? Results.Ok(there.Select(table => table.Digest).ToArray())
            : Results.Fail<string[]>(
                ExitCode.Usage, $"--out: {string.Join(", ", kept)} {(kept.Length == 1 ? "is" : "are")} there already, not as this command writes, so nothing is written; give another folder");
    }
}
