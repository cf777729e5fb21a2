using System.Globalization;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>Where a kernel's inputs lie and where it goes.</summary>
/// <param name="Masks">Which places of the texts of X and Z hold tokens; none where inputs are rows.</param>
internal sealed record KernelPaths(string X, string? Z, string Out, TextMasks? Masks = null)
{
    public IEnumerable<string> Inputs => new[] { X, Masks?.X, Z, Masks?.Z }.OfType<string>();
}

/// <summary>Files of masks, of those texts that have one.</summary>
internal sealed record TextMasks(string? X, string? Z)
{
    public FSharpOption<string> OfX => Some(X);

    public FSharpOption<string> OfZ => Some(Z);

    private static FSharpOption<string> Some(string? path) => path is null ? FSharpOption<string>.None : FSharpOption<string>.Some(path);
}

/// <summary>What a kernel is computed in.</summary>
internal sealed record KernelNumbers<T>(
    Precision<T> Precision, Codec<Matrix<T>> Codec, Func<string, FSharpResult<RowSource<T>, PipelineError>> Open,
    Func<KernelMachine, KernelRequest, RowSource<T>, FSharpOption<RowSource<T>>, FSharpResult<KernelJob<T>, PipelineError>> Plan,
    Func<KernelMachine, KernelRequest, TextSource, FSharpOption<TextSource>, FSharpResult<KernelJob<T>, PipelineError>> PlanTexts)
{
    /// <summary>Rows of an array of two dimensions or more, and one row's axes.</summary>
    public required Func<string, FSharpResult<Tuple<RowSource<T>, FSharpList<long>>, PipelineError>> OpenShaped { get; init; }
}

internal static class KernelNumbers
{
    public static KernelNumbers<float> Single { get; } = new(Precision.single, Codec.matrix32, NpyRows.openSingle, KernelRequestModule.single, SequenceRequest.single) { OpenShaped = NpyRows.openShapedSingle };

    public static KernelNumbers<double> Double { get; } = new(Precision.@double, Codec.matrix64, NpyRows.openDouble, KernelRequestModule.@double, SequenceRequest.@double) { OpenShaped = NpyRows.openShapedDouble };
}

/// <summary>A kernel ready to be computed.</summary>
/// <param name="Digests">Of the inputs' bytes.</param>
/// <param name="Compare">The distance of what is written to the analytic kernel, where there is one to compare with.</param>
internal sealed record PlannedKernel<T>(KernelNumbers<T> Numbers, KernelJob<T> Job, List<Digest> Digests, Func<KernelGap?> Compare)
    where T : unmanaged
{
    /// <summary>The job, after a runner has made its tiles.</summary>
    public FSharpResult<KernelJob<T>, PipelineError> Made(IRunner runner) =>
        KernelTileStages.run(runner, Numbers.Precision, Numbers.Codec, Digests, Job);

    /// <summary>The tiles as stages. LibTorch has the threads that the job was planned with.</summary>
    public SharedStages Stages(Store store, int threads) =>
        new(store, "kernel", SeedModule.root(0), threads, runner => Made(runner).Select(_ => (Unit)null!));
}

/// <summary>Computes one kernel from file to file, and tells what came of it.</summary>
internal sealed record KernelRun(KernelPaths Files, KernelRequest Request, KernelMachine Machine, Terminal Terminal)
{
    public FSharpResult<PlannedKernel<T>, Failure> Plan<T>(KernelNumbers<T> numbers)
        where T : unmanaged =>
        (from planned in Files.Masks is { } masks ? OfTexts(numbers, masks) : OfRows(numbers)
         from digests in Files.Inputs.Select<string, Func<FSharpResult<Digest, PipelineError>>>(path => () => SourceFile.arrayDigest(path)).InOrder()
         select new PlannedKernel<T>(numbers, planned.Job, digests, planned.Compare)).OrRefused();

    private FSharpResult<(KernelJob<T> Job, Func<KernelGap?> Compare), PipelineError> OfRows<T>(KernelNumbers<T> numbers)
        where T : unmanaged =>
        from x in numbers.Open(Files.X)
        from z in OptionalFile.Read(Files.Z, numbers.Open)
        from job in numbers.Plan(Machine, Request, x, z)
        select (job, (Func<KernelGap?>)(() => Compare(() => KernelFileGap.measure(numbers.Precision, Files.Out, Request, job.Tiles, x, z))));

    private FSharpResult<(KernelJob<T> Job, Func<KernelGap?> Compare), PipelineError> OfTexts<T>(KernelNumbers<T> numbers, TextMasks masks)
        where T : unmanaged =>
        from x in NpyTexts.openAt(Files.X, masks.OfX)
        from z in OptionalFile.Read(Files.Z, path => NpyTexts.openAt(path, masks.OfZ))
        from job in numbers.PlanTexts(Machine, Request, x, z)
        select (job, (Func<KernelGap?>)(() => Compare(() => KernelFileGap.measureTexts(numbers.Precision, Files.Out, Machine, Request, job.Tiles, x, z))));

