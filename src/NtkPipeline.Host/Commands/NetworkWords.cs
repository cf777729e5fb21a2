using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>--network of every command that has one.</summary>
internal static class NetworkWords
{
    /// <summary>The network that a text describes, or a usage mistake that says at which character, and what would be right.</summary>
    public static FSharpResult<Network, Failure> Read(string text) => Or(NetworkText.parse(text));

    /// <summary>The same, also of networks over tokens.</summary>
    public static FSharpResult<Network, Failure> ReadAny(string text) => Or(NetworkText.parseAny(text));

    private static FSharpResult<Network, Failure> Or(FSharpResult<Network, string> read) =>
        read.IsOk
            ? Results.Ok(read.ResultValue)
            : Results.Fail<Network>(ExitCode.Usage, $"--network: {NetworkText.inLine(read.ErrorValue)}; `ntk help network` has the language");
}
