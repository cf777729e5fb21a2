using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>One tangent kernel from texts to a file.</summary>
/// <param name="Check">On how many texts a sketch is held against the exact kernel.</param>
internal sealed record TangentRun(
    TangentRequest Request, int Check, Device Device, KernelMachine Machine, EncoderShape Shape, Store Store, string Out, Terminal Terminal)
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
        var ample = Math.Max(cost.Bytes, 1e9);
        var checking = ExactTangentCost.plan(Math.Min(ample, Machine.Memory), sizeof(float), Shape, Request.Heads.Rows, [.. Lengths.Take(Check)], null);
        Price("sketched gradients", cost.Flops + (Check > 0 && checking.IsOk ? checking.ResultValue.Item2.Flops : 0), cost.Bytes, $"; {ByteSize.print(cost.Disk)} in the store and {ByteSize.print(file)} in the file");

        if (cost.Bytes > Machine.Memory)
            return Results.Fail<int>(
                ExitCode.Refused,
                $"the sketched tangent kernel needs {MemoryNeedModule.whole(cost.Bytes)} of memory, and {MemoryNeedModule.whole(Machine.Memory)} may be used; allow more with --memory, or take fewer heads or a smaller rank or block.");

        var progress = CountProgress.For(Terminal, "texts");

        // What chunks keep leaves room for the exact kernel of a few texts.
        var memory = Math.Max(0, Machine.Memory - ample);

        FSharpResult<int, Failure> Finish(DiskRunner runner) =>
            (from chunks in progress.Watch(() => Walk(settings, runner, memory, progress.Tell))
             from code in Write(TangentRequestModule.ofChunks(Machine.Tensors.Value, Request, chunks), () => Checked(chunks, Math.Min(ample, Machine.Memory)))
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
            ? Write(job, () => null).OrRefused()
            : making.Make(TileStages(job), MachineShare.Of(Machine), runner => Tiles(runner, job).SelectMany(made => Write(made, () => null), (_, code) => code).OrRefused())
        select code;

    /// <summary>The sketch's error at the first texts; none where none is wanted, or where it cannot be had, which is told.</summary>
    private SketchCheck? Checked(TangentChunks chunks, double memory)
    {
        if (Check == 0)
            return null;

        var found = from weights in Request.Weights.Value.Value
                    from error in SketchErrorModule.ofChunks(Device, memory, weights, Request.Heads, Check, Request.Texts, chunks)
                    select error;

        if (found.IsError)
            Terminal.Note($"ntk: note: the sketch is not held against the exact kernel: {found.ErrorValue.Sentence}");

        return found.IsOk && found.ResultValue is { Value: var check } ? check : null;
    }

    private FSharpResult<int, PipelineError> Write(KernelJob<float> job, Func<SketchCheck?> check) =>
        from written in KernelRun.Write(Out, Terminal, job, TangentRequestModule.inputs(Request))
        select Tell(job.Tiles, check());

    private int Tell(KernelTiles<float> tiles, SketchCheck? check)
    {
        var method = Request.Method.IsExact ? "exact" : "sketch";
        var heads = Request.Heads.Rows == 1 ? "1 head" : $"{Request.Heads.Rows} heads";
        var what = Request.IsFeatures ? "sketched gradients" : Request.Method.IsExact ? "exact tangent kernel" : "sketched tangent kernel";

        var sketchError = check is null
            ? null
            : new { texts = check.Texts, frobenius = check.Error.Frobenius, diagonal = check.Error.Diagonal, offDiagonal = check.Error.OffDiagonal };

        return Terminal.Tell(
            new
            {
                @out = Out,
                rows = tiles.RowCount,
                columns = tiles.ColumnCount,
                method,
                heads = Request.Heads.Rows,
                parameters = EncoderShapeModule.count(Shape),
                sketchError,
            },
            [
                $"{Out}: {what} of {heads}, {tiles.RowCount} × {tiles.ColumnCount}, float32",
                .. check is null
                    ? Array.Empty<string>()
                    : [$"of the first {check.Texts} texts the sketch is {check.Error.Frobenius:0.0%} from the exact kernel (Frobenius), and an entry off the diagonal by {check.Error.OffDiagonal:0.0000} √(K(x,x)·K(z,z)), root mean square"],
            ]);
    }

    private Unit? Price(string what, double flops, double bytes, string disk)
    {
        if (Terminal.IsQuiet)
            return null;

        var time = Device.IsCpu
            ? $"{RunTime.About(flops / (MachineSpeed.gigaflops(0) * 1e9))} on this machine, if it has nothing else to do"
            : $"{flops / 1e12:0.###} TFLOP";

        Terminal.Say($"ntk: {what} of {Request.Texts.Length:N0} texts: {time}; {MemoryNeedModule.whole(bytes)} of memory{disk}");
        return null;
    }

    private void Warn(StageEvent happened)
    {
        if (happened is StageEvent.Warning warning)
            Terminal.Warn(warning.sentence);
    }
}
