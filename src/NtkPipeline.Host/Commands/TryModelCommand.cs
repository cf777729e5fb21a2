using System.CommandLine;
using System.Diagnostics;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>
/// ntk try-model: what ntk kernel --model starts to see whether LibTorch lives through a TorchScript file; a person has no use for it. What
/// a program calls that LibTorch does not know ends the process that reads it, whatever that process catches.
/// </summary>
internal sealed class TryModelCommand : NtkCommand
{
    private const string Called = "try-model";

    public TryModelCommand()
        : base(Called, "Computes one row by a model whose file, rows and row's shape are written to it.", "ntk kernel --model model.pt --x X.npy --out K.npy") =>
        Hidden = true;

    /// <summary>Whether the model's first row can be computed, or how LibTorch ended. What is only refused is refused again by whoever asked.</summary>
    public static FSharpResult<Unit?, PipelineError> Survives(string model, string x, string? shape)
    {
        var program = typeof(TryModelCommand).Assembly.Location;
        var dotnet = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";

        using var process = Process.Start(new ProcessStartInfo(dotnet, [program, Called])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        foreach (var line in new[] { model, x, shape ?? "" })
            process.StandardInput.WriteLine(line);

        process.StandardInput.Close();
        var said = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        return process.ExitCode is ExitCode.Done or ExitCode.Refused
            ? FSharpResult<Unit?, PipelineError>.NewOk(null)
            : FSharpResult<Unit?, PipelineError>.NewError(PipelineError.NewDataRefused(
                $"{model}: LibTorch cannot run its program: {Reason(said.Result)} (write it again with the PyTorch of this LibTorch, or export it to ONNX)"));
    }

    /// <summary>What it was that nobody caught, less where.</summary>
    private static string Reason(string said)
    {
        var lines = said.Split('\n').Select(line => line.Trim()).SkipWhile(line => !line.StartsWith("what():", StringComparison.Ordinal));
        var words = lines.Select(line => line.Replace("what():", "", StringComparison.Ordinal).Trim().TrimEnd(':')).Where(line => line != "").Take(2);
        var text = string.Join(' ', words);
        return text == "" ? "it ended the process" : PlainLine.within(300, text);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var (model, x, shape) = (Line(), Line(), Line());

        return from row in ModelOptions.Shape(shape == "" ? null : shape)
               from bytes in SourceFile.readBytes(model).OrRefused()
               from code in new ModelRun(new KernelPaths(x, null, ""), model, row, Outputs.Trace, terminal with { IsQuiet = true })
                   .Try(bytes)
               select code;
    }

    private static string Line() => System.Console.In.ReadLine() ?? "";
}
