using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>
/// Numbers of the command line are read alike in every command: digits, a decimal point, an exponent. The parser's own reading takes a
/// comma for the sign between thousands, so that 0,1 would be 1; here it is refused, and so is a number that float64 does not hold.
/// </summary>
internal static class PlainNumbers
{
    /// <summary>Gives every option of the command and of those below it that is a number this reading.</summary>
    public static void Require(Command command)
    {
        foreach (var option in command.Options)
            Require(option);

        foreach (var below in command.Subcommands)
            Require(below);
    }

    /// <summary>Whether an option is a number, and so is read here.</summary>
    public static bool IsNumber(Option option) =>
        (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is { IsPrimitive: true } type && type != typeof(bool);

    private static void Require(Option option)
    {
        switch (option)
        {
            case Option<double> real:
                real.CustomParser = result => Real(result) ?? 0;
                break;
            case Option<double?> real:
                real.CustomParser = Real;
                break;
            case Option<int> whole:
                whole.CustomParser = result => Whole<int>(result) ?? 0;
                break;
            case Option<int?> whole:
                whole.CustomParser = Whole<int>;
                break;
            case Option<ulong> whole:
                whole.CustomParser = result => Whole<ulong>(result) ?? 0;
                break;
            default:
                if (IsNumber(option))
                    throw new InvalidOperationException($"{option.Name} is a {option.ValueType}, which PlainNumbers does not read");
                break;
        }
    }

    private static double? Real(ArgumentResult result)
    {
        if (Text(result) is not { } text)
            return null;

        if (FloatRange.refusal(text) is { Value: var reason })
            return Misread<double>(result, text, reason);

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;

        return Misread<double>(result, text, "it is not a number with a decimal point, such as 0.1 or 1e-3");
    }

    private static T? Whole<T>(ArgumentResult result)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (Text(result) is not { } text)
            return null;

        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;

        return Misread<T>(result, text, $"it is not a whole number from {T.MinValue} to {T.MaxValue}, in digits alone");
    }

    private static string? Text(ArgumentResult result) => result.Tokens is [{ Value: var text }] ? text : null;

    private static T? Misread<T>(ArgumentResult result, string text, string reason)
        where T : struct
    {
        var option = result.Parent is OptionResult { Option.Name: var name } ? name : "";
        result.AddError($"{option} '{text}': {reason}");
        return null;
    }
}
