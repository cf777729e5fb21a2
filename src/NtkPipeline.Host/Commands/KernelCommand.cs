using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk kernel: a network's kernel matrix from and to NumPy files.</summary>
internal sealed class KernelCommand : NtkCommand
{
    private readonly Option<string> _network = new("--network")
    {
        Description = "The network, input first.",
        HelpName = "TEXT",
        Required = true,
    };

    private readonly Option<string> _kind = new Option<string>("--kind")
    {
        Description = "The tangent kernel, or the kernel of the network's Gaussian process.",
        DefaultValueFactory = _ => "ntk",
    }.AcceptOnlyFromAmong("ntk", "nngp");

    private readonly Option<string> _x = new("--x") { Description = "Inputs, a row each.", HelpName = "A.npy", Required = true };
    private readonly Option<string?> _z = new("--z") { Description = "Other inputs; without them, X against itself.", HelpName = "B.npy" };
    private readonly Option<string> _out = new("--out") { Description = "The matrix, rows of X by rows of Z.", HelpName = "K.npy", Required = true };

    private readonly Option<string> _precision = new Option<string>("--precision")
    {
        Description = "What the matrix is computed and stored in.",
        DefaultValueFactory = _ => "float64",
    }.AcceptOnlyFromAmong("float32", "float64");

    public KernelCommand()
        : base(
            "kernel", "Computes a network's kernel matrix at infinite width.",
            "ntk kernel --network \"dense 512 | relu | dense 1\" --kind ntk --x X.npy --out K.npy")
    {
        foreach (Option option in new Option[] { _network, _kind, _x, _z, _out, _precision })
            Options.Add(option);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var isNtk = parsed.GetRequiredValue(_kind) == "ntk";
        var isSingle = parsed.GetRequiredValue(_precision) == "float32";

        return from network in NetworkText.parse(parsed.GetRequiredValue(_network)).OrUsage()
               from code in isSingle
                   ? Compute(parsed, terminal, SourceFile.readNpy32, (x, z) => isNtk ? Gram.ntk(network, x, z) : Gram.nngp(network, x, z), Codec.matrix32)
                   : Compute(parsed, terminal, SourceFile.readNpy64, (x, z) => isNtk ? Gram.ntk64(network, x, z) : Gram.nngp64(network, x, z), Codec.matrix64)
               select code;
    }

    private FSharpResult<int, Failure> Compute<T>(
        ParseResult parsed, Terminal terminal, Func<string, FSharpResult<Matrix<T>, PipelineError>> read,
        Func<Matrix<T>, FSharpOption<Matrix<T>>, FSharpResult<Matrix<T>, PipelineError>> gram, Codec<Matrix<T>> codec)
    {
        var output = parsed.GetRequiredValue(_out);

        return (from x in read(parsed.GetRequiredValue(_x))
                from z in parsed.GetValue(_z) is { } other
                    ? read(other).Select(FSharpOption<Matrix<T>>.Some)
                    : FSharpResult<FSharpOption<Matrix<T>>, PipelineError>.NewOk(FSharpOption<Matrix<T>>.None)
                from kernel in gram(x, z)
                from written in SourceFile.writeValue(output, codec, kernel)
                select Say(terminal, output, kernel)).OrRefused();
    }

    private static int Say<T>(Terminal terminal, string output, Matrix<T> kernel)
    {
        terminal.Output.WriteLine($"{output}: {kernel.Rows} × {kernel.Columns}, {(typeof(T) == typeof(float) ? "float32" : "float64")}");
        return ExitCode.Done;
    }
}
