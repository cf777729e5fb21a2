using System.Net;
using Microsoft.FSharp.Core;

namespace NtkPipeline.Host;

/// <summary>Where a cluster is found.</summary>
internal abstract record ClusterAddress
{
    /// <summary>Members find one another in a Redis: redis://[:PASSWORD@]HOST[:PORT], rediss:// over TLS.</summary>
    public sealed record Redis(string Host, int Port, string? User, string? Password, bool IsEncrypted) : ClusterAddress;

    /// <summary>The gateway of one member, tcp://HOST:PORT: what a run with workers of its own says at its start.</summary>
    public sealed record Gateway(IPEndPoint EndPoint) : ClusterAddress;

    private static readonly string _forms = "redis://[:PASSWORD@]HOST[:PORT], rediss://… or tcp://ADDRESS:PORT";

    public static FSharpResult<ClusterAddress, string> Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host == "" || uri.AbsolutePath is not ("" or "/"))
            return Mistake(text);

        return uri.Scheme switch
        {
            "redis" or "rediss" => FSharpResult<ClusterAddress, string>.NewOk(OfRedis(uri)),
            "tcp" when IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && uri.Port > 0 =>
                FSharpResult<ClusterAddress, string>.NewOk(new Gateway(new IPEndPoint(address, uri.Port))),
            _ => Mistake(text),
        };
    }

    private static Redis OfRedis(Uri uri)
    {
        var parts = uri.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();

        return new Redis(
            uri.Host, uri.Port > 0 ? uri.Port : 6379, parts[0] == "" ? null : parts[0],
            parts.Length > 1 && parts[1] != "" ? parts[1] : null, uri.Scheme == "rediss");
    }

    /// <summary>A password that was mistyped with the rest is not repeated.</summary>
    private static FSharpResult<ClusterAddress, string> Mistake(string text) =>
        FSharpResult<ClusterAddress, string>.NewError(
            $"{(text.Contains('@', StringComparison.Ordinal) ? "that" : $"'{text}'")} is no address of a cluster; write {_forms}");
}
