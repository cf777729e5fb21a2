using Microsoft.FSharp.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>Names of files as a person gave them, each with its option; an optional one that was not given is null.</summary>
internal static class FileNames
{
    /// <summary>Refuses empty names, and outputs that would replace an input or one another.</summary>
    public static FSharpResult<Unit?, Failure> Check(
        (string Option, string? Path)[] inputs, params (string Option, string? Path)[] outputs)
    {
        var empty = inputs.Concat(outputs).Where(file => file.Path is "").Select(file => $"{file.Option}: the name of a file is empty").ToList();

        if (empty.Count > 0)
            return Results.Fail<Unit?>(ExitCode.Usage, empty);

        var mistakes = outputs
            .SelectMany((output, k) => inputs.Concat(outputs.Take(k))
                .Where(other => IsSame(other.Path, output.Path))
                .Select(other => $"{output.Option}: it is the file of {other.Option}, which the result would replace"))
            .ToList();

        return mistakes.Count > 0 ? Results.Fail<Unit?>(ExitCode.Usage, mistakes) : Results.Done;
    }

    private static bool IsSame(string? one, string? other) =>
        one is not null && other is not null && Path.GetFullPath(one) == Path.GetFullPath(other);
}
