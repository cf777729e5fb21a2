using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>What a selection tells a person, before, while and after it runs.</summary>
internal static class SelectWords
{
    public static MemoryNeed Need(SelectionSettings settings, SelectionProblem problem)
    {
        var rows = (int)Math.Round(problem.X.Rows * (1 - settings.HoldOut));
        var ridges = RidgeSettingsModule.grid(settings.Ridges).Length;

        return new MemoryNeed(
            $"select: {rows} rows", KernelMemory.select(settings.IsSingle ? 4 : 8, rows, problem.X.Columns, ridges, settings.Folds),
            $"--rows ranks on a part of them, and {MemoryOption.Solve}");
    }

    /// <summary>What it will cost, before it starts.</summary>
    public static int Announce(Terminal terminal, SelectionSettings settings, SelectionProblem problem)
    {
        var rows = ModelSelection.split(settings, problem).Item1.Length;
        var candidates = problem.Networks.Length * problem.Kinds.Length;
        var flops = 9.0 * Math.Pow(rows, 3);
        var more = "";

        if (settings.Times.Length > 0)
        {
            var (count, size) = TimeSelection.decompositions(settings.Ridges.ChooseBy, rows, settings.Folds);
            flops += count * 9.0 * Math.Pow(size, 3);
            more = count > 0 ? $" and {count} of rows held out from times" : "";
        }

        terminal.Say(
            $"select: {candidates} kernels of {rows} rows, one eigendecomposition each{more} (about {candidates * flops:0.0e+0} flops)");
        return candidates;
    }

    public static FSharpFunc<int, FSharpFunc<int, FSharpFunc<Network, FSharpFunc<KernelKind, Unit>>>> Progress(Terminal terminal) =>
        FuncConvert.FromAction<int, int, Network, KernelKind>((k, count, network, kind) =>
        {
            if (!terminal.IsQuiet)
                terminal.Say($"{k + 1} of {count}: {KernelKindModule.print(kind)} of {NetworkText.print(network)}");
        });

    public static int Tell(Terminal terminal, string output, SelectionSettings settings, Selection selection)
    {
        var by = RidgeChoiceModule.print(settings.Ridges.ChooseBy);
        var best = selection.Candidates[0];
        var heldOut = selection.HeldOut is { Value: var judged } ? judged : null;
        var score = SelectionTable.score(settings.Ridges.ChooseBy, best);
        var regularisation = SelectionTable.regularisation(best);

        return terminal.Tell(
            new
            {
                @out = output,
                rows = selection.Rows,
                candidates = selection.Candidates.Length,
                by,
                best = new
                {
                    network = NetworkText.print(best.Network),
                    kind = KernelKindModule.print(best.Kind),
                    regularisation,
                    score,
                    looError = Certificates.Maybe(best.LooError),
                    looAccuracy = Certificates.Maybe(best.LooAccuracy),
                    looIsEstimate = best.IsLooEstimate,
                },
                heldOut = heldOut is null ? null : new { rows = heldOut.Rows, error = heldOut.Error, accuracy = Certificates.Maybe(heldOut.Accuracy), isOneClass = heldOut.IsOneClass },
            },
            [$"{output}: {selection.Candidates.Length} candidates on {selection.Rows} rows, best first",
            $"best by {by}: {KernelKindModule.print(best.Kind)} of {NetworkText.print(best.Network)}, {regularisation}: {score:g5}"
                + (best.LooAccuracy is { Value: var loo } ? $" (leave-one-out accuracy {loo:0.0000}{(best.IsLooEstimate ? ", an estimate" : "")})" : ""),
            .. Caution(settings, selection),
            heldOut is { } found
                ? $"held out of every choice, {found.Rows} rows: {Accuracy(found)}mean square error {found.Error:g4}"
                : $"no rows were held out: the best of {selection.Candidates.Length} scores is an optimistic score"]);
    }

    /// <summary>That estimates took part in the ranking.</summary>
    private static IEnumerable<string> Caution(SelectionSettings settings, Selection selection)
    {
        var by = settings.Ridges.ChooseBy;

        if ((by.IsLeaveOneOut || by.IsLeaveOneOutAccuracy) && selection.Candidates.Any(candidate => candidate.IsLooEstimate))
            yield return $"leave-one-out of a training time is an estimate above {TimeSelection.mostExactRows} rows, since a row left out also changes how the others are learnt; "
                + "--by cv ranks times on rows really held out";
    }

    /// <summary>"accuracy 0.9 ± 0.03, "; nothing where targets are numbers. Where all rows agree there is no band of that kind.</summary>
    private static string Accuracy(HeldOut found) =>
        found.Accuracy is not { Value: var share } ? ""
        : found.IsOneClass ? $"accuracy {share:0.0000}, of one class alone, which says nothing of the other, "
        : share is 0 or 1 ? $"accuracy {share:0.0000}, "
        : $"accuracy {share:0.0000} ± {Math.Sqrt(share * (1 - share) / found.Rows):0.0000}, ";
}
