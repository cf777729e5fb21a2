using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run should say of the tables that it reads, before it reads them: which rows nobody names, and which file is left alone.</summary>
internal static class TableNotes
{
    /// <summary>The notes, or what is wrong with the columns of train.csv.</summary>
    public static FSharpResult<string[], Failure> Of(DataFolder data, DataSettings settings) =>
        settings.AreNumbers
            ? Results.Ok<string[]>([])
            : (from train in SourceFile.readBytes(data.Train)
               from test in data.Test is { } path
                   ? SourceFile.readBytes(path).Select(bytes => FSharpOption<byte[]>.Some(bytes))
                   : FSharpResult<FSharpOption<byte[]>, PipelineError>.NewOk(FSharpOption<byte[]>.None)
               from missing in MissingIds.note(settings.Columns, data.Train, train, test)
               select (string[])[.. missing is { Value: var note } ? new[] { note } : [], .. LeftAlone(data, settings)]).OrRefused();

    private static string[] LeftAlone(DataFolder data, DataSettings settings) =>
        settings.LeavesTest && File.Exists(Path.Combine(Path.GetDirectoryName(data.Train) ?? "", "test.csv"))
            ? ["test.csv is not read: data.test=none"]
            : [];
}
