using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>What `ntk regress` says of its fit.</summary>
internal static class RegressWords
{
    private static string Refined(RidgeFit fit) =>
        fit.Stationary is { Value: var ridge }
            ? ridge == fit.Chosen.Ridge
                ? ", where it is stationary"
                : $", no worse than where it is stationary, at {ridge:g6}"
            : fit.Chosen.Ridge == fit.Points[0].Ridge
                ? ", not refined: it is the grid's smallest, and --smallest widens the grid"
                : fit.Chosen.Ridge == fit.Points[^1].Ridge
                    ? ", not refined: it is the grid's largest, and --largest widens the grid"
                    : ", stationary as it is";

    public static int Tell(Terminal terminal, string output, bool onTrainingRows, RidgeSource source, RidgeFit fit, Matrix<double> outputs)
    {
        var chosen = fit.Chosen;
        var rows = onTrainingRows ? "training rows" : "rows";
        var by = source.Grid is { Value: var grid } ? RidgeChoiceModule.print(grid.ChooseBy) : "given";
        var accuracy = chosen.LooAccuracy is { Value: var share } ? $", accuracy {share:0.####}" : "";
        var rank = fit.Rank < fit.Fitted.Rows ? $"; K has rank {fit.Rank} of {fit.Fitted.Rows}, so this is the solution of least norm" : "";

        return terminal.Tell(
            new
            {
                @out = output,
                rows = outputs.Rows,
                outputs = outputs.Columns,
                onTrainingRows,
                ridge = chosen.Ridge,
                relativeRidge = chosen.RelativeRidge,
                chosenBy = by,
                considered = fit.Points.Length,
                stationaryRidge = Certificates.Maybe(fit.Stationary),
                looError = chosen.LooError,
                looAccuracy = Certificates.Maybe(chosen.LooAccuracy),
                gcv = chosen.Gcv,
                logLikelihood = Certificates.Maybe(chosen.LogLikelihood),
                cvError = Certificates.Maybe(chosen.CvError),
                cvAccuracy = Certificates.Maybe(chosen.CvAccuracy),
                effectiveDimension = chosen.EffectiveDimension,
                rank = fit.Rank,
                certificate = Certificates.Json(fit.Certificate),
                conditionIsBound = !fit.IsSpectral,
            },
            $"{output}: {outputs.Rows} {rows}, {outputs.Columns} {(outputs.Columns == 1 ? "output" : "outputs")}",
            $"ridge {chosen.Ridge:g6} ({chosen.RelativeRidge:g4} × mean diagonal), {(by == "given" ? "as given" : $"the best of {fit.Points.Length} by {by}")}{(source.IsRefined ? Refined(fit) : "")}{rank}",
            $"leave-one-out error {chosen.LooError:g6}{accuracy}; effective dimension {chosen.EffectiveDimension:g4}",
            Certificates.Print(fit.Certificate, fit.IsSpectral));
    }
}
