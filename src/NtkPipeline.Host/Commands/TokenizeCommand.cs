using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk tokenize: the WordPiece ids of texts.</summary>
internal sealed class TokenizeCommand : NtkCommand
{
    private readonly Option<string> _vocab = new("--vocab") { Description = "The vocabulary, a word piece a line.", HelpName = "FILE", Required = true };
    private readonly TextOptions _texts = new();

    public TokenizeCommand()
        : base("tokenize", "Prints the token ids of texts, a JSON array a line.", "ntk tokenize --vocab vocab.txt --texts tweets.csv --column text")
    {
        Options.Add(_vocab);
        _texts.AddTo(this);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from tokenizer in SentenceEncoderModule.loadVocabulary(parsed.GetRequiredValue(_vocab)).OrRefused()
        from texts in _texts.Read(parsed).OrRefused()
        select Print(texts.Select(text => WordPieceModule.ids(tokenizer, text)), terminal);

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => _texts.Mistakes(parsed);

    private static int Print(IEnumerable<int[]> rows, Terminal terminal)
    {
        int[][] all = [.. rows];
        return terminal.Tell(new { ids = all }, terminal.AsJson ? [] : all.Select(ids => $"[{string.Join(",", ids)}]"));
    }
}
