using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that name an encoder, labelled texts for it, and further texts.</summary>
internal sealed class TuningTexts
{
    private readonly TextOptions _texts = new();

    private readonly EncoderOptions _encoder = new();

    private readonly Option<string?> _label = new("--label") { Description = "The CSV file's column of labels: two, words or whole numbers, of which the later word or greater number becomes 1 and the other −1; or numbers.", HelpName = "NAME" };
    private readonly Option<string?> _targets = new("--targets") { Description = "Instead of --label: a number a text.", HelpName = "y.npy" };

    public void AddTo(Command command)
    {
        _encoder.AddTo(command);
        _texts.AddTo(command);
        command.Options.Add(_label);
        command.Options.Add(_targets);
    }

    /// <param name="others">The file of further texts, if there is one.</param>
    public IEnumerable<string> Mistakes(ParseResult parsed, NamedFile? others) => _texts.Mistakes(parsed, others);

    public FSharpResult<string, Failure> Folder(ParseResult parsed, Terminal terminal) => _encoder.Folder(parsed, terminal);

    public FSharpResult<Func<string[], int[][]>, Failure> Tokeniser(ParseResult parsed, string folder, Terminal terminal) =>
        _encoder.Tokeniser(parsed, folder, terminal);

    public FSharpResult<Artifact<EncoderWeights>, Failure> Weights(ParseResult parsed, string folder) => _encoder.Weights(parsed, folder);

    public FSharpResult<string[], Failure> Texts(ParseResult parsed) => _texts.Read(parsed).OrRefused();

    /// <summary>Other texts, in the form of the first: a CSV file with the same column, or one text a line.</summary>
    public FSharpResult<string[], Failure> Others(ParseResult parsed, string path) => _texts.ReadAlike(parsed, path).OrRefused();

    /// <summary>What is learnt of each text: classes as −1 and 1, or numbers.</summary>
    public FSharpResult<(LearningTask Task, double[] Values), Failure> Targets(ParseResult parsed) =>
        (parsed.GetValue(_label), parsed.GetValue(_targets)) switch
        {
            ({ } label, null) => (from bytes in SourceFile.readBytes(_texts.Path(parsed))
                                  from labels in TextColumn.ofCsv(_texts.Path(parsed), label, bytes)
                                  from targets in TuningRowsModule.targets(_texts.Path(parsed), labels)
                                  select (targets.Item1, targets.Item2)).OrRefused(),
            (null, { } path) => SourceFile.readNpy64(path).OrRefused().SelectMany(
                values => values.Columns == 1
                    ? Results.Ok((LearningTask.Regression, values.Values))
                    : Results.Fail<(LearningTask, double[])>(ExitCode.Refused, $"{path}: it has {values.Columns} columns, and a number a text is wanted."),
                (_, targets) => targets),
            _ => Results.Fail<(LearningTask, double[])>(ExitCode.Usage, "one of --label NAME and --targets y.npy says what is learnt"),
        };
}
