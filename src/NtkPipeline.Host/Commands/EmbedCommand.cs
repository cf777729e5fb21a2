using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk embed: texts to rows of numbers in a NumPy file.</summary>
internal sealed class EmbedCommand : NtkCommand
{
    private readonly TextOptions _texts = new();

    private readonly Option<string> _encoder = new("--encoder")
    {
        Description = "minilm:DIR, a folder with model.onnx and vocab.txt, or lsa:N, latent semantic analysis with N columns.",
        HelpName = "NAME",
        Required = true,
    };

    private readonly Option<string> _out = new("--out") { Description = "One row a text, float32.", HelpName = "E.npy", Required = true };

    private readonly Option<string?> _store = new("--store")
    {
        Description = "Where minilm keeps the texts that it has embedded, and finds them again. Default: data/store.",
        HelpName = "DIR",
    };

    public EmbedCommand()
        : base("embed", "Embeds texts.", "ntk embed --texts tweets.csv --column text --encoder lsa:384 --out E.npy")
    {
        _texts.AddTo(this);
        Options.Add(_encoder);
        Options.Add(_out);
        Options.Add(_store);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        var output = parsed.GetRequiredValue(_out);
        var store = parsed.GetValue(_store) ?? Home.Store;

        return from encode in Encoder(parsed.GetRequiredValue(_encoder), store, CountProgress.For(terminal, "texts"))
               from texts in _texts.Read(parsed).OrRefused()
               from rows in encode(texts).OrRefused()
               from written in SourceFile.writeValue(output, Codec.matrix32, rows).OrRefused()
               select terminal.Tell(
                   new { @out = output, rows = rows.Rows, columns = rows.Columns }, $"{output}: {rows.Rows} × {rows.Columns}, float32");
    }

    private static FSharpResult<Func<string[], FSharpResult<Matrix<float>, PipelineError>>, Failure> Encoder(
        string text, string store, CountProgress progress) =>
        text.Split(':', 2) switch
        {
            ["minilm", { Length: > 0 } folder] => Results.Ok<Func<string[], FSharpResult<Matrix<float>, PipelineError>>>(
                texts => StoreModule.openAt(store).SelectMany(
                    opened => progress.Watch(() => CachedEncoder.encode(opened, folder, progress.Tell, texts)), (_, rows) => rows)),
            ["lsa", var size] when int.TryParse(size, out var columns) && columns > 0 =>
                Results.Ok<Func<string[], FSharpResult<Matrix<float>, PipelineError>>>(
                    texts => EmbedTexts.lsa(columns, texts)),
            _ => Results.Fail<Func<string[], FSharpResult<Matrix<float>, PipelineError>>>(
                ExitCode.Usage, $"--encoder '{text}': write minilm:DIR or lsa:384"),
        };
}
