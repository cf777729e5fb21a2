using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>Rows and their targets, or a random part of them, which is said.</summary>
internal sealed record LearningRows(Matrix<double> X, Matrix<double> Y)
{
    /// <param name="isAsked">A person named the seed, and nothing else is drawn with it.</param>
    public static FSharpResult<LearningRows, Failure> Take(
        Matrix<double> x, Matrix<double> y, int? count, ulong seed, Terminal terminal, bool isAsked = false)
    {
        if (x.Rows != y.Rows)
            return Results.Fail<LearningRows>(ExitCode.Refused, $"there are {y.Rows} targets for {x.Rows} rows of inputs");

        if (count is < 2)
            return Results.Fail<LearningRows>(ExitCode.Usage, $"--rows {count}: at least 2");

        if (count is not { } wanted || wanted >= x.Rows)
        {
            if (isAsked)
                terminal.Say($"ntk: note: --seed has no effect here: all {x.Rows} rows are taken, and none is drawn");

            return Results.Ok(new LearningRows(x, y));
        }

        var order = Enumerable.Range(0, x.Rows).ToArray();
        SeedModule.random(SeedModule.derive("rows", SeedModule.root(seed))).Shuffle(order);
        var chosen = order[..wanted];
        Array.Sort(chosen);
        terminal.Say($"{wanted} of {x.Rows} rows, drawn with seed {seed}");
        return Results.Ok(new LearningRows(Matrix.gatherRows(chosen, x), Matrix.gatherRows(chosen, y)));
    }
}
