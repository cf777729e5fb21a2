using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.FSharp.Core;
using NtkPipeline.Host;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>A client of a cluster, or the head of one that is its own.</summary>
internal sealed class ClusterConnection(IGrainFactory grains, LocalWorkers? own)
{
    /// <summary>For so long an answer may take; a worker that has died gives none, and one that is only slow is asked again.</summary>
    private static readonly TimeSpan _answer = TimeSpan.FromSeconds(4);

    /// <summary>A stage of the cluster; none while this process has not yet heard that workers can make stages.</summary>
    public IStageGrain? Stage(string key)
    {
        try
        {
            return grains.GetGrain<IStageGrain>(key);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A worker's lanes of a solve; none while this process has not yet heard that workers can make lanes.</summary>
    public ILaneGrain? Lanes(string key)
    {
        try
        {
            return grains.GetGrain<ILaneGrain>(key);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The run's own workers; none where the cluster is others'.</summary>
    public LocalWorkers? Own => own;

    /// <summary>Who works; nobody where the grain that knows cannot be had just now.</summary>
    public async Task<WorkerFacts[]> Workers()
    {
        try
        {
            return await grains.GetGrain<IWorkersGrain>(0).List();
        }
        catch (Exception lost) when (Lost.Is(lost))
        {
            return [];
        }
    }

    /// <summary>Does work with a connection, which ends with it.</summary>
    /// <param name="patience">For so long a cluster may be without a member that answers.</param>
    /// <param name="isForStages">Whether stages are what its workers will be asked for.</param>
    public static async Task<FSharpResult<T, Failure>> With<T>(
        ClusterPlace place, (X509Certificate2 Member, X509Certificate2 Authority)? certificate, Terminal terminal, TimeSpan patience,
        bool isForStages, CancellationToken token, Func<ClusterConnection, Task<FSharpResult<T, Failure>>> work)
    {
        if (await Refusals.OfPassword(place.Address) is { } refused)
            return Results.Fail<T>(ExitCode.Refused, $"no worker of {place.Shown()} answers: {refused}");

        var ports = FreePort.Some(System.Net.IPAddress.Loopback, 2);
        using var host = place.Address is { } address ? Client(address, certificate, Patience(address, terminal, patience, token)) : Head(ports);

        // Their start takes longer than that of what they join.
        using var own = place.Address is null ? new LocalWorkers(place.Workers, ports[0], isForStages) : null;

        try
        {
            await host.StartAsync(token);
        }
        catch (Exception refusal) when (refusal is not OperationCanceledException || !token.IsCancellationRequested)
        {
            var hint = certificate is null ? "" : "; a worker with another certificate lets nobody in";
            return Results.Fail<T>(ExitCode.Refused, $"no worker of {place.Shown()} answers: {refusal.Reason()}{hint}");
        }

        own?.Open();

        if (own is not null && !terminal.IsQuiet)
            terminal.Say(
                $"ntk: {place.Workers} workers of this run; `ntk cluster status --cluster tcp://127.0.0.1:{ports[1]}` says what they are at");

        var outcome = await work(new ClusterConnection(host.Services.GetRequiredService<IGrainFactory>(), own));
        if (outcome.IsOk)
            own?.Close();

        await Stop(host);
        return outcome;
    }

    /// <summary>What has been asked is done, so a member that ends slowly is not waited for.</summary>
    private static async Task Stop(IHost host)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));

        try
        {
            await host.StopAsync(soon.Token);
        }
        catch (Exception late) when (late is OperationCanceledException or OrleansException or TimeoutException or AggregateException)
        {
        }
    }

    private static IHost Client(
        ClusterAddress address, (X509Certificate2 Member, X509Certificate2 Authority)? certificate, Func<Exception, CancellationToken, Task<bool>> retry)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.Telling(LogLevel.Critical, () => true);

        builder.UseOrleansClient(client =>
        {
            client.Finding(address);
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = _answer);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            client.UseConnectionRetryFilter(retry);

            if (certificate is var (member, authority))
                client.UseTls(tls => Membership.Trusting(tls, member, authority));
        });

        return builder.Build();
    }

    /// <summary>Workers may come later than the run.</summary>
    private static Func<Exception, CancellationToken, Task<bool>> Patience(
        ClusterAddress address, Terminal terminal, TimeSpan patience, CancellationToken token)
    {
        var begun = System.Diagnostics.Stopwatch.StartNew();
        var hasTold = false;

        return async (_, stop) =>
        {
            if (token.IsCancellationRequested || stop.IsCancellationRequested || begun.Elapsed > patience)
                return false;

            if (!hasTold && !terminal.IsQuiet)
                terminal.Say($"ntk: no worker of {address.Shown()} answers yet; one is waited for");

            hasTold = true;
            await Task.Delay(1000, token);
            return true;
        };
    }

    /// <summary>The head of a run's own cluster holds the list of its members and makes no stage.</summary>
    private static IHost Head(int[] ports)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.Telling(LogLevel.Critical, () => true);
        builder.Services.AddSingleton(TimeProvider.System);

        builder.UseOrleans(silo =>
        {
            silo.FoundBy(ports[0], ports[1], null).Noticing();
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = _answer);
            silo.Configure<GrainTypeOptions>(types => types.Classes.ExceptWith([typeof(StageGrain), typeof(LaneGrain)]));
        });

        return builder.Build();
    }
}
