using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>A pretrained encoder that can be differentiated, and the word pieces that it reads.</summary>
internal sealed record TransformerFiles(Digest Identity, Artifact<EncoderWeights> Weights, Lazy<FSharpResult<WordPiece, PipelineError>> WordPiece)
{
    /// <summary>Of "minilm" or "arctic"; a folder of a person's own is only for the first. Its files are read when a stage asks for them.</summary>
    public static FSharpResult<TransformerFiles, PipelineError> Open(string kind, string own, Models models) =>
        from folder in models.Folder(kind, own)
        from identity in models.Identity(folder)
        from weights in EncoderFile.openWeights(folder)
        select new TransformerFiles(
            identity.Whole, weights, new Lazy<FSharpResult<WordPiece, PipelineError>>(() => EncoderFile.tokeniser(folder).Select(read => read.Item1)));
}
