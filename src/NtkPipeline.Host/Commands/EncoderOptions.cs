using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that name an encoder that is differentiated, and how long its texts may be.</summary>
internal sealed class EncoderOptions
{
    private readonly Option<string> _encoder = new("--encoder")
    {
        Description = "minilm, all-MiniLM-L6-v2; arctic, snowflake-arctic-embed-xs; or minilm:DIR, a folder with model.onnx, vocab.txt and encoder.json.",
        HelpName = "NAME",
        Required = true,
    };

    private readonly Option<int> _most = new("--most-tokens") { Description = "Longer texts are cut to so many tokens, and at most to as many as the encoder takes.", DefaultValueFactory = _ => 64 };

    public void AddTo(Command command)
    {
        command.Options.Add(_encoder);
        command.Options.Add(_most);
    }

    /// <summary>The encoder's folder.</summary>
    public FSharpResult<string, Failure> Folder(ParseResult parsed, Terminal terminal) =>
        parsed.GetRequiredValue(_encoder).Split(':', 2) switch
        {
            ["minilm" or "arctic"] kind => new Models(terminal).Folder(kind[0], "").OrRefused(),
            ["minilm", { Length: > 0 } folder] => new Models(terminal).Folder("minilm", folder).OrRefused(),
            _ => Results.Fail<string>(ExitCode.Usage, $"--encoder '{parsed.GetRequiredValue(_encoder)}': write minilm, minilm:DIR or arctic"),
        };

    /// <summary>Token ids of texts; of how many texts the end is lost, the terminal is told.</summary>
    public FSharpResult<Func<string[], int[][]>, Failure> Tokeniser(ParseResult parsed, string folder, Terminal terminal) =>
        parsed.GetValue(_most) is < 3
            ? Results.Fail<Func<string[], int[][]>>(ExitCode.Usage, $"--most-tokens {parsed.GetValue(_most)}: 3 are the least")
            : from read in EncoderFile.tokeniser(folder).OrRefused()
              let most = Most(parsed.GetValue(_most), read.Item2.MaxTokens, terminal)
              select (Func<string[], int[][]>)(texts => Ids(read.Item1, most, texts, terminal));

    private static int Most(int asked, int own, Terminal terminal)
    {
        if (asked > own)
            terminal.Note($"ntk: note: --most-tokens {asked} counts as {own}: the encoder takes no more");

        return Math.Min(asked, own);
    }

    private static int[][] Ids(WordPiece wordPiece, int most, string[] texts, Terminal terminal)
    {
        var cut = 0;

        int[] Of(string text)
        {
            // With one token more a text shows that it does not fit.
            var ids = WordPieceModule.idsWithin(most + 1, wordPiece, text);

            if (ids.Length <= most)
                return ids;

            cut++;
            return WordPieceModule.idsWithin(most, wordPiece, text);
        }

        int[][] all = [.. texts.Select(Of)];

        if (cut > 0)
            terminal.Note($"ntk: note: of {cut:N0} of {texts.Length:N0} texts the end is lost: they have more than {most} tokens (--most-tokens)");

        return all;
    }
}
