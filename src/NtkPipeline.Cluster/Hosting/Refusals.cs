using StackExchange.Redis;

namespace NtkPipeline.Cluster;

/// <summary>What keeps a member out of a cluster, as the end of a sentence.</summary>
internal static class Refusals
{
    public static string Reason(this Exception refusal) => refusal switch
    {
        RedisException or RedisTimeoutException when IsAboutPassword(refusal) => "Redis refuses the password",
        RedisException or RedisTimeoutException => "Redis does not answer there",
        OperationCanceledException => "the connection was not accepted",
        _ => refusal.Message.Split('\n')[0].TrimEnd('.', '\r', ' '),
    };

    private static bool IsAboutPassword(Exception refusal) =>
        new[] { "NOAUTH", "WRONGPASS", "AuthenticationFailure" }.Any(word => refusal.ToString().Contains(word, StringComparison.Ordinal));
}
