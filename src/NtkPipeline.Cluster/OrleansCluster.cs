using System.Security.Cryptography.X509Certificates;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>Clusters by Orleans.</summary>
internal sealed class OrleansCluster : ICluster
{
    public FSharpResult<Unit?, Failure> Make(
        SharedStages stages, StageRequest request, ClusterPlace place, DiskRunner runner, Action<StageEvent> tell, Terminal terminal)
    {
        // What needs nobody starts nobody.
        var frontier = runner.Frontier();

        return frontier.IsError ? frontier.OrRefused().Select(_ => (Unit?)null)
            : frontier.ResultValue.Pending == 0 ? Results.Done
            : from certificate in Certificate(place.Certificate)
              from made in Cancelling(token => ClusterConnection.With(
                  place, certificate, terminal, TimeSpan.FromSeconds(60), isForStages: true, token, cluster => new ClusterRun(stages, request, cluster, runner, tell).RunAsync(token)))
              select made;
    }

    public FSharpResult<Solved, Failure> Solve(
        ClusterPlace place, LaneProblem problem, int rows, long memory, Terminal terminal, Func<IKernelLanes, FSharpResult<Solved, Failure>> solve) =>
        from certificate in Certificate(place.Certificate)
        from solved in Cancelling(token => ClusterConnection.With(place, certificate, terminal, TimeSpan.FromSeconds(60), isForStages: false, token, async cluster =>
        {
            var lanes = new LaneProducts(problem, rows, memory, cluster, terminal, token);
            var found = await Task.Factory.StartNew(() => solve(lanes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await lanes.Forget();
            return found;
        }))
        select solved;

    public FSharpResult<int, Failure> Work(WorkerPlace place, Terminal terminal) =>
        from certificate in Certificate(place.Certificate)
        from code in new WorkerHost(place, certificate, terminal).Run()
        select code;

    public FSharpResult<int, Failure> Status(ClusterPlace place, Terminal terminal) =>
        from certificate in Certificate(place.Certificate)
        from facts in Cancelling(token => ClusterConnection.With(
            place, certificate, terminal, TimeSpan.FromSeconds(5), isForStages: false, token, async cluster => Results.Ok(await cluster.Workers())))
        select StatusWords.Tell(facts, terminal);

    private static FSharpResult<(X509Certificate2, X509Certificate2)?, Failure> Certificate(string? path) =>
        path is null
            ? Results.Ok<(X509Certificate2, X509Certificate2)?>(null)
            : ClusterCertificate.Read(path).Select(found => ((X509Certificate2, X509Certificate2)?)found);

    /// <summary>Work that is called off by Ctrl-C, after which the process ends.</summary>
    private static FSharpResult<T, Failure> Cancelling<T>(Func<CancellationToken, Task<FSharpResult<T, Failure>>> work)
    {
        using var held = Interruption.Hold();

        try
        {
            return work(Interruption.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (Interruption.Token.IsCancellationRequested)
        {
            return Results.Fail<T>(
                ExitCode.Interrupted, "interrupted; what is finished is kept, and the same command goes on from there");
        }
    }
}
