using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk status: which stages are cached, and which would run and why.</summary>
internal sealed class StatusCommand : NtkCommand
{
    private readonly RunOptions _run = new();

    public StatusCommand()
        : base("status", "Says which stages are cached and which would run, and why; runs nothing.", "ntk status --set ridge.points-per-decade=5") =>
        _run.AddToReader(this);

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.Open(parsed, terminal)
        let counting = Task.Run(session.Sizes)
        from plans in session.Plan()
        let told = terminal.Warn(session.Store)
        from sizes in counting.GetAwaiter().GetResult()
        from estimate in RunEstimate.Of(session, plans, sizes)
        from need in session.Need()
        select Print(plans, estimate, need, terminal);

    private static int Print(StagePlan[] plans, RunEstimate estimate, MemoryNeed need, Terminal terminal)
    {
        var due = plans.Count(plan => !plan.Reasons.IsEmpty);

        return terminal.Tell(
            new
            {
                stages = plans.Select(plan => plan.ForJson()),
                questions = estimate.Questions.Select(question => new
                {
                    name = question.Question,
                    stages = question.Stages,
                    due = question.Due,
                    seconds = Math.Round(estimate.Seconds(question), 1),
                }),
                seconds = Math.Round(estimate.Questions.Sum(estimate.Seconds), 1),
                memoryBytes = Math.Round(need.Bytes),
                gigaflops = Math.Round(estimate.Gigaflops),
            },
            [
                .. plans.Select(plan => plan.Reasons.IsEmpty ? $"cached  {plan.Name}" : $"to run  {plan.Name}: {plan.Because()}"),
                .. estimate.Lines(),
                $"memory    {MemoryNeedModule.print(need)}",
                $"{plans.Length - due} of {plans.Length} stages are cached, {due} would run{(due == 0 ? "" : $": {estimate.InAll()}")}.",
            ]);
    }
}

/// <summary>ntk why STAGE: why this stage would run.</summary>
internal sealed class WhyCommand : NtkCommand
{
    private readonly RunOptions _run = new();

    private readonly Argument<string> _stage = new("stage") { Description = "A stage's name, as `ntk status` prints it, or its beginning." };

    public WhyCommand()
        : base("why", "Says why a stage would run, or that it is cached and with which key.", "ntk why fit-ridge --set ridge.points-per-decade=5")
    {
        Arguments.Add(_stage);
        _run.AddToReader(this);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from session in _run.Open(parsed, terminal)
        from plans in session.Plan()
        let told = terminal.Warn(session.Store)
        from chosen in Named(parsed.GetRequiredValue(_stage), plans)
        select Print(chosen, terminal);

    private static FSharpResult<StagePlan[], Failure> Named(string name, StagePlan[] plans)
    {
        var exact = plans.Where(plan => plan.Name == name).ToArray();
        var chosen = exact.Length > 0 ? exact : plans.Where(plan => plan.Name.StartsWith(name, StringComparison.Ordinal)).ToArray();
        var known = plans.Select(plan => plan.Name.Split('/')[0]).Distinct();

        return chosen.Length > 0
            ? Results.Ok(chosen)
            : Results.Fail<StagePlan[]>(ExitCode.Usage, $"there is no stage '{name}'; there are {string.Join(", ", known)}");
    }

    private static int Print(StagePlan[] plans, Terminal terminal) =>
        terminal.Tell(
            new { stages = plans.Select(plan => plan.ForJson()) },
            plans.Select(plan => plan.Result is { } result
                ? $"{plan.Name} is cached under {plan.Key}; its result is {result.Value}"
                : $"{plan.Name} would run: {plan.Because()}"));
}

internal static class StagePlans
{
    /// <summary>Refuses a run that is not finished, but for its report.</summary>
    public static FSharpResult<Unit?, Failure> AllButReport(this StagePlan[] plans)
    {
        var due = plans.Where(plan => !plan.Reasons.IsEmpty && plan.Name != Core.WriteReport.name).ToArray();

        return due.Length == 0
            ? Results.Done
            : Results.Fail<Unit?>(ExitCode.Refused, $"{due.Length} stages of this run are not cached, {due[0].Name} first; `ntk run` with the same options makes them; options of a run that was made, its --set, --config, --data and --seed, must be repeated here");
    }

    /// <summary>All reasons of a stage that would run, as the end of a sentence.</summary>
    public static string Because(this StagePlan plan) => string.Join("; ", plan.Reasons.Select(reason => reason.Sentence));

    public static object ForJson(this StagePlan plan) => new
    {
        name = plan.Name,
        question = plan.Question,
        key = plan.Key,
        cached = plan.Reasons.IsEmpty,
        result = plan.Result?.Value,
        reasons = plan.Reasons.Select(reason => reason.Sentence),
    };
}
