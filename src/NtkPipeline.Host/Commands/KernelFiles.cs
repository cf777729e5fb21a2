using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>Targets of training rows, and the form in which they were stored.</summary>
/// <param name="Values">Rows by outputs.</param>
/// <param name="IsVector">Stored with one dimension: outputs are written likewise.</param>
internal sealed record TargetFile(Matrix<double> Values, bool IsVector)
{
    public static FSharpResult<TargetFile, PipelineError> Read(string path) =>
        from values in SourceFile.readNpy64(path)
        from dimensions in SourceFile.npyDimensions(path)
        select new TargetFile(values, dimensions == 1);

    /// <summary>The shape of outputs for so many rows.</summary>
    public int[] Shape(int rows) => IsVector ? [rows] : [rows, Values.Columns];

    /// <summary>Writes outputs, rows by outputs, in the targets' form.</summary>
    public FSharpResult<Unit, PipelineError> Write(string path, Matrix<double> outputs) =>
        SourceFile.writeNpy(path, Shape(outputs.Rows), outputs.Values);
}

/// <summary>Files that a command may be given.</summary>
internal static class OptionalFile
{
    /// <summary>What is read from the file, or none where no file was named.</summary>
    public static FSharpResult<FSharpOption<T>, PipelineError> Read<T>(string? path, Func<string, FSharpResult<T, PipelineError>> read) =>
        path is null
            ? FSharpResult<FSharpOption<T>, PipelineError>.NewOk(FSharpOption<T>.None)
            : read(path).Select(FSharpOption<T>.Some);
}

/// <summary>How far numbers can be trusted, in words and as JSON.</summary>
internal static class Certificates
{
    /// <param name="isSpectral">Whether eigenvalues were computed; else the condition number is an upper bound.</param>
    public static string Print(Certificate certificate, bool isSpectral = true) =>
        $"residual {certificate.Residual:g3}; condition number {(isSpectral ? "" : "at most ")}{certificate.ConditionNumber:g3}, so up to {certificate.DigitsLost:0.#} of 16 digits may be lost; "
        + (!isSpectral
            ? "no eigenvalue is negative beyond rounding"
            : certificate.Clipped == 0
            ? "no eigenvalue was negative"
            : $"{certificate.Clipped} eigenvalues made negative by rounding count as 0, the lowest was {certificate.MostNegative:g3}");

    public static object Json(Certificate certificate) => new
    {
        certificate.Residual,
        certificate.ConditionNumber,
        certificate.DigitsLost,
        ClippedEigenvalues = certificate.Clipped,
        certificate.MostNegative,
    };

    /// <summary>A number as JSON: infinity has none, so it is the text "inf".</summary>
    public static object Number(double value) => double.IsFinite(value) ? value : "inf";

    public static double? Maybe(FSharpOption<double>? value) => value?.Value;
}
