using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host;

/// <summary>A command line as it was written.</summary>
internal sealed class WrittenInvocation(string[] arguments) : InvocationConfiguration
{
    public string[] Arguments => arguments;
}

/// <summary>The program that has Orleans: the same commands, in the same words.</summary>
internal static class ClusterProgram
{
    /// <summary>Where this is that program.</summary>
    public static ICluster? Loaded { get; set; }

    /// <summary>Whether this process is a program of its own, so that another may take its place.</summary>
    public static bool IsWhole { get; set; }

    /// <summary>Does what needs Orleans, here or in the program that has it.</summary>
    public static FSharpResult<int, Failure> With(ParseResult parsed, Terminal terminal, Func<ICluster, FSharpResult<int, Failure>> work) =>
        Loaded is { } cluster ? work(cluster) : HandOver(parsed, terminal);

    /// <summary>Beside this program, or where the clone that this program was built in has it.</summary>
    private static string? Find()
    {
        const string name = "ntk-cluster.dll";
        var built = Path.Combine("src", "NtkPipeline.Cluster", "bin", "Release", name);

        return new[] { Path.Combine(AppContext.BaseDirectory, name), Home.Clone is { } clone ? Path.Combine(clone, built) : null }
            .FirstOrDefault(File.Exists);
    }

    private static FSharpResult<int, Failure> HandOver(ParseResult parsed, Terminal terminal)
    {
        if (Find() is not { } program)
            return Results.Fail<int>(
                ExitCode.Refused, "the program for clusters, ntk-cluster.dll, is not built; `dotnet fsi build.fsx build` builds it");

        var dotnet = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        string[] arguments = [program, .. ((WrittenInvocation)parsed.InvocationConfiguration).Arguments];

        if (IsWhole && !OperatingSystem.IsWindows())
            _ = Become(dotnet, [dotnet, .. arguments, null]);

        return Results.Ok(Start(dotnet, arguments, terminal));
    }

    /// <summary>Starts it beside this process and passes on what it says.</summary>
    private static int Start(string dotnet, string[] arguments, Terminal terminal)
    {
        var isPassed = !IsWhole;
        using var started = Process.Start(
            new ProcessStartInfo(dotnet, arguments) { RedirectStandardOutput = isPassed, RedirectStandardError = isPassed })!;

        if (isPassed)
        {
            started.OutputDataReceived += (_, said) => Pass(terminal.Relay, said.Data);
            started.ErrorDataReceived += (_, said) => Pass(terminal.Say, said.Data);
            started.BeginOutputReadLine();
            started.BeginErrorReadLine();
        }

        started.WaitForExit();
        return started.ExitCode;

        void Pass(Action<string> say, string? line)
        {
            if (line is not null)
                lock (terminal)
                    say(line);
        }
    }

    /// <summary>Gives this process to another program; comes back only where that cannot be started.</summary>
    [DllImport("libc", EntryPoint = "execvp", CharSet = CharSet.Ansi)]
    private static extern int Become(string program, string?[] arguments);
}
