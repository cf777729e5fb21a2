using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NtkPipeline.Host;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;
using StackExchange.Redis;

namespace NtkPipeline.Cluster;

/// <summary>How the members of a cluster find one another, know one another, and notice that one is gone.</summary>
internal static class Membership
{
    private const string Name = "ntk";

    /// <summary>For so long members wait for one another's answers.</summary>
    private static readonly TimeSpan _answer = TimeSpan.FromSeconds(4);

    /// <summary>
    /// A member that does not answer three probes, 2 s each, is dead; one member's word is enough. Measured: 2 to 5 s after a kill -9, 7 s
    /// after a cable was cut, and none was taken for dead at a load of 240 on two cores.
    /// </summary>
    public static ISiloBuilder Noticing(this ISiloBuilder silo)
    {
        // Members ask one another where a stage is to be; what was asked of one that has died then must not hold up the stage for the usual 30 s.
        silo.Configure<SiloMessagingOptions>(messaging =>
            (messaging.SystemResponseTimeout, messaging.ResponseTimeout, messaging.PlacementTimeout) = (_answer, _answer, 2 * _answer));

        // A grain's place is written down at a member, which may be the one that died; beginning and ending are then tried again soon.
        silo.Configure<GrainCollectionOptions>(grains => (grains.ActivationTimeout, grains.DeactivationTimeout) = (_answer, _answer));

        return silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(2);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(2.5);
            membership.ExtendProbeTimeoutDuringDegradation = false;

            // A second opinion, asked of another member that has just died too, is none: then nothing would be noticed for 30 s.
            membership.EnableIndirectProbes = false;
            membership.NumMissedProbesLimit = 3;
            membership.NumVotesForDeathDeclaration = 1;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);

            // Who joins reaches for every member that said a while ago that it is alive. Where all have died together nobody is left to take
            // them off the list, and the next one joins only once they have been silent for three of these.
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
            membership.DefunctSiloExpiration = TimeSpan.FromDays(1);

            // Who is still joining is put off the list by members whose clock is ahead: by theirs it has been joining for an hour.
            membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
        });
    }

    /// <summary>A member that others find in a Redis.</summary>
    public static ISiloBuilder FoundIn(this ISiloBuilder silo, ClusterAddress.Redis address)
    {
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (Name, Name));
        return silo.UseRedisClustering(redis => redis.ConfigurationOptions = Options(address));
    }

    /// <summary>A member of a run's own cluster; the run holds the list of its members.</summary>
    /// <param name="run">The run's port; none for the run itself.</param>
    public static ISiloBuilder FoundBy(this ISiloBuilder silo, int port, int gateway, int? run) =>
        silo.UseLocalhostClustering(port, gateway, run is { } first ? new IPEndPoint(IPAddress.Loopback, first) : null, Name, Name);

    public static IClientBuilder Finding(this IClientBuilder client, ClusterAddress address)
    {
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (Name, Name));

        return address switch
        {
            ClusterAddress.Redis redis => client.UseRedisClustering(options => options.ConfigurationOptions = Options(redis)),
            ClusterAddress.Gateway gateway => client.UseStaticClustering(gateway.EndPoint),
            _ => throw new InvalidOperationException($"no client knows {address.GetType().Name}"),
        };
    }

    /// <summary>Only those are let in, and only those are called, who have the cluster's certificate.</summary>
    public static void Trusting(TlsOptions tls, X509Certificate2 member, X509Certificate2 authority)
    {
        tls.LocalCertificate = member;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (other, _, _) => other is not null && IsSignedBy(authority, other);
        tls.OnAuthenticateAsClient = (_, options) => options.TargetHost = ClusterCertificate.Name;
    }

    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate2 other)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(other);
    }

    public static ConfigurationOptions Options(ClusterAddress.Redis address) => new()
    {
        EndPoints = { { address.Host, address.Port } },
        User = address.User,
        Password = address.Password,
        Ssl = address.IsEncrypted,
        AbortOnConnectFail = false,
    };

    /// <summary>
    /// Warnings and worse, on stderr, once the member has joined: what keeps it out is told in a sentence. What Orleans says of the collector
    /// of garbage and of a busy machine's clock is not for us.
    /// </summary>
    public static void Telling(this ILoggingBuilder logging, LogLevel least, Func<bool> hasJoined)
    {
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(least);

        logging.AddFilter((category, level) => level >= category switch
        {
            _ when !hasJoined() => LogLevel.None,
            "Orleans.Runtime.Silo" or "Orleans.Runtime.Watchdog" => LogLevel.Error,
            _ => least,
        });
    }
}
