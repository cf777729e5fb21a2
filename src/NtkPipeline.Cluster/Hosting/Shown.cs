using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>Where a cluster is, in words that hold no password.</summary>
internal static class ShownAddress
{
    public static string Shown(this ClusterAddress? address) => address switch
    {
        ClusterAddress.Redis redis => $"{(redis.IsEncrypted ? "rediss" : "redis")}://{redis.Host}:{redis.Port}",
        ClusterAddress.Gateway gateway => $"tcp://{gateway.EndPoint}",
        _ => "this machine's run",
    };

    public static string Shown(this WorkerPlace place) => place.Address.Shown();

    public static string Shown(this ClusterPlace place) => place.Address.Shown();
}
