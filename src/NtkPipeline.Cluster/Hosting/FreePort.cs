using System.Net;
using System.Net.Sockets;

namespace NtkPipeline.Cluster;

/// <summary>Ports that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>Several at once, all different.</summary>
    public static int[] Some(IPAddress address, int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(address, 0)).ToArray();

        try
        {
            foreach (var listener in listeners)
                listener.Start();

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
