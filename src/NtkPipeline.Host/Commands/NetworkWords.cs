using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>--network of every command that has one.</summary>
internal static class NetworkWords
{
    /// <summary>The network that a text describes, or a usage mistake that says at which character, and what would be right.</summary>
    public static FSharpResult<Network, Failure> Read(string text)
    {
        var read = NetworkText.parse(text);
        return read.IsOk
            ? Results.Ok(read.ResultValue)
            : Results.Fail<Network>(ExitCode.Usage, $"--network: {NetworkText.inLine(read.ErrorValue)}; `ntk help network` has the language");
    }
}
