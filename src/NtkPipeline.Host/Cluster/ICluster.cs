using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Who makes a run's stages, where it is not the run itself.</summary>
/// <param name="Address">The cluster; none for workers of the run's own.</param>
/// <param name="Workers">How many of these, on this machine.</param>
/// <param name="Certificate">The file that members of a cluster know one another by.</param>
internal sealed record ClusterPlace(ClusterAddress? Address, int Workers, string? Certificate);

/// <summary>What a worker is to be.</summary>
/// <param name="Join">The port of the run, on this machine, whose worker it is; none for one of a cluster.</param>
/// <param name="Ip">The address that it listens on.</param>
/// <param name="Cores">How many processors its stages may take.</param>
/// <param name="Memory">Bytes that the stages under way may have declared in all.</param>
/// <param name="Dashboard">The port of Orleans' own page, on loopback; 0 for none.</param>
/// <param name="Telemetry">Where metrics and traces are sent; none for nowhere.</param>
/// <param name="IsReady">Whether a process for stages is started before the first of them comes.</param>
internal sealed record WorkerPlace(
    ClusterAddress? Address, int? Join, string? Certificate, System.Net.IPAddress Ip, string Name, int Cores, long Memory, int Dashboard,
    Uri? Telemetry, bool IsReady);

/// <summary>What needs Orleans. The program ntk-cluster has it; ntk starts that program where it is asked for this, and for nothing else.</summary>
internal interface ICluster
{
    /// <summary>Has all stages made that are not in the store; the runner is told which, and whoever watches how.</summary>
    /// <param name="request">What workers know the stages by.</param>
    FSharpResult<Unit?, Failure> Make(
        SharedStages stages, StageRequest request, ClusterPlace place, DiskRunner runner, Action<StageEvent> tell, Terminal terminal);

    /// <summary>Solves with products that workers make.</summary>
    /// <param name="rows">Of X.</param>
    /// <param name="memory">Bytes that each worker may take.</param>
    FSharpResult<Solved, Failure> Solve(
        ClusterPlace place, LaneProblem problem, int rows, long memory, Terminal terminal, Func<IKernelLanes, FSharpResult<Solved, Failure>> solve);

    /// <summary>Works until it is told to stop.</summary>
    FSharpResult<int, Failure> Work(WorkerPlace place, Terminal terminal);

    /// <summary>Who works on what.</summary>
    FSharpResult<int, Failure> Status(ClusterPlace place, Terminal terminal);
}
