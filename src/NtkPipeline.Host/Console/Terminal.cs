using System.Text.Encodings.Web;
using System.Text.Json;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>Where a command writes: results to <c>Output</c>, progress and mistakes to <c>Error</c>.</summary>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsQuiet = false, bool AsJson = false)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PrintedUnions() },
    };

    /// <summary>Progress bars are for people who watch: only when stderr is this process's own and a terminal.</summary>
    public bool IsInteractive => ReferenceEquals(Error, System.Console.Error) && !System.Console.IsErrorRedirected;

    /// <summary>Tells the outcome in lines for people; with <c>--json</c>, also as one JSON object, last. Gives exit code 0.</summary>
    public int Tell(object outcome, params IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Output.WriteLine(PlainLine.ofLines(line));

        if (AsJson)
            Output.WriteLine(PlainLine.ofJson(JsonSerializer.Serialize(outcome, _json)));

        return ExitCode.Done;
    }

    /// <summary>Says something on the way, unless nothing but results is wanted.</summary>
    public Terminal Note(string sentence)
    {
        if (!IsQuiet)
            Error.WriteLine(PlainLine.ofLines(sentence));

        return this;
    }

    /// <summary>Says why a command ends, and gives its exit code.</summary>
    public int Report(Failure failure)
    {
        foreach (var sentence in failure.Sentences)
            Error.WriteLine($"ntk: {PlainLine.ofLines(sentence)}");

        return failure.Code;
    }
}
