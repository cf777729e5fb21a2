using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>What a run would cost on this machine, question by question; <c>Gigaflops</c> is measured, 0 where nothing is due.</summary>
internal sealed record RunEstimate(QuestionWork[] Questions, double Gigaflops)
{
    /// <summary>Where something is due, asks for a moment how fast this machine is.</summary>
    public static FSharpResult<RunEstimate, Failure> Of(Session session, StagePlan[] plans, RunSizes sizes) =>
        from due in Results.Ok(Due(plans))
        let questions = RunWork.plan(session.Config, sizes, due).ToArray()
        select new RunEstimate(questions, questions.Any(question => question.Work > 0) ? Speed(session) : 0);

    /// <summary>Below so much work, in 10⁹ operations as <c>Workload</c> counts them, a run is over before anybody has read how long it takes.</summary>
    private const double Worthwhile = 1000;

    /// <summary>Says before a long run how long it will take.</summary>
    public static FSharpResult<Unit?, Failure> Tell(Session session, StagePlan[] plans, Terminal terminal) =>
        terminal.IsQuiet
            ? Results.Done
            : from sizes in session.Sizes()
              let work = RunWork.plan(session.Config, sizes, Due(plans)).Sum(question => question.Work)
              select work < Worthwhile ? null : Say(work / Speed(session), terminal);

    private static Unit? Say(double seconds, Terminal terminal)
    {
        terminal.Say($"ntk: this run takes {RunTime.About(seconds)} if the machine has nothing else to do (right within a factor of 2)");
        return null;
    }

    private static IEnumerable<StageDue> Due(StagePlan[] plans)
    {
        var seen = new HashSet<string>();
        return plans.Select(plan => new StageDue(plan.Question, plan.Name, seen.Add(plan.Key) && !plan.Reasons.IsEmpty));
    }

    public double Seconds(QuestionWork question) => question.Work == 0 ? 0 : question.Work / Gigaflops;

    /// <summary>A line for each question that is asked.</summary>
    public IEnumerable<string> Lines() =>
        from question in Questions
        let name = question.Question == "" ? "what all share" : question.Question
        select question.Due == 0
            ? $"question  {name}: cached"
            : $"question  {name}: {question.Due} of {question.Stages} stages, {RunTime.About(Seconds(question))}";

    public string InAll() =>
        $"{RunTime.About(Questions.Sum(Seconds))} on this machine, if it has nothing else to do ({Gigaflops:0} GFLOP/s now; right within a factor of 2)";

    /// <summary>10⁹ operations a second, as <c>Workload</c> counts them, of this machine as it is now.</summary>
    public static double Speed(Session session) => MachineSpeed.gigaflops(session.Config.Threads);
}
