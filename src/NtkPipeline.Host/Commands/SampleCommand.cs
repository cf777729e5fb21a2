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

        return from train in SourceFile.writeValue(Path.Combine(folder, "train.csv"), TweetTable.codec, sample.Train).OrRefused()
               from test in SourceFile.writeValue(Path.Combine(folder, "test.csv"), TweetTable.codec, sample.Test).OrRefused()
               from mark in SourceFile.writeText(
                   Path.Combine(folder, "SYNTHETIC"),
                   "These tweets were written by a program. This file makes every result say so.\n").OrRefused()
               select ExitCode.Done;
    }
}
