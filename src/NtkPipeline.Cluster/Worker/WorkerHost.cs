using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.FSharp.Core;
using NtkPipeline.Host;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Hosting;

namespace NtkPipeline.Cluster;

/// <summary>A worker from its start to its end.</summary>
internal sealed class WorkerHost(WorkerPlace place, (X509Certificate2 Member, X509Certificate2 Authority)? certificate, Terminal terminal)
{
    private volatile bool _hasJoined;

    public FSharpResult<int, Failure> Run()
    {
        using var held = Interruption.Hold();

        if (Refusals.OfPassword(place.Address).GetAwaiter().GetResult() is { } refused)
            return Results.Fail<int>(ExitCode.Refused, $"this worker cannot join {place.Shown()}: {refused}");

        using var host = Make();

        try
        {
            if (place.Join is not null)
                AwaitRun(host);

            host.StartAsync(Interruption.Token).GetAwaiter().GetResult();
        }
        catch (Exception refusal) when (refusal is not OperationCanceledException)
        {
            return Results.Fail<int>(ExitCode.Refused, $"this worker cannot join {place.Shown()}: {refusal.Reason()}");
        }
        catch (OperationCanceledException)
        {
            return Results.Ok(Interruption.Code);
        }

        _hasJoined = true;

        if (!terminal.IsQuiet)
            terminal.Say(
                $"ntk: {place.Name} at {place.Ip} works for {place.Shown()} with {place.Cores} cores, until it is stopped");

        return Results.Ok(WaitForEnd(host));
    }

    private int WaitForEnd(IHost host)
    {
        var ending = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using var told = Interruption.Token.Register(ending.StopApplication);
        host.WaitForShutdown();

        // A member that finds itself declared dead ends; whoever started it starts another.
        return Interruption.Token.IsCancellationRequested ? Interruption.Code : ExitCode.Refused;
    }

    /// <summary>Waits until the run has something to join; it may end before.</summary>
    private void AwaitRun(IHost host)
    {
        if (place.IsReady)
            host.Services.GetRequiredService<ChildPool>().Prepare();

        var isThere = new TaskCompletionSource();
        new Thread(() => LeaveWithRun(host, isThere.SetResult)) { IsBackground = true, Name = "run" }.Start();
        isThere.Task.Wait(Interruption.Token);
    }

    /// <summary>A run's own worker ends with the run, after what is under way.</summary>
    private static void LeaveWithRun(IHost host, Action join)
    {
        if (Console.In.ReadLine() is not null)
            join();

        while (Console.In.ReadLine() is not null)
        {
        }

        host.Services.GetRequiredService<StageWorks>().Drain().GetAwaiter().GetResult();
        host.Services.GetRequiredService<ChildPool>().Dispose();
        Host.Program.Leave(ExitCode.Done);
    }

    private IHost Make()
    {
        if (place.Dashboard == 0)
        {
            var plain = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
            Set(plain);
            return plain.Build();
        }

        var web = WebApplication.CreateSlimBuilder();
        web.Logging.ClearProviders();
        web.WebHost.UseUrls($"http://127.0.0.1:{place.Dashboard}");
        Set(web);
        var site = web.Build();
        site.MapOrleansDashboard();
        return site;
    }

    private void Set(IHostApplicationBuilder builder)
    {
        builder.Logging.Telling(terminal.IsQuiet ? LogLevel.Error : LogLevel.Warning, () => _hasJoined);
        builder.Services.AddSingleton(place);
        builder.Services.AddSingleton(terminal);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => new CoreSlots(place.Cores, place.Memory));
        builder.Services.AddSingleton<ChildPool>();
        builder.Services.AddSingleton<StageWorks>();
        builder.Services.AddSingleton<LaneWorks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StageWorks>());

        if (place.Telemetry is { } collector)
            builder.SendTo(collector, place.Name);

        builder.UseOrleans(Set);
    }

    private void Set(ISiloBuilder silo)
    {
        var ports = FreePort.Some(place.Ip, 2);

        if (place.Address is ClusterAddress.Redis redis)
        {
            silo.FoundIn(redis);
            silo.ConfigureEndpoints(place.Ip, ports[0], ports[1], listenOnAnyHostAddress: false);
        }
        else
        {
            silo.FoundBy(ports[0], ports[1], place.Join);
        }

        silo.Noticing();
        silo.Configure<SiloOptions>(named => named.SiloName = place.Name);
        silo.Services.AddHostedService<WorkerBeat>();

        if (certificate is var (member, authority))
            silo.UseTls(tls => Membership.Trusting(tls, member, authority));

        if (place.Dashboard > 0)
            silo.AddDashboard();
    }
}
