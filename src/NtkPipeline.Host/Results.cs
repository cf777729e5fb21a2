using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>
/// Query syntax over F#'s <c>Result</c>: each <c>from</c> is a step that may refuse, and the first refusal is the outcome.
/// </summary>
internal static class Results
{
    public static FSharpResult<T, Failure> Ok<T>(T value) => FSharpResult<T, Failure>.NewOk(value);

    public static FSharpResult<T, Failure> Fail<T>(int code, params IEnumerable<string> sentences) =>
        FSharpResult<T, Failure>.NewError(new Failure(code, [.. sentences]));

    public static FSharpResult<TB, TE> Select<TA, TB, TE>(this FSharpResult<TA, TE> result, Func<TA, TB> map) =>
        result.IsOk
            ? FSharpResult<TB, TE>.NewOk(map(result.ResultValue))
            : FSharpResult<TB, TE>.NewError(result.ErrorValue);

    public static FSharpResult<TC, TE> SelectMany<TA, TB, TC, TE>(
        this FSharpResult<TA, TE> result, Func<TA, FSharpResult<TB, TE>> next, Func<TA, TB, TC> map)
    {
        if (result.IsError)
            return FSharpResult<TC, TE>.NewError(result.ErrorValue);

        var following = next(result.ResultValue);
        return following.Select(value => map(result.ResultValue, value));
    }

    /// <summary>All results in order, or the first refusal; nothing after it runs.</summary>
    public static FSharpResult<List<T>, TE> InOrder<T, TE>(this IEnumerable<Func<FSharpResult<T, TE>>> steps)
    {
        var values = new List<T>();

        foreach (var step in steps)
        {
            var result = step();

            if (result.IsError)
                return FSharpResult<List<T>, TE>.NewError(result.ErrorValue);

            values.Add(result.ResultValue);
        }

        return FSharpResult<List<T>, TE>.NewOk(values);
    }

    /// <summary>A refusal of data, numbers or disk as a command's failure.</summary>
    public static FSharpResult<T, Failure> OrRefused<T>(this FSharpResult<T, PipelineError> result) =>
        result.IsOk ? Ok(result.ResultValue) : Fail<T>(ExitCode.Refused, result.ErrorValue.Sentence);

    /// <summary>One mistake in what a person wrote as a command's failure.</summary>
    public static FSharpResult<T, Failure> OrUsage<T>(this FSharpResult<T, string> result) =>
        result.IsOk ? Ok(result.ResultValue) : Fail<T>(ExitCode.Usage, result.ErrorValue);

    /// <summary>One mistake in what a person wrote for an option, which is named.</summary>
    public static FSharpResult<T, Failure> OrUsage<T>(this FSharpResult<T, string> result, string option) =>
        result.IsOk ? Ok(result.ResultValue) : Fail<T>(ExitCode.Usage, $"{option}: {result.ErrorValue}");

    /// <summary>All mistakes in what a person wrote as a command's failure.</summary>
    public static FSharpResult<T, Failure> OrUsage<T>(this FSharpResult<T, FSharpList<string>> result) =>
        result.IsOk ? Ok(result.ResultValue) : Fail<T>(ExitCode.Usage, result.ErrorValue);

    /// <summary>Nothing, after something that only does.</summary>
    public static FSharpResult<Unit?, Failure> Done { get; } = Ok<Unit?>(null);
}
