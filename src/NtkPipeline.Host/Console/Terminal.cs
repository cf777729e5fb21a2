using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NtkPipeline.Core;
using NtkPipeline.Runtime;
using Spectre.Console;

namespace NtkPipeline.Host;

/// <summary>
/// Where a command writes: results to standard output, progress and mistakes to standard error. Nothing else of the program writes there, and
/// every line passes <c>PlainLine</c>: names of files and folders, other programs' messages and cells of tables are foreign, and a terminal
/// obeys none of their characters, nor takes their line breaks for ours.
/// </summary>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsQuiet = false, bool AsJson = false)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PrintedUnions() },
    };

    private TextWriter Output { get; } = Output;

    private TextWriter Error { get; } = Error;

    /// <summary>This process's own.</summary>
    public static Terminal OfProcess => new(System.Console.Out, System.Console.Error);

    /// <summary>Progress bars are for people who watch: only when stderr is this process's own and a terminal.</summary>
    public bool IsInteractive => ReferenceEquals(Error, System.Console.Error) && !System.Console.IsErrorRedirected;

    /// <summary>Where progress bars are drawn; what they show of others' words passes <see cref="Shown"/>.</summary>
    public static IAnsiConsole Bars() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new BarOutput(System.Console.Error) });

    /// <summary>Words as a progress bar takes them.</summary>
    public static string Shown(string words) => Markup.Escape(PlainLine.ofText(words));

    /// <summary>One line of progress, or of what a person should know, to standard error.</summary>
    public void Say(string line)
    {
        try
        {
            Error.WriteLine(PlainLine.ofText(line));
        }
        catch (Exception lost) when (StandardOutput.IsLost(lost))
        {
            // There is nowhere to say it.
        }
    }

    /// <summary>What went otherwise than it should, and was mended or left out.</summary>
    public void Warn(string sentence) => Say($"ntk: warning: {sentence}");

    /// <summary>Says what was found damaged in a store since this was last asked; gives how much that was.</summary>
    public int Warn(Store store)
    {
        var sentences = StoreModule.warnings(store);

        foreach (var sentence in sentences)
            Warn(sentence);

        return sentences.Length;
    }

    /// <summary>One line of results; with <c>--json</c>, whose object is alone on standard output, a line of progress.</summary>
    public void Print(string line)
    {
        if (AsJson)
            Note(line);
        else
            Relay(line);
    }

    /// <summary>A line of standard output as another process of this program has written it.</summary>
    public void Relay(string line) => Output.WriteLine(PlainLine.ofText(line));

    /// <summary>Results of several lines, which are our own; with <c>--json</c>, one text of an object.</summary>
    public void PrintPage(string page)
    {
        if (AsJson)
            Write(new JsonObject { ["page"] = page });
        else
            PrintText(page);
    }

    /// <summary>What has a format of its own, whatever was asked for.</summary>
    public void PrintText(string text) => Output.WriteLine(PlainLine.ofLines(text));

    /// <summary>Tells the outcome in lines for people; with <c>--json</c>, as one JSON object. Gives exit code 0.</summary>
    public int Tell(object outcome, params IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Print(line);

        if (AsJson)
            Write(JsonSerializer.SerializeToNode(outcome, _json)!);

        return ExitCode.Done;
    }

    /// <summary>Tells an outcome that is a failure too; gives its exit code.</summary>
    public int Tell(object outcome, Failure failure, params IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Print(line);

        Say(failure);

        if (AsJson)
            Write(With(JsonSerializer.SerializeToNode(outcome, _json)!.AsObject(), failure));

        return failure.Code;
    }

    /// <summary>Says something on the way, unless nothing but results is wanted.</summary>
    public Terminal Note(string sentence)
    {
        if (!IsQuiet)
            Say(sentence);

        return this;
    }

    /// <summary>Says why a command ends, with <c>--json</c> also as one JSON object, and gives its exit code.</summary>
    public int Report(Failure failure)
    {
        Say(failure);

        try
        {
            if (AsJson)
                Write(With(new JsonObject(), failure));
        }
        catch (OutputLostException lost)
        {
            Say($"ntk: {lost.Message}");
        }

        return failure.Code;
    }

    /// <summary>
    /// Reports that a person ended the program. A progress bar may stand in the line, with the cursor hidden, and behind it what the terminal
    /// shows for Ctrl-C: the sentence has a line of its own.
    /// </summary>
    public int ReportInterruption(Failure failure)
    {
        BarOutput.Shut();

        if (IsInteractive)
            Error.Write(Environment.GetEnvironmentVariable("TERM") is "dumb" ? "\n" : "\u001b[?25h\n");

        return Report(failure);
    }

    private void Say(Failure failure)
    {
        foreach (var sentence in failure.Sentences)
            Say($"ntk: {sentence}");
    }

    private static JsonObject With(JsonObject outcome, Failure failure)
    {
        outcome["error"] = string.Join('\n', failure.Sentences);
        outcome["exitCode"] = failure.Code;
        return outcome;
    }

    private void Write(JsonNode outcome) => Output.WriteLine(PlainLine.ofJson(outcome.ToJsonString(_json)));
}
