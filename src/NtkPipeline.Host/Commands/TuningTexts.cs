using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that name an encoder, labelled texts for it, and further texts.</summary>
internal sealed class TuningTexts
{
    private readonly TextOptions _texts = new();

    private readonly Option<string> _encoder = new("--encoder")
    {
        Description = "minilm, all-MiniLM-L6-v2; arctic, snowflake-arctic-embed-xs; or minilm:DIR, a folder with model.onnx, vocab.txt and encoder.json.",
        HelpName = "NAME",
        Required = true,
    };

    private readonly Option<string?> _label = new("--label") { Description = "The CSV file's column of labels: numbers; 0 and 1 become −1 and 1.", HelpName = "NAME" };
    private readonly Option<string?> _targets = new("--targets") { Description = "Instead of --label: a number a text.", HelpName = "y.npy" };
    private readonly Option<int> _most = new("--most-tokens") { Description = "Longer texts are cut to so many tokens.", DefaultValueFactory = _ => 64 };

    public void AddTo(Command command)
    {
        _texts.AddTo(command);

        foreach (Option option in new Option[] { _encoder, _label, _targets, _most })
            command.Options.Add(option);
    }

    /// <summary>The encoder's folder.</summary>
    public FSharpResult<string, Failure> Folder(ParseResult parsed, Terminal terminal) =>
        parsed.GetRequiredValue(_encoder).Split(':', 2) switch
        {
            ["minilm" or "arctic"] kind => new Models(terminal).Folder(kind[0], "").OrRefused(),
            ["minilm", { Length: > 0 } folder] => new Models(terminal).Folder("minilm", folder).OrRefused(),
            _ => Results.Fail<string>(ExitCode.Usage, $"--encoder '{parsed.GetRequiredValue(_encoder)}': write minilm, minilm:DIR or arctic"),
        };

    /// <summary>Token ids of texts.</summary>
    public FSharpResult<Func<string[], int[][]>, Failure> Tokeniser(ParseResult parsed, string folder) =>
        parsed.GetValue(_most) is < 3
            ? Results.Fail<Func<string[], int[][]>>(ExitCode.Usage, $"--most-tokens {parsed.GetValue(_most)}: 3 are the least")
            : from read in EncoderFile.tokeniser(folder).OrRefused()
              let most = Math.Min(parsed.GetValue(_most), read.Item2.MaxTokens)
              select (Func<string[], int[][]>)(texts => [.. texts.Select(text => WordPieceModule.idsWithin(most, read.Item1, text))]);

    public FSharpResult<string[], Failure> Texts(ParseResult parsed) => _texts.Read(parsed).OrRefused();

    /// <summary>Other texts, in the form of the first: a CSV file with the same column, or one text a line.</summary>
    public FSharpResult<string[], Failure> Others(ParseResult parsed, string path) => _texts.ReadAlike(parsed, path).OrRefused();

    public FSharpResult<double[], Failure> Targets(ParseResult parsed) =>
        (parsed.GetValue(_label), parsed.GetValue(_targets)) switch
        {
            ({ } label, null) => (from bytes in SourceFile.readBytes(_texts.Path(parsed))
                                  from labels in TextColumn.ofCsv(_texts.Path(parsed), label, bytes)
                                  from targets in TuningRowsModule.targets(_texts.Path(parsed), labels)
                                  select targets).OrRefused(),
            (null, { } path) => SourceFile.readNpy64(path).OrRefused().SelectMany(
                values => values.Columns == 1
                    ? Results.Ok(values.Values)
                    : Results.Fail<double[]>(ExitCode.Refused, $"{path}: it has {values.Columns} columns, and a number a text is wanted."),
                (_, targets) => targets),
            _ => Results.Fail<double[]>(ExitCode.Usage, "one of --label NAME and --targets y.npy says what is learnt"),
        };
}
