using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>One fine-tuning: what is trained, how, on what, and where its epochs are kept.</summary>
/// <param name="Task">What the targets of the rows are.</param>
/// <param name="Memory">Bytes that a person allows; none for the machine's.</param>
internal sealed record TuningJob(
    TuningSettings Settings, TuningHead Head, Device Device, Seed Seed, Artifact<EncoderWeights> Weights, LearningTask Task, TuningRows Rows,
    int[][] Others, FSharpOption<long> Memory, Store Store, string Out)
{
    /// <summary>The epochs' stages.</summary>
    public SharedStages Stages => new(
        Store, "finetune", Seed, 0,
        runner => FineTuneRun.walk(runner, Device, Settings, Head, Seed, Weights, TuningRowsModule.artifact(Rows)).Select(_ => (Unit)null!));

    /// <summary>Tells the price, then trains, an epoch a stage of the store.</summary>
    /// <param name="making">Makes the epochs, where it is not this process.</param>
    public FSharpResult<TunedModel, Failure> Run(Terminal terminal, StageMaking? making)
    {
        var progress = new TuningProgress(terminal);

        return from weights in Weights.Value.Value.OrRefused()
               let cost = TuningCostModule.ofTraining(Settings, weights.Shape, Rows.FittedLengths)
               let told = TellPrice(cost, terminal)
               from fits in Fits(cost).OrRefused()
               from model in making is null
                   ? progress.Watch(() => Stages.Run(progress.Tell, runner => Train(runner, progress.Advance)))
                   : making.Make(Stages, null, runner => Train(runner, (_, _) => { }))
               select model;
    }

    private FSharpResult<TunedModel, Failure> Train(DiskRunner runner, Action<int, int> advance) => FineTuneRun.run(
        runner, Device, FuncConvert.FromAction(advance), Settings, Head, Seed, Weights, TuningRowsModule.artifact(Rows)).OrRefused();

    /// <summary>Refuses what this machine's memory does not hold; that of another device is its own.</summary>
    private FSharpResult<Unit, PipelineError> Fits(TuningCost cost) => MemoryNeedModule.check(
        MachineMemory.limit(Memory),
        new MemoryNeed(
            $"the steps of fine-tuning ({TuningMethodModule.print(Settings.Method)}), {Settings.Batch} texts each,",
            MemoryNeedModule.idle + (Device.IsCpu ? cost.Bytes : 0),
            "a smaller --batch or --most-tokens needs less, and so does --method lora"));

    private Unit? TellPrice(TuningCost cost, Terminal terminal)
    {
        if (terminal.IsQuiet)
            return null;

        var time = Device.IsCpu ? $"{RunTime.About(cost.Flops / (MachineSpeed.gigaflops(0) * 1e9))} on this machine, if it has nothing else to do (right within a factor of 2)" : $"{cost.Flops / 1e12:0.#} TFLOP";

        terminal.Say(
            $"ntk: fine-tuning ({TuningMethodModule.print(Settings.Method)}) on {Rows.Fitted.Length:N0} texts, {Settings.Epochs} epoch{(Settings.Epochs == 1 ? "" : "s")}: {time}; "
            + $"{ByteSize.print(MemoryNeedModule.idle + cost.Bytes)} of memory; {ByteSize.print(cost.Disk)} in the store, from which the same command goes on if it is stopped");

        return null;
    }
}
