using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>What was told of one stage, so that nothing is told twice.</summary>
internal sealed class Told(FrontierStage stage, Action<StageEvent> tell)
{
    private StageReport _last = StageReport.New("");

    public void Hear(StageReport report)
    {
        if (_last.State == StageState.Waiting && report.State == StageState.Running)
            tell(StageEvent.NewStarted(stage.Name, stage.Reasons));

        if (report.Sentence is { } holder && holder != _last.Sentence)
            tell(StageEvent.NewWaiting(stage.Name, holder));

        if (report.Finished != _last.Finished)
            tell(StageEvent.NewAdvanced(stage.Name, report.Finished, report.All));

        foreach (var warning in report.Warnings.Skip(_last.Warnings.Length))
            tell(StageEvent.NewWarning(warning));

        _last = report;
    }
}
