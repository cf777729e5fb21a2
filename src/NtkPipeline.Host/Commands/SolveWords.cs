using System.Diagnostics;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>What a large solve tells a person, while it runs and at its end.</summary>
internal static class SolveWords
{
    /// <summary>Says the plan and its cost first, then how far it is: the first step at once, all else at most every five seconds.</summary>
    /// <param name="idle">Options that were given, and that do nothing where the plan is exact.</param>
    public static Action<SolveProgress> Progress(Terminal terminal, string[] idle)
    {
        var since = Stopwatch.StartNew();
        var said = 0.0;
        var steps = 0;

        bool IsTime()
        {
            if (since.Elapsed.TotalSeconds < said + 5)
                return false;

            said = since.Elapsed.TotalSeconds;
            return true;
        }

        return progress =>
        {
            switch (progress)
            {
                case SolveProgress.Planned planned:
                    terminal.Say(SolvePlanModule.print(planned.Item));

                    foreach (var option in planned.Item.Method.IsExact ? idle : [])
                        terminal.Say($"ntk: note: {option} has no effect here: the whole matrix fits, and --method auto is exact");

                    break;
                case SolveProgress.Pivots pivots when !terminal.IsQuiet && IsTime():
                    terminal.Say($"{since.Elapsed.TotalSeconds:0} s: {pivots.columns} pivots leave {pivots.share:0.0e+0} of the trace");
                    break;
                case SolveProgress.Step step when !terminal.IsQuiet && (IsTime() || steps == 0):
                    steps++;
                    terminal.Say(
                        $"{since.Elapsed.TotalSeconds:0} s: step {step.Item.Iteration}, residual {step.Item.Trace[^1]:0.0e+0}");
                    break;
            }
        };
    }

    /// <summary>Where the predictions are, and each system's certificate.</summary>
    public static int Tell(Terminal terminal, string output, Solved solved, double seconds)
    {
        var method = SolveMethodModule.print(solved.Plan.Method);
        var error = solved.NystromError is { Value: var measured } ? measured : null;

        var outcome = new
        {
            @out = output,
            rows = solved.Predictions.Rows,
            columns = solved.Predictions.Columns,
            method,
            why = solved.Plan.Why,
            byTable = solved.ByTable,
            meanDiagonal = solved.MeanDiagonal,
            iterations = solved.Iterations,
            rank = solved.Rank,
            traceError = solved.TraceError,
            systems = solved.Systems.Select(system => new
            {
                ridge = system.Ridge,
                relativeRidge = system.Ridge / solved.MeanDiagonal,
                output = system.Output,
                residual = system.Residual,
                sampledResidual = system.SampledResidual,
            }),
            nystromError = error is null ? null : new { rows = error.Rows, landmarks = error.Landmarks, relative = error.Relative },
            seconds,
        };

        return terminal.Tell(outcome, Lines(output, solved, method, error));
    }

    private static IEnumerable<string> Lines(string output, Solved solved, string method, NystromError? error)
    {
        yield return $"{output}: {solved.Predictions.Rows} × {solved.Predictions.Columns}, by {method}"
            + (solved.Rank > 0 ? $", rank {solved.Rank} (leaves {solved.TraceError:0.0e+0} of the trace)" : "")
            + (solved.Iterations > 0 ? $", {solved.Iterations} steps" : "")
            + (solved.ByTable ? ", entries in float32 by a cosine table" : ", entries in float64 by the definition");

        foreach (var system in solved.Systems)
            yield return $"λ = {system.Ridge:g4} ({system.Ridge / solved.MeanDiagonal:g4} × mean diagonal), output {system.Output}: "
                + $"residual {system.Residual:0.0e+0}; with float64 entries on sampled rows {system.SampledResidual:0.0e+0}";

        if (error is { } found)
            yield return $"approximate: {found.Relative:0.0e+0} from the exact predictions, measured on {found.Rows} rows with {found.Landmarks} landmarks; "
                + "the residual bounds the error of the fit on all rows";
    }
}
