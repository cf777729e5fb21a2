using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// What a run reads: its rows, what its encoders need, the encoder that is differentiated, the one whose tokens are read, and a model's file.
/// </summary>
internal sealed record Sources(
    IRunData Data, List<IEncoder> Encoders, TransformerFiles? Transformer, TransformerFiles? Tokens, Artifact<byte[]>? Model)
{
    /// <summary>Where the run's own networks read tokens, no encoder of whole texts is needed.</summary>
    public static FSharpResult<Sources, PipelineError> Read(DataFolder data, Config config, Models models, Store store) =>
        from rows in config.Data.AreNumbers ? RowsData.Open(config.Data) : CsvData.Open(data, config.Data)
        from encoders in rows.Encoder is { } own
            ? FSharpResult<List<IEncoder>, PipelineError>.NewOk([own])
            : config.IsOfTokens
            ? FSharpResult<List<IEncoder>, PipelineError>.NewOk([])
            : Host.Encoders.Open(config, models, store)
        from transformer in Open(Asks(config, rows, Core.Transformer.experiment), Core.Transformer.text(config.Values, "encoder"), config, models)
        from tokens in Open(Asks(config, rows, Sequence.experiment) || config.IsOfTokens, Sequence.encoder(config.Values), config, models)
        from model in OwnQuestion.isAsked(config.Values)
            ? SourceFile.artifact("train.model", FSharpOption<string>.Some(config.Values["train.model"])).Select(file => (Artifact<byte[]>?)file)
            : FSharpResult<Artifact<byte[]>?, PipelineError>.NewOk(null)
        select new Sources(rows, encoders, transformer, tokens, model);

    private static bool Asks(Config config, IRunData data, Experiment experiment) =>
        data.Task.IsBinary && config.Experiments.Any(asked => asked.Name == experiment.Name);

    /// <summary>The encoder of a question that is asked; none of LSA, which needs no files.</summary>
    private static FSharpResult<TransformerFiles?, PipelineError> Open(bool isAsked, string named, Config config, Models models)
    {
        var kind = named == "auto" ? Models.Auto(config.Encoder.Model) : named;

        return isAsked && kind != "lsa"
            ? TransformerFiles.Open(kind, config.Encoder.Model, models).Select(files => (TransformerFiles?)files)
            : FSharpResult<TransformerFiles?, PipelineError>.NewOk(null);
    }
}
