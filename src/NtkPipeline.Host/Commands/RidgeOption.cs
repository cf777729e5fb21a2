using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>--ridge of every command that has one: `0.1` is λ itself, `0.1rel` a multiple of the kernel's mean diagonal.</summary>
internal sealed class RidgeOption
{
    private readonly Option<string?> _ridge;
    private readonly bool _mayBeZero;

    /// <param name="meaning">What it does here, without an end.</param>
    /// <param name="usual">What it is where nothing is said; none where that is something else.</param>
    public RidgeOption(string meaning, string? usual = null, bool mayBeZero = true)
    {
        _mayBeZero = mayBeZero;
        _ridge = new Option<string?>("--ridge")
        {
            Description = $"{meaning}: 0.1 is λ itself, 0.1rel is 0.1 times the mean of the kernel's diagonal.",
            HelpName = "λ",
        };

        if (usual is not null)
            _ridge.DefaultValueFactory = _ => usual;
    }

    public Option Option => _ridge;

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_ridge) is not null;

    /// <summary>The ridge; none where nothing is said and nothing is usual.</summary>
    public FSharpResult<RidgeValue?, Failure> Read(ParseResult parsed) =>
        parsed.GetValue(_ridge) is { } text ? Read(_ridge.Name, text, _mayBeZero).Select(value => (RidgeValue?)value) : Results.Ok<RidgeValue?>(null);

    /// <summary>One ridge as it is written behind an option.</summary>
    public static FSharpResult<RidgeValue, Failure> Read(string option, string text, bool mayBeZero)
    {
        var read = RidgeValueModule.parse(text);

        return read.IsError ? Results.Fail<RidgeValue>(ExitCode.Usage, $"{option} {read.ErrorValue}")
            : mayBeZero || RidgeValueModule.absolute(1, read.ResultValue) > 0 ? Results.Ok(read.ResultValue)
            : Results.Fail<RidgeValue>(ExitCode.Usage, $"{option} '{text}': a ridge is above 0 here");
    }

    /// <summary>λ itself on a kernel, and the mean of its diagonal; 0 where the kernel is not square, which is refused later, or has none.</summary>
    /// <param name="name">Which matrix it is, for refusals.</param>
    public static FSharpResult<(double Ridge, double Mean), PipelineError> On(string name, KernelMatrix kernel, RidgeValue ridge)
    {
        var (rows, columns) = (KernelMatrixModule.rows(kernel), KernelMatrixModule.columns(kernel));
        var isSquare = rows == columns && rows > 0;

        return ridge.IsRelative
            ? isSquare
                ? KernelMatrixModule.meanDiagonal(name, kernel).Select(mean => (RidgeValueModule.absolute(mean, ridge), mean))
                : FSharpResult<(double, double), PipelineError>.NewError(PipelineError.NewDataRefused(
                    $"{name}: it is {rows} × {columns}, and the kernel of the training rows is square"))
            : FSharpResult<(double, double), PipelineError>.NewOk(
                (RidgeValueModule.absolute(1, ridge), isSquare ? KernelMatrixModule.diagonal(kernel).Average() : 0));
    }

    /// <summary>One number of a grid that is laid over multiples of the mean diagonal: "1e-3rel".</summary>
    public static FSharpResult<double, Failure> Multiple(string option, string text)
    {
        var read = RidgeValueModule.parseRelative(text);
        return read.IsError ? Results.Fail<double>(ExitCode.Usage, $"{option} {read.ErrorValue}") : Results.Ok(read.ResultValue);
    }
}
