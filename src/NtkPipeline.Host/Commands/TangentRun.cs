using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>One tangent kernel from texts to a file.</summary>
internal sealed record TangentRun(
    TangentRequest Request, Device Device, KernelMachine Machine, EncoderShape Shape, Store Store, string Out, Terminal Terminal)
{
    private int[] Lengths => [.. Request.Texts.Select(text => text.Length)];

    /// <summary>The stages that others may make: sketches of texts, or an exact kernel's tiles.</summary>
    public FSharpResult<SharedStages, PipelineError> Stages() =>
        Request.Method is TangentMethod.Sketch { settings: var settings }
            ? FSharpResult<SharedStages, PipelineError>.NewOk(SketchStages(settings))
            : TangentRequestModule.exact(Machine.Tensors.Value, Device, Machine.Memory, Request).Select(TileStages);

    /// <summary>Says what it will cost, computes it or what a stopped run has left of it, and tells what came of it.</summary>
    /// <param name="making">Makes the stages, where it is not this process.</param>
    public FSharpResult<int, Failure> Compute(StageMaking? making) =>
        Request.Method is TangentMethod.Sketch { settings: var settings } ? Sketch(settings, making) : Exact(making);

    private SharedStages SketchStages(SketchSettings settings) => new(
        Store, "tangent", SeedModule.root(Request.Seed), 0, runner => Walk(settings, runner, 0, (_, _) => { }).Select(_ => (Unit)null!));

    /// <summary>LibTorch has the threads that the job was planned with.</summary>
    private SharedStages TileStages(KernelJob<float> job) => new(
        Store, "tangent", SeedModule.root(Request.Seed), Machine.Tensors.Value.Threads, runner => Tiles(runner, job).Select(_ => (Unit)null!));

    private FSharpResult<KernelJob<float>, PipelineError> Tiles(IRunner runner, KernelJob<float> job) =>
        KernelTileStages.run(runner, Precision.single, Codec.matrix32, TangentRequestModule.inputs(Request), job);

    private FSharpResult<TangentChunks, PipelineError> Walk(SketchSettings settings, IRunner runner, double memory, Action<int, int> tell) =>
        TangentRequestModule.sketch(runner, Device, memory, settings, tell, Request);

    private FSharpResult<int, Failure> Sketch(SketchSettings settings, StageMaking? making)
    {
        var cost = TangentCostModule.ofTexts(settings, Shape, Request.Heads.Rows, TangentRequestModule.chunk(Request), !Request.IsFeatures, Lengths);
        var file = Request.IsFeatures ? 2 * cost.Disk : 4.0 * Request.Texts.Length * Request.Texts.Length;
        Price("sketched gradients", cost.Flops, cost.Bytes, $"; {ByteSize.print(cost.Disk)} in the store and {ByteSize.print(file)} in the file");

        if (cost.Bytes > Machine.Memory)
            return Results.Fail<int>(
                ExitCode.Refused,
                $"the sketched tangent kernel needs {ByteSize.print(cost.Bytes)} of memory, and {ByteSize.print(Machine.Memory)} may be used; take fewer heads or a smaller rank or block.");

        var progress = CountProgress.For(Terminal, "texts");
        var memory = Machine.Memory - cost.Bytes;

        FSharpResult<int, Failure> Finish(DiskRunner runner) =>
            (from chunks in progress.Watch(() => Walk(settings, runner, memory, progress.Tell))
             from code in Write(TangentRequestModule.ofChunks(Machine.Tensors.Value, Request, chunks))
             select code).OrRefused();

        return making is null
            ? SketchStages(settings).Run(Warn, Finish)
            : making.Make(SketchStages(settings), null, Finish);
    }

    private FSharpResult<int, Failure> Exact(StageMaking? making) =>
        from plan in ExactTangentCost.plan(Machine.Memory, sizeof(float), Shape, Request.Heads.Rows, Lengths, null).OrRefused()
        let told = Price("exact gradients", plan.Item2.Flops, plan.Item2.Bytes, $"; {ByteSize.print(4.0 * Request.Texts.Length * Request.Texts.Length)} in the file")
        from job in TangentRequestModule.exact(Machine.Tensors.Value, Device, Machine.Memory, Request).OrRefused()
        from code in making is null
            ? Write(job).OrRefused()
            : making.Make(TileStages(job), MachineShare.Of(Machine), runner => Tiles(runner, job).SelectMany(Write, (_, code) => code).OrRefused())
        select code;

    private FSharpResult<int, PipelineError> Write(KernelJob<float> job) =>
        from written in KernelRun.Write(Out, Terminal, job, TangentRequestModule.inputs(Request))
        select Tell(job.Tiles);

    private int Tell(KernelTiles<float> tiles)
    {
        var method = Request.Method.IsExact ? "exact" : "sketch";
        var heads = Request.Heads.Rows == 1 ? "1 head" : $"{Request.Heads.Rows} heads";
        var what = Request.IsFeatures ? "sketched gradients" : Request.Method.IsExact ? "exact tangent kernel" : "sketched tangent kernel";

        return Terminal.Tell(
            new { @out = Out, rows = tiles.RowCount, columns = tiles.ColumnCount, method, heads = Request.Heads.Rows, parameters = EncoderShapeModule.count(Shape) },
            $"{Out}: {what} of {heads}, {tiles.RowCount} × {tiles.ColumnCount}, float32");
    }

    private Unit? Price(string what, double flops, double bytes, string disk)
    {
        if (Terminal.IsQuiet)
            return null;

        LibTorch.useThreads(0);

        var time = Device.IsCpu
            ? $"{RunTime.About(flops / (MachineSpeed.gigaflops() * 1e9))} on this machine, if it has nothing else to do"
            : $"{flops / 1e12:0.###} TFLOP";

        Terminal.Say($"ntk: {what} of {Request.Texts.Length:N0} texts: {time}; {ByteSize.print(bytes)} of memory{disk}");
        return null;
    }

    private void Warn(StageEvent happened)
    {
        if (happened is StageEvent.Warning warning)
            Terminal.Warn(warning.sentence);
    }
}
