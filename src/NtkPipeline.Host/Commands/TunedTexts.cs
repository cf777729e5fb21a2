using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>Texts as a fine-tuned encoder sees them.</summary>
internal sealed record TunedTexts(string Folder, string Weights, int[][] Texts, string Out, Terminal Terminal)
{
    /// <param name="areOutputs">f of each text; otherwise φ, of norm 1.</param>
    public FSharpResult<int, PipelineError> Write(bool areOutputs)
    {
        LibTorch.useThreads(0);
        return areOutputs ? Outputs() : Rows();
    }

    private FSharpResult<int, PipelineError> Rows() =>
        from weights in EncoderFile.openEither(Folder, FSharpOption<string>.Some(Weights))
        from encoder in weights.Value.Value
        from rows in Watched(tell => EncodeTexts.pooled(Device.Cpu, encoder, tell, Texts))
        let unit = Pca.normaliseRows(rows).Item1
        from written in SourceFile.writeValue(Out, Codec.matrix32, unit)
        select Terminal.Tell(new { @out = Out, rows = unit.Rows, columns = unit.Columns }, $"{Out}: {unit.Rows} × {unit.Columns}, float32");

    private FSharpResult<int, PipelineError> Outputs() =>
        from opened in EncoderFile.openTuned(Folder, Weights)
        from tuned in opened.Value.Value
        from outputs in FineTune.outputs(Device.Cpu, tuned.Encoder, TunedArchiveModule.state(tuned), Texts)
        from written in SourceFile.writeNpy(Out, [outputs.Length], outputs)
        select Terminal.Tell(new { @out = Out, outputs = outputs.Length }, $"{Out}: {outputs.Length} outputs");

    private FSharpResult<T, PipelineError> Watched<T>(Func<FSharpFunc<int, Unit>, FSharpResult<T, PipelineError>> work)
    {
        var progress = CountProgress.For(Terminal, "texts");
        var finished = 0;
        return progress.Watch(() => work(FuncConvert.FromAction<int>(more => progress.Tell(Interlocked.Add(ref finished, more), Texts.Length))));
    }
}
