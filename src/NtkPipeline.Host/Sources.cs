using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run reads: its rows, what its encoders need, and the encoder that is differentiated.</summary>
internal sealed record Sources(IRunData Data, List<IEncoder> Encoders, TransformerFiles? Transformer)
{
    public static FSharpResult<Sources, PipelineError> Read(DataFolder data, Config config, Models models, Store store) =>
        from rows in config.Data.AreNumbers ? RowsData.Open(config.Data) : CsvData.Open(data, config.Data)
        from encoders in rows.Encoder is { } own
            ? FSharpResult<List<IEncoder>, PipelineError>.NewOk([own])
            : Host.Encoders.Open(config, models, store)
        from transformer in Asked(config, rows, models)
        select new Sources(rows, encoders, transformer);

    /// <summary>The encoder whose tangent kernel the run is asked for, if it is.</summary>
    private static FSharpResult<TransformerFiles?, PipelineError> Asked(Config config, IRunData data, Models models) =>
        data.Task.IsBinary && config.Experiments.Any(asked => asked.Name == Core.Transformer.experiment.Name)
            ? TransformerFiles.Open(Core.Transformer.text(config.Values, "encoder"), config.Encoder.Model, models).Select(files => (TransformerFiles?)files)
            : FSharpResult<TransformerFiles?, PipelineError>.NewOk(null);
}
