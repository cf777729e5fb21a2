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

    private readonly WeightsOptions _weights = new();

    public void AddTo(Command command)
    {
        command.Options.Add(_encoder);
        _weights.AddTo(command);
    }

    /// <summary>The encoder's folder.</summary>
    public FSharpResult<string, Failure> Folder(ParseResult parsed, Terminal terminal) =>
        FolderOf(parsed.GetRequiredValue(_encoder), terminal) ?? Results.Fail<string>(ExitCode.Usage, $"--encoder '{parsed.GetRequiredValue(_encoder)}': write minilm, minilm:DIR or arctic");

    /// <summary>The folder of a transformer, as a person names it; none where it is no transformer's name.</summary>
    public static FSharpResult<string, Failure>? FolderOf(string encoder, Terminal terminal) =>
        encoder.Split(':', 2) switch
        {
            ["minilm" or "arctic"] kind => new Models(terminal).Folder(kind[0], "").OrRefused(),
            ["minilm", { Length: > 0 } folder] => new Models(terminal).Folder("minilm", folder).OrRefused(),
            _ => null,
        };

    /// <summary>Token ids of texts; of how many texts the end is lost, the terminal is told.</summary>
    public FSharpResult<Func<string[], int[][]>, Failure> Tokeniser(ParseResult parsed, string folder, Terminal terminal) =>
        _weights.Tokeniser(parsed, folder, terminal);

    /// <summary>The encoder's parameters, pretrained or tuned.</summary>
    public FSharpResult<Artifact<EncoderWeights>, Failure> Weights(ParseResult parsed, string folder) => _weights.Read(parsed, folder);
}
