using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run reads: two files of tweets, what its encoders need, and the encoder that is differentiated.</summary>
internal sealed record Sources(
    string TrainName, Artifact<byte[]> Train, string TestName, Artifact<byte[]> Test, List<IEncoder> Encoders,
    TransformerFiles? Transformer)
{
    public static FSharpResult<Sources, PipelineError> Read(DataFolder data, Config config, Models models, Store store)
    {
        var testName = data.Test ?? "test.csv";
        var test = data.Test is null ? FSharpOption<string>.None : FSharpOption<string>.Some(data.Test);

        return from train in SourceFile.artifact("train.csv", FSharpOption<string>.Some(data.Train))
               from unlabelled in SourceFile.artifact("test.csv", test)
               from encoders in Host.Encoders.Open(config, models, store)
               from transformer in Asked(config, models)
               select new Sources(data.Train, train, testName, unlabelled, encoders, transformer);
    }

    /// <summary>The encoder whose tangent kernel the run is asked for, if it is.</summary>
    private static FSharpResult<TransformerFiles?, PipelineError> Asked(Config config, Models models) =>
        config.Experiments.Any(asked => asked.Name == Core.Transformer.experiment.Name)
            ? TransformerFiles.Open(Core.Transformer.text(config.Values, "encoder"), config.Encoder.Model, models).Select(files => (TransformerFiles?)files)
            : FSharpResult<TransformerFiles?, PipelineError>.NewOk(null);
}
