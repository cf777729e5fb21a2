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
        Description = "minilm, all-MiniLM-L6-v2; arctic, snowflake-arctic-embed-xs; minilm:DIR, a folder with model.onnx, vocab.txt and encoder.json; or lsa:N, latent semantic analysis with N columns (lsa: 384).",
        HelpName = "NAME",
        Required = true,
    };

    private readonly WeightsOptions _weights = new();

    private readonly Option<bool> _outputs = new("--outputs") { Description = "Of --weights: f(x) = w·φ(x) + b of each text, a number, as `ntk finetune --predictions` writes it." };

    private readonly Option<string> _out = new("--out") { Description = "One row a text, float32, of norm 1.", HelpName = "E.npy", Required = true };

    private readonly Option<string?> _store = new("--store")
    {
        Description = "Where minilm and arctic keep the texts that they have embedded, and finds them again. Default: data/store.",
        HelpName = "DIR",
    };

    public EmbedCommand()
        : base("embed", "Embeds texts.", "ntk embed --texts tweets.csv --column text --encoder minilm --out E.npy")
    {
        _texts.AddTo(this);
        Options.Add(_encoder);
        _weights.AddTo(this);
        Options.Add(_outputs);
        Options.Add(_out);
        Options.Add(_store);
        Write(_out);
        Belong("--weights", IsTuned, _weights.MostTokens, _outputs);
        Carry("the vectors of --weights are not kept", parsed => !IsTuned(parsed), _store);
        Carry("latent semantic analysis keeps nothing", parsed => !parsed.GetRequiredValue(_encoder).StartsWith("lsa", StringComparison.Ordinal), _store);
    }

    private bool IsTuned(ParseResult parsed) => _weights.Path(parsed) is not null;

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        IsTuned(parsed) ? Tuned(parsed, terminal) : Plain(parsed, terminal);

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => _texts.Mistakes(parsed);

    private FSharpResult<int, Failure> Tuned(ParseResult parsed, Terminal terminal) =>
        from folder in EncoderOptions.FolderOf(parsed.GetRequiredValue(_encoder), terminal)
            ?? Results.Fail<string>(ExitCode.Usage, $"--weights: it is of minilm, minilm:DIR or arctic, not of --encoder '{parsed.GetRequiredValue(_encoder)}'")
        from texts in _texts.Read(parsed).OrRefused()
        from ids in _weights.Tokeniser(parsed, folder, terminal)
        from code in new TunedTexts(folder, _weights.Path(parsed)!, ids(texts), parsed.GetRequiredValue(_out), terminal)
            .Write(parsed.GetValue(_outputs)).OrRefused()
        select code;

    private FSharpResult<int, Failure> Plain(ParseResult parsed, Terminal terminal)
    {
        var output = parsed.GetRequiredValue(_out);
        var store = parsed.GetValue(_store) ?? Home.Store;

        return from encode in Encoder(parsed.GetRequiredValue(_encoder), store, terminal)
               from texts in _texts.Read(parsed).OrRefused()
               from rows in encode(texts).OrRefused()
               from written in SourceFile.writeValue(output, Codec.matrix32, rows).OrRefused()
               select terminal.Tell(
                   new { @out = output, rows = rows.Rows, columns = rows.Columns }, $"{output}: {rows.Rows} × {rows.Columns}, float32");
    }

    private static FSharpResult<Encode, Failure> Encoder(string text, string store, Terminal terminal) =>
        text.Split(':', 2) switch
        {
            ["minilm" or "arctic"] => Results.Ok<Encode>(texts => Transform(text, "", store, terminal, texts)),
            ["minilm", { Length: > 0 } folder] => Results.Ok<Encode>(texts => Transform("minilm", folder, store, terminal, texts)),
            ["lsa"] => Results.Ok<Encode>(texts => EmbedTexts.lsa(Lsa.defaults.Columns, texts)),
            ["lsa", var size] when int.TryParse(size, out var columns) && columns > 0 =>
                Results.Ok<Encode>(texts => EmbedTexts.lsa(columns, texts)),
            _ => Results.Fail<Encode>(ExitCode.Usage, $"--encoder '{text}': write minilm, minilm:DIR, arctic, lsa or lsa:384"),
        };

    private static FSharpResult<Matrix<float>, PipelineError> Transform(
        string kind, string own, string store, Terminal terminal, string[] texts)
    {
        var progress = CountProgress.For(terminal, "texts");

        return from folder in new Models(terminal).Folder(kind, own)
               from opened in StoreModule.openAt(store)
               from rows in progress.Watch(() => CachedEncoder.encode(opened, folder, progress.Tell, texts))
               let told = terminal.Warn(opened)
               select rows;
    }

    private delegate FSharpResult<Matrix<float>, PipelineError> Encode(string[] texts);
}
