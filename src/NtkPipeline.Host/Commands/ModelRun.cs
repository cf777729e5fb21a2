using System.Diagnostics;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>Computes the tangent kernel of a model's file, from file to file, and tells what came of it.</summary>
/// <param name="RowShape">One row's axes, where a person says them.</param>
internal sealed record ModelRun(KernelPaths Files, string Path, FSharpOption<FSharpList<long>> RowShape, Outputs Outputs, Terminal Terminal)
{
    /// <summary>Computes the first row, and nothing else.</summary>
    public FSharpResult<int, Failure> Try(byte[] bytes)
    {
        LibTorch.useThreads(0);

        return from model in OwnModelFile.read(null, Path, bytes).OrRefused()
               from code in OwnModelFile.isSingle(model) ? TryIn(KernelNumbers.Single, model) : TryIn(KernelNumbers.Double, model)
               select code;
    }

    private FSharpResult<int, Failure> TryIn<T>(KernelNumbers<T> numbers, OwnModel model) =>
        (from x in numbers.OpenShaped(Files.X)
         from plan in OwnKernel.plan(numbers.Precision, double.PositiveInfinity, Request(model), x.Item2, x.Item1, FSharpOption<RowSource<T>>.None)
         select ExitCode.Done).OrRefused();

    /// <param name="precision">What a person asks for; null for what the model is of.</param>
    /// <param name="tried">Whether a TorchScript file lives through LibTorch.</param>
    public FSharpResult<int, Failure> Compute(KernelMachine machine, string? precision, Func<FSharpResult<Unit?, PipelineError>> tried) =>
        from bytes in SourceFile.readBytes(Path).OrRefused()
        from lives in (OwnModelFile.isTorchScript(bytes) ? tried() : FSharpResult<Unit?, PipelineError>.NewOk(null)).OrRefused()
        let threads = machine.Tensors.Value.Threads
        from model in OwnModelFile.read(precision is null ? FSharpOption<string>.None : FSharpOption<string>.Some(precision), Path, bytes).OrRefused()
        let digest = DigestModule.ofBytes(bytes)
        from code in OwnModelFile.isSingle(model)
            ? Compute(KernelNumbers.Single, machine, model, digest).OrRefused()
            : Compute(KernelNumbers.Double, machine, model, digest).OrRefused()
        select code;

    private OwnRequest Request(OwnModel model) => new(model, Path, RowShape, Outputs);

    private FSharpResult<int, PipelineError> Compute<T>(KernelNumbers<T> numbers, KernelMachine machine, OwnModel model, Digest digest)
        where T : unmanaged =>
        from shaped in numbers.OpenShaped(Files.X)
        let x = shaped.Item1
        from z in OptionalFile.Read(Files.Z, path => numbers.OpenShaped(path).Select(rows => rows.Item1))
        let request = Request(model)
        from plan in OwnKernel.plan(numbers.Precision, machine.Memory, request, shaped.Item2, x, z)
        let job = OwnKernel.job(numbers.Precision, machine.Tensors.Value, request, plan, x, z)
        let told = Price(model, plan, job.Tiles, numbers.Precision.Bytes)
        from digests in new[] { Files.X, Files.Z }.OfType<string>()
            .Select<string, Func<FSharpResult<Digest, PipelineError>>>(path => () => SourceFile.arrayDigest(path)).InOrder()
        from written in KernelRun.Write(Files.Out, Terminal, job, digests.Prepend(digest))
        select Tell(model, plan, job.Tiles, numbers.Precision.Name);

    private static string Words(OwnModel model, OwnPlan plan) =>
        $"{model.Format}, {Counted(OwnModelModule.count(model), "parameter")} in {Counted(model.Parameters.Length, "tensor")}, {Counted(plan.OutputCount, "output")}";

    private static string Counted(long count, string what) => $"{count:N0} {what}{(count == 1 ? "" : "s")}";

    /// <summary>Times one row: a file's program does not say what it costs.</summary>
    private Unit? Price<T>(OwnModel model, OwnPlan plan, KernelTiles<T> tiles, int bytesPerNumber)
    {
        if (Terminal.IsQuiet)
            return null;

        var clock = Stopwatch.StartNew();
        plan.OneRow.Invoke(null!);
        var gradients = clock.Elapsed.TotalSeconds * plan.Prepared;
        var products = plan.Cost.Flops / (MachineSpeed.gigaflops(0) * 1e9);
        var file = ListModule.ToArray(KernelTiles.shape(tiles)).Aggregate((double)bytesPerNumber, (size, axis) => size * axis);

        Terminal.Note(
            $"{Path}: {Words(model, plan)}; gradients of {Counted((long)plan.Prepared, "row")} one by one, and for their products {CostModule.printWhole(plan.Cost)} of memory: {RunTime.About(gradients + products)} on this machine, if it has nothing else to do; {ByteSize.print(file)} in the file");
        return null;
    }

    private int Tell<T>(OwnModel model, OwnPlan plan, KernelTiles<T> tiles, string precision)
    {
        var shape = ListModule.ToArray(KernelTiles.shape(tiles));

        return Terminal.Tell(
            new
            {
                @out = Files.Out,
                rows = tiles.RowCount,
                columns = tiles.ColumnCount,
                shape,
                precision,
                format = model.Format,
                parameters = OwnModelModule.count(model),
                tensors = model.Parameters.Select(parameter => parameter.Name).ToArray(),
                outputs = plan.OutputCount,
            },
            $"{Files.Out}: tangent kernel of {Path} ({Words(model, plan)}), {string.Join(" × ", shape)}, {precision}");
    }
}
