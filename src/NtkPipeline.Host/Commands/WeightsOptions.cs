using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The options of a transformer as a network: the parameters it has instead of the pretrained ones, and how long its texts may be.</summary>
internal sealed class WeightsOptions
{
    private readonly Option<string?> _weights = new("--weights")
    {
        Description = "What `ntk finetune --out` has made of this encoder, instead of it as it was pretrained.",
        HelpName = "MODEL.npz",
    };

    private readonly Option<int> _most = new("--most-tokens") { Description = "Longer texts are cut to so many tokens, and at most to as many as the encoder takes; by `ntk embed` without --weights to the latter alone.", DefaultValueFactory = _ => 64 };

    public Option MostTokens => _most;

    public void AddTo(Command command)
    {
        command.Options.Add(_weights);
        command.Options.Add(_most);
    }

    /// <summary>The file of tuned parameters, if there is one.</summary>
    public string? Path(ParseResult parsed) => parsed.GetValue(_weights);

    /// <summary>The parameters, read when somebody asks for them.</summary>
    public FSharpResult<Artifact<EncoderWeights>, Failure> Read(ParseResult parsed, string folder) =>
        EncoderFile.openEither(folder, Path(parsed) is { } path ? FSharpOption<string>.Some(path) : FSharpOption<string>.None).OrRefused();

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
