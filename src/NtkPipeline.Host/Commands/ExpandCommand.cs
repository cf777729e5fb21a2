using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk expand: a random network's Taylor expansion in its parameters, beside the network itself.</summary>
internal sealed class ExpandCommand : NtkCommand
{
    private readonly Option<string> _network = ArrayOptions.Network();
    private readonly Option<string> _x = ArrayOptions.X();

    private readonly Option<int> _order = new("--order")
    {
        Description = $"The highest order, 1 to {ExpansionTable.mostOrders}; order 1 is the linearised network. Each takes about twice as long as the one before.",
        HelpName = "K",
        Required = true,
    };

    private readonly Option<string?> _step = new("--step")
    {
        Description = "The step from θ₀, a number for each parameter: of each dense layer, input side first, W row by row (width × fan-in) and then its bias.",
        HelpName = "D.npy",
    };

    private readonly Option<double?> _stepScale = new("--step-scale") { Description = "Instead, a random step of this length, drawn from the seed.", HelpName = "S" };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Which random network: the one that kernel --empirical has.", DefaultValueFactory = _ => 1 };
    private readonly MemoryOption _memory = new("without it, half of the machine's");

    private readonly Option<string> _out = new("--out")
    {
        Description = "Rows × (K + 2), × outputs where there are several: f(θ₀ + step), then the expansions of order 0, which is f(θ₀), to K.",
        HelpName = "F.npy",
        Required = true,
    };

    public ExpandCommand()
        : base(
            "expand", "Expands a random network about its first parameters, and says how far each order lies from the network; in float64.",
            "ntk expand --network \"dense 512 | erf | dense 1\" --x X.npy --order 3 --step-scale 2 --out F.npy")
    {
        foreach (Option option in new Option[] { _network, _x, _order, _step, _stepScale, _seed, _memory.Option, _out })
            Options.Add(option);

        Write(_out);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var (x, step, output) = (parsed.GetRequiredValue(_x), parsed.GetValue(_step), parsed.GetRequiredValue(_out));
        LibTorch.useThreads(0);

        return from network in NetworkWords.Read(parsed.GetRequiredValue(_network))
               from order in ExpansionTable.checkOrder(parsed.GetValue(_order)).OrUsage("--order")
               from norm in Norm(parsed)
               from memory in _memory.Read(parsed)
               from machine in LibTorch.machine(memory, 0, Device.Cpu).OrRefused()
               from rows in SourceFile.readNpy64(x).OrRefused()
               from away in step is null
                   ? Results.Ok(ParameterStep.NewRandomStep(norm))
                   : SourceFile.readNpy64(step).Select(values => ParameterStep.NewThisStep(values)).OrRefused()
               from found in ExpansionTable.run(machine, network, order, parsed.GetValue(_seed), away, rows).OrRefused()
               from written in SourceFile.writeNpy(output, Shape(found, order), found.Values).OrRefused()
               select Tell(parsed, found, terminal);
    }

    /// <summary>The length of a random step; 0 where a step is given.</summary>
    private FSharpResult<double, Failure> Norm(ParseResult parsed) =>
        (parsed.GetValue(_step), parsed.GetValue(_stepScale)) switch
        {
            (null, { } norm) => ParameterStepModule.checkNorm(norm).OrUsage($"--step-scale {norm}"),
            ({ }, null) => Results.Ok(0.0),
            _ => Results.Fail<double>(ExitCode.Usage, "expand needs either --step or --step-scale"),
        };

    private static int[] Shape(ExpandedNetwork found, int order) =>
        found.OutputCount == 1 ? [found.RowCount, order + 2] : [found.RowCount, order + 2, found.OutputCount];

    private int Tell(ParseResult parsed, ExpandedNetwork found, Terminal terminal)
    {
        var output = parsed.GetRequiredValue(_out);
        var shape = Shape(found, parsed.GetValue(_order));

        return terminal.Tell(
            new
            {
                @out = output,
                shape,
                parameters = found.Parameters,
                stepNorm = found.StepNorm,
                seed = parsed.GetValue(_seed),
                precision = "float64",
                errors = found.Errors.Select(error => new { error.Order, error.Largest, error.Rms }),
                linearisedGap = found.LinearisedGap,
            },
            [
                $"{output}: {string.Join(" × ", shape)}, float64: f(θ₀ + step), then orders 0 … {found.Errors.Length - 1}; a step of length {found.StepNorm:g6} in {found.Parameters} parameters",
                .. found.Errors.Select(error => $"order {error.Order}: at most {error.Largest:g4} from f(θ₀ + step), {error.Rms:g4} in root mean square"),
                $"order 1 is f(θ₀) + J·step to {found.LinearisedGap:g2}",
            ]);
    }
}
