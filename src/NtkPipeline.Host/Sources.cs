using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>What a run reads: two files of tweets, and what its encoders need.</summary>
internal sealed record Sources(
    string TrainName, Artifact<byte[]> Train, string TestName, Artifact<byte[]> Test, List<IEncoder> Encoders)
{
    public static FSharpResult<Sources, PipelineError> Read(DataFolder data, Config config, Models models, Store store)
    {
        var testName = data.Test ?? "test.csv";
        var test = data.Test is null ? FSharpOption<string>.None : FSharpOption<string>.Some(data.Test);

        return from train in SourceFile.artifact("train.csv", FSharpOption<string>.Some(data.Train))
               from unlabelled in SourceFile.artifact("test.csv", test)
               from encoders in Host.Encoders.Open(config, models, store)
               select new Sources(data.Train, train, testName, unlabelled, encoders);
    }
}
