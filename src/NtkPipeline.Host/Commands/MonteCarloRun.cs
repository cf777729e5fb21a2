using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>Estimates one kernel from random networks, from file to files, and tells what came of it.</summary>
internal sealed record MonteCarloRun(KernelPaths Files, string ErrorFile, MonteCarloRequest Request, Terminal Terminal)
{
    /// <summary>Of fewer networks than these a standard error is itself off by a fifth or more.</summary>
    private const int FewNetworks = 12;

    public FSharpResult<int, Failure> Compute(KernelMachine machine)
    {
        var progress = CountProgress.For(Terminal, "networks");
        var tell = FuncConvert.FromAction<int>(done => progress.Tell(done, Request.Samples));

        if (Request.Sampled.Centred && Request.SampledKind.IsNngp)
            Terminal.Say("note: a centred network is 0 before training, and so is its NNGP kernel, everywhere");

        if (Request.Samples < FewNetworks)
            Terminal.Say($"note: of {Request.Samples} networks the standard error itself is only known roughly");

        return (Files.Masks is { } masks ? OfTexts(machine, masks, progress, tell) : OfRows(machine, progress, tell)).OrRefused();
    }

    private FSharpResult<int, PipelineError> OfRows(KernelMachine machine, CountProgress progress, FSharpFunc<int, Unit> tell) =>
        from x in SourceFile.readNpy64(Files.X)
        from z in OptionalFile.Read(Files.Z, SourceFile.readNpy64)
        from found in progress.Watch(() => MonteCarloKernel.run(machine, tell, Request, x, z))
        from told in Write(found, () => MonteCarloKernel.gap(Request, x, z, found))
        select told;

    private FSharpResult<int, PipelineError> OfTexts(KernelMachine machine, TextMasks masks, CountProgress progress, FSharpFunc<int, Unit> tell) =>
        from x in NpyTexts.openAt(Files.X, masks.OfX)
        from z in OptionalFile.Read(Files.Z, path => NpyTexts.openAt(path, masks.OfZ))
        from found in progress.Watch(() => SampledTexts.monteCarlo(machine, tell, Request, x, z))
        from told in Write(found, () => SampledTexts.gap(machine, Request, x, z, found))
        select told;

    private FSharpResult<int, PipelineError> Write(Estimate found, Func<FSharpResult<FSharpOption<MonteCarloGap>?, PipelineError>> compare) =>
        from mean in SourceFile.writeValue(Files.Out, Codec.matrix64, found.Mean)
        from error in SourceFile.writeValue(ErrorFile, Codec.matrix64, found.StandardError)
        select Tell(found, Compare(compare()));

    private MonteCarloGap? Compare(FSharpResult<FSharpOption<MonteCarloGap>?, PipelineError> compared)
    {
        if (compared.IsError)
            Terminal.Say($"note: no comparison with the analytic kernel: {compared.ErrorValue.Sentence}");

        return compared is { IsOk: true, ResultValue: { Value: var gap } } ? gap : null;
    }

    private int Tell(Estimate found, MonteCarloGap? gap)
    {
        var (rows, columns) = (found.Mean.Rows, found.Mean.Columns);
        var inErrors = gap?.RmsErrors is { Value: var rms } && gap.LargestErrors is { Value: var largest }
            ? $"; {rms:0.##} standard errors in root mean square, {largest:0.##} at most"
            : "";

        var compared = gap is null
            ? null
            : new
            {
                gap = gap.OfNorm.Relative,
                rows = gap.OfNorm.GapRows,
                columns = gap.OfNorm.GapColumns,
                rmsErrors = Certificates.Maybe(gap.RmsErrors),
                largestErrors = Certificates.Maybe(gap.LargestErrors),
            };

        return Terminal.Tell(
            new
            {
                @out = Files.Out,
                errorOut = ErrorFile,
                rows,
                columns,
                samples = found.Samples,
                seed = Request.SampledSeed,
                precision = "float64",
                analytic = compared,
            },
            [
                $"{Files.Out}: {rows} × {columns}, float64, the mean of {found.Samples} random networks; {ErrorFile}: its standard error",
                .. gap is null ? Array.Empty<string>() : [KernelRun.Words(gap.OfNorm, rows, columns) + inErrors],
            ]);
    }
}
