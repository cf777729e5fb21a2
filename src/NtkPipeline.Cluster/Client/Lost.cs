using Orleans.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>Calls that came to nothing since a worker is dead, slow or out of reach: asked again, they may be answered.</summary>
internal static class Lost
{
    /// <param name="call">What a call has raised. A request whose time is over before it has found a place is cancelled by Orleans itself.</param>
    /// <param name="token">What the caller would cancel it by.</param>
    public static bool Is(Exception call, CancellationToken token = default) =>
        call is TimeoutException or OrleansException || (call is OperationCanceledException && !token.IsCancellationRequested);
}
