using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk plan: how long a run would take on several workers, simulated from what its stages took.</summary>
internal sealed class PlanCommand : NtkCommand
{
    private readonly RunOptions _run = new();
    private readonly PlanOptions _options = new();

    public PlanCommand()
        : base(
            "plan", "Simulates a run on several workers, from the times that its stages took here; runs nothing.",
            "ntk plan --config data/experiments/full.json --workers 1,4,16,64,256")
    {
        _run.AddToReader(this);
        _options.AddTo(this);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from asked in _options.Read(parsed)
        from session in _run.Open(parsed, terminal)
        from plans in session.Plan()
        from seconds in Estimates(session, plans)
        from graph in RunGraphModule.ofPlans(session.Store, session.Data.Scope, Environment.ProcessorCount, FuncConvert.FromFunc(seconds), plans).OrRefused()
        select terminal.Tell(PlanWords.Json(graph, asked), PlanWords.Lines(graph, asked));

    /// <summary>The s that a stage would take which has no record; its question's work is priced as `ntk status` does it.</summary>
    private static FSharpResult<Func<StagePlan, double>, Failure> Estimates(Session session, StagePlan[] plans) =>
        from sizes in session.Sizes()
        let works = RunWork.ofStages(session.Config, sizes, plans.Select(plan => new StageDue(plan.Question, plan.Name, isDue: true)))
        let speed = new Lazy<double>(() => RunEstimate.Speed(session))
        select new Func<StagePlan, double>(plan =>
            works[Tuple.Create(plan.Question, plan.Name)] is var work and > 0 ? work / speed.Value : 0);
}
