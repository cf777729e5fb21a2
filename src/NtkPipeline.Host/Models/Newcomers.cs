using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// Tweets that came after a run, all with the same keyword and place; null is a missing one. <c>RowsFile</c> holds the rows that
/// another program made of them, where the run was made of such rows, else "".
/// </summary>
internal sealed record Newcomers(string[] Texts, string? Keyword, string? Place, string RowsFile)
{
    /// <summary>Rows of numbers alone, each named by its place.</summary>
    public static FSharpResult<Newcomers, PipelineError> OfRows(string file) =>
        from rows in new Newcomers([], null, null, file).ReadRows()
        from some in rows.Values.Length > 0
            ? FSharpResult<Matrix<float>, PipelineError>.NewOk(rows)
            : FSharpResult<Matrix<float>, PipelineError>.NewError(PipelineError.NewDataRefused(
                $"{file}: it has no rows, so there is nothing to predict; give an array with a row for each case, of as many columns as data.features has."))
        select new Newcomers([.. Enumerable.Range(0, rows.Rows).Select(row => $"row {row}")], null, null, file);

    public Tweet[] Tweets { get; } =
        [.. Texts.Select((text, i) => new Tweet(RowId.NewNumber(i), Optional(Keyword), Optional(Place), text, FSharpOption<bool>.None))];

    /// <summary>The rows; an array of one dimension is the row of one text.</summary>
    public FSharpResult<Matrix<float>, PipelineError> ReadRows() =>
        from dimensions in SourceFile.npyDimensions(RowsFile)
        from rows in SourceFile.readNpy32(RowsFile)
        select dimensions == 1 ? Matrix.create(1, rows.Rows, rows.Values) : rows;

    private static FSharpOption<string> Optional(string? text) => text is null ? FSharpOption<string>.None : FSharpOption<string>.Some(text);
}
