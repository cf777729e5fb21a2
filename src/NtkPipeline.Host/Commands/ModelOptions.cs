using System.CommandLine;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>The options of ntk kernel that are about a network that somebody else has trained.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string?> _model = new("--model")
    {
        Description = "Instead of --network, a trained model's file, TorchScript (torch.jit.save) or ONNX: its tangent kernel at its weights, by all of its parameters, --outputs as of --empirical. In TorchScript parameters are those saved with requires_grad; in ONNX, tensors of real numbers used as weights, biases, scales or tables. It is computed in its own type (ONNX: or in --precision).",
        HelpName = "FILE",
    };

    private readonly Option<string?> _shape = new("--input-shape")
    {
        Description = "One row of --x and --z as the model takes it, such as 3x32x32; without it, as an ONNX file says, or as the rows are: their array may have more than two dimensions.",
        HelpName = "SHAPE",
    };

    public void AddTo(NtkCommand command)
    {
        command.Options.Add(_model);
        command.Options.Add(_shape);
        command.Belong("--model", IsAsked, _shape);
    }

    public bool IsAsked(ParseResult parsed) => NtkCommand.IsGiven(parsed, _model);

    public IEnumerable<string> Mistakes(ParseResult parsed, Option<string?> network)
    {
        if (parsed.GetValue(network) is not null)
            yield return "--network and --model: the kernel is of one of them";

        if (Shape(parsed.GetValue(_shape)) is { IsError: true, ErrorValue: var mistake })
            yield return mistake.Sentences[0];
    }

    /// <param name="precision">What a person asks for; null for what the model is of.</param>
    public FSharpResult<int, Failure> Compute(
        ParseResult parsed, KernelPaths files, Outputs outputs, KernelMachine machine, string? precision, Terminal terminal)
    {
        var (model, text) = (parsed.GetValue(_model)!, parsed.GetValue(_shape));

        return from shape in Shape(text)
               from code in new ModelRun(files, model, shape, outputs, terminal).Compute(
                   machine, precision, () => TryModelCommand.Survives(model, files.X, text))
               select code;
    }

    /// <summary>One row's axes as they are written, or none.</summary>
    public static FSharpResult<FSharpOption<FSharpList<long>>, Failure> Shape(string? text) =>
        text is null
            ? Results.Ok(FSharpOption<FSharpList<long>>.None)
            : OwnModelFile.parseShape(text).OrUsage("--input-shape").Select(FSharpOption<FSharpList<long>>.Some);
}
