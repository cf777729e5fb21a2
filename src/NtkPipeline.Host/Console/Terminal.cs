namespace NtkPipeline.Host;

/// <summary>Where a command writes: results to <c>Output</c>, progress and mistakes to <c>Error</c>.</summary>
internal sealed record Terminal(TextWriter Output, TextWriter Error)
{
    /// <summary>Progress bars are for people who watch: only when stderr is this process's own and a terminal.</summary>
    public bool IsInteractive => ReferenceEquals(Error, System.Console.Error) && !System.Console.IsErrorRedirected;

    /// <summary>Says why a command ends, and gives its exit code.</summary>
    public int Report(Failure failure)
    {
        foreach (var sentence in failure.Sentences)
            Error.WriteLine($"ntk: {sentence}");

        return failure.Code;
    }
}
