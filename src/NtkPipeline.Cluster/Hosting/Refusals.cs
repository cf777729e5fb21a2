using NtkPipeline.Host;
using StackExchange.Redis;

namespace NtkPipeline.Cluster;

/// <summary>What keeps a member out of a cluster, as the end of a sentence.</summary>
internal static class Refusals
{
    private const string Password = "Redis refuses the password";

    public static string Reason(this Exception refusal) => refusal switch
    {
        RedisException or RedisTimeoutException when IsAboutPassword(refusal) => Password,
        RedisException or RedisTimeoutException => "Redis does not answer there",
        OperationCanceledException => "the connection was not accepted",
        _ => refusal.Message.Split('\n')[0].TrimEnd('.', '\r', ' '),
    };

    /// <summary>
    /// Whether Redis refuses the password, asked before anything else: a member that is let in later asks again and again, and is told in the
    /// end only that nobody answered. None where it does not, or where nobody is there yet.
    /// </summary>
    public static async Task<string?> OfPassword(ClusterAddress? address)
    {
        if (address is not ClusterAddress.Redis redis)
            return null;

        var options = Membership.Options(redis);
        (options.AbortOnConnectFail, options.ConnectRetry) = (true, 1);

        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            return null;
        }
        catch (RedisConnectionException refusal)
        {
            return IsAboutPassword(refusal) ? Password : null;
        }
    }

    private static bool IsAboutPassword(Exception refusal) =>
        new[] { "NOAUTH", "WRONGPASS", "AuthenticationFailure" }.Any(word => refusal.ToString().Contains(word, StringComparison.Ordinal));
}
