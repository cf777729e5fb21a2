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
    public Tweet[] Tweets { get; } =
        [.. Texts.Select((text, i) => new Tweet(i, Optional(Keyword), Optional(Place), text, FSharpOption<bool>.None))];

    /// <summary>The rows; an array of one dimension is the row of one text.</summary>
    public FSharpResult<Matrix<float>, PipelineError> ReadRows() =>
        from dimensions in SourceFile.npyDimensions(RowsFile)
        from rows in SourceFile.readNpy32(RowsFile)
        select dimensions == 1 ? Matrix.create(1, rows.Rows, rows.Values) : rows;

    private static FSharpOption<string> Optional(string? text) => text is null ? FSharpOption<string>.None : FSharpOption<string>.Some(text);
}
