using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>One fine-tuning: what is trained, how, on what, and where its epochs are kept.</summary>
internal sealed record TuningJob(
    TuningSettings Settings, TuningHead Head, Device Device, Seed Seed, Artifact<EncoderWeights> Weights, TuningRows Rows, int[][] Others,
    Store Store, string Out)
{
    /// <summary>Tells the price, then trains, an epoch a stage of the store.</summary>
    public FSharpResult<TunedModel, PipelineError> Run(Terminal terminal)
    {
        var progress = new TuningProgress(terminal);

        return from weights in Weights.Value.Value
               let told = TellPrice(weights.Shape, terminal)
               from model in progress.Watch(() => Train(progress))
               select model;
    }

    private FSharpResult<TunedModel, PipelineError> Train(TuningProgress progress)
    {
        var begun = LiveRun.Begin(Store);

        if (begun.IsError)
            return FSharpResult<TunedModel, PipelineError>.NewError(begun.ErrorValue);

        using var live = begun.ResultValue;

        return FineTuneRun.run(
            new DiskRunner(Store, "finetune", Seed, progress.Tell, live, null), Device, FuncConvert.FromAction<int, int>(progress.Advance),
            Settings, Head, Seed, Weights, TuningRowsModule.artifact(Rows));
    }

    private Unit? TellPrice(EncoderShape shape, Terminal terminal)
    {
        if (terminal.IsQuiet)
            return null;

        var cost = TuningCostModule.ofTraining(Settings, shape, Rows.FittedLengths);
        var time = Device.IsCpu ? $"{RunTime.About(cost.Flops / (MachineSpeed.gigaflops() * 1e9))} on this machine, if it has nothing else to do (right within a factor of 2)" : $"{cost.Flops / 1e12:0.#} TFLOP";

        terminal.Error.WriteLine(
            $"ntk: fine-tuning ({TuningMethodModule.print(Settings.Method)}) on {Rows.Fitted.Length:N0} texts, {Settings.Epochs} epochs: {time}; "
            + $"{ByteSize.print(cost.Bytes)} of memory; {ByteSize.print(cost.Disk)} in the store, from which the same command goes on if it is stopped");

        return null;
    }
}
