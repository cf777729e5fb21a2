namespace NtkPipeline.Host;

/// <summary>What the program's exit code says; the README lists the same.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The data, the numbers or the machine refuse.</summary>
    public const int Refused = 1;

    /// <summary>A mistake on the command line or in a settings file.</summary>
    public const int Usage = 2;

    /// <summary>Our own mistake.</summary>
    public const int Bug = 3;

    /// <summary>Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}

/// <summary>What ends a command early: an exit code, and a sentence for each mistake.</summary>
internal sealed record Failure(int Code, IReadOnlyList<string> Sentences);