    /// <summary>Says what it will cost, computes it or what a stopped run has left of it, and compares it.</summary>
    /// <param name="making">Makes the tiles, where it is not this process.</param>
    /// <param name="store">Opens the store that they come in.</param>
    public FSharpResult<int, Failure> Compute<T>(KernelNumbers<T> numbers, StageMaking? making, Func<FSharpResult<Store, Failure>> store)
        where T : unmanaged =>
        from planned in Plan(numbers)
        let told = Remark(planned.Job)
        from code in making is null
            ? Finish(planned, planned.Job).OrRefused()
            : from opened in store()
              let share = MachineShare.Of(Machine)
              from made in making.Make(
                  planned.Stages(opened, share.Threads), share, runner => planned.Made(runner).SelectMany(job => Finish(planned, job), (_, code) => code).OrRefused())
              select made
        select code;

    private FSharpResult<int, PipelineError> Finish<T>(PlannedKernel<T> planned, KernelJob<T> job)
        where T : unmanaged =>
        from written in Write(Files.Out, Terminal, job, planned.Digests)
        select Tell(planned.Numbers.Precision, job.Tiles, planned.Compare());

    private Unit? Remark<T>(KernelJob<T> job)
    {
        if (job.Cost is { Value: var cost })
            Terminal.Note(cost);

        if (Request.Architecture.Centred && Request.Kind.IsNngp)
            Terminal.Say("note: a centred network is 0 before training, and so is its NNGP kernel, everywhere");

        if (Request.Finite is null && AnalyticNtk.integrated(Request.Architecture) is { IsEmpty: false } integrated)
            Terminal.Say(
                $"note: no closed form for {string.Join(", ", integrated.Select(ActivationModule.print))}: integrated, to 1e-12 of √(K(x, x)·K(z, z))");

        return null;
    }

    /// <summary>Writes a job's tiles, or those that a stopped command has not left.</summary>
    /// <param name="digests">Of the inputs' bytes.</param>
    public static FSharpResult<Unit, PipelineError> Write<T>(string path, Terminal terminal, KernelJob<T> job, IEnumerable<Digest> digests)
        where T : unmanaged
    {
        var recipe = KernelFile.recipe(job, digests);
        var progress = new TileProgress(terminal, path);

        if (KernelFile.unfinished(path, recipe) is { IsOk: true, ResultValue: { Value: var other } })
            terminal.Say(
                $"note: {path}: what a stopped command left of another kernel, {other.Done} of {other.Tiles} tiles, is given up");

        return progress.Watch(() => KernelFile.write(path, recipe, progress.Tell, job.Tiles));
    }

    /// <summary>The distance to the analytic kernel, if this is an empirical one and there is one; why not, if not.</summary>
    private KernelGap? Compare(Func<FSharpResult<FSharpOption<KernelGap>?, PipelineError>> measure)
    {
        if (Request.Finite is null)
            return null;

        var compared = measure();

        if (compared.IsError)
            Terminal.Say($"note: no comparison with the analytic kernel: {compared.ErrorValue.Sentence}");

        return compared is { IsOk: true, ResultValue: { Value: var gap } } ? gap : null;
    }

    private int Tell<T>(Precision<T> precision, KernelTiles<T> tiles, KernelGap? gap)
    {
        var shape = ListModule.ToArray(KernelTiles.shape(tiles));
        var compared = gap is null ? null : new { gap = gap.Relative, rows = gap.GapRows, columns = gap.GapColumns };

        return Terminal.Tell(
            new { @out = Files.Out, rows = tiles.RowCount, columns = tiles.ColumnCount, shape, precision = precision.Name, analytic = compared },
            [$"{Files.Out}: {string.Join(" × ", shape)}, {precision.Name}", .. gap is null ? Array.Empty<string>() : [Words(gap, tiles.RowCount, tiles.ColumnCount)]]);
    }

    /// <summary>The distance in words, of a kernel of so many rows and columns.</summary>
    public static string Words(KernelGap gap, int rows, int columns)
    {
        var isWhole = gap.GapRows == rows && gap.GapColumns == columns;
        var where = isWhole ? "on all entries" : $"on {gap.GapRows} × {gap.GapColumns} of them";
        var percent = (100.0 * gap.Relative).ToString("0.###", CultureInfo.InvariantCulture);
        return $"distance to the analytic kernel: {percent}% of its norm (Frobenius, {where})";
    }
}
