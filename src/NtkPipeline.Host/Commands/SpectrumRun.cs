using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The largest eigenvalues of a finite network's tangent kernel, without its matrix.</summary>
internal sealed record SpectrumRun(KernelPaths Files, string? Out, Terminal Terminal)
{
    public FSharpResult<int, Failure> Compute(KernelMachine machine, Network network, ulong seed, int count) =>
        (from found in Files.Masks is { } masks
             ? NpyTexts.openAt(Files.X, masks.OfX).SelectMany(x => SampledTexts.spectrum(machine, network, seed, count, x), (x, spectrum) => (x.Rows.RowCount, Spectrum: spectrum))
             : SourceFile.readNpy64(Files.X).SelectMany(x => KernelSpectrumModule.top(machine, network, seed, count, x), (x, spectrum) => (x.Rows, Spectrum: spectrum))
         from written in Out is null
             ? FSharpResult<Unit?, PipelineError>.NewOk(null)
             : SourceFile.writeNpy(Out, [count], found.Spectrum.Largest).Select(_ => (Unit?)null)
         select Tell(found.Spectrum, found.Item1, seed)).OrRefused();

    private int Tell(KernelSpectrum found, int rows, ulong seed)
    {
        var worst = found.Largest[0] > 0 ? found.Residuals.Max() / found.Largest[0] : 0;

        return Terminal.Tell(
            new { @out = Out, rows, seed, precision = "float64", eigenvalues = found.Largest, residuals = found.Residuals, products = found.Products },
            [
                .. found.Largest.Select((value, k) => $"{k + 1,6} {value:g12}"),
                $"the largest eigenvalues of Θ̂, {rows} × {rows}, never formed: {found.Products} products; residuals at most {worst:g3} of the largest{(Out is null ? "" : $"; {Out}")}",
            ]);
    }
}
