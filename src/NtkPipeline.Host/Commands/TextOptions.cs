using System.CommandLine;
using System.Text;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that name a file of texts.</summary>
internal sealed class TextOptions
{
    private readonly Option<string> _texts = new("--texts")
    {
        Description = "UTF-8, one text a line, or a CSV file with --column.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _column = new("--column") { Description = "The column of the CSV file.", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Options.Add(_texts);
        command.Options.Add(_column);
    }

    public string Path(ParseResult parsed) => parsed.GetRequiredValue(_texts);

    /// <summary>Tables, by their names, whose lines would be taken for texts.</summary>
    /// <param name="other">Another file of the same form, if there is one.</param>
    public IEnumerable<string> Mistakes(ParseResult parsed, NamedFile? other = null) =>
        parsed.GetValue(_column) is not null
            ? []
            : new[] { new NamedFile(_texts.Name, Path(parsed)), other }.OfType<NamedFile>().Where(IsTable).Select(file =>
                $"{file.Option}: {file.Path} is a table by its name; give --column NAME, the column of its texts, or end the name of a file of one text a line in .txt");

    private static bool IsTable(NamedFile file) =>
        file.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || file.Path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);

    public FSharpResult<string[], PipelineError> Read(ParseResult parsed) => ReadAlike(parsed, Path(parsed));

    /// <summary>Texts of another file of the same form.</summary>
    public FSharpResult<string[], PipelineError> ReadAlike(ParseResult parsed, string path) =>
        parsed.GetValue(_column) is { } column
            ? SourceFile.readBytes(path).SelectMany(bytes => TextColumn.ofCsv(path, column, bytes), (_, texts) => texts)
            : SourceFile.readText(path).Select(TextColumn.ofLines);
}
