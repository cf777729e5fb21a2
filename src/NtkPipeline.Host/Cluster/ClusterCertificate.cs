using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.FSharp.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// The certificate that all members of a cluster share, and the authority that has signed it, in one PEM file: the member's key, its
/// certificate, the authority's. The authority's own key is thrown away, so that nobody can sign another.
/// </summary>
internal static class ClusterCertificate
{
    /// <summary>What members call one another.</summary>
    public const string Name = "ntk-cluster";

    public static FSharpResult<Unit?, Failure> Write(string path, int days)
    {
        if (File.Exists(path))
            return Results.Fail<Unit?>(ExitCode.Refused, $"{path}: it is there already, and members may hold it; take another name");

        try
        {
            var own = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };

            if (!OperatingSystem.IsWindows())
                own.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

            using var file = new FileStream(path, own);
            using var writer = new StreamWriter(file);
            writer.Write(Make(days));
            return Results.Done;
        }
        catch (Exception refusal) when (DiskRefusal.reason(refusal) is { Value: var reason })
        {
            return Results.Fail<Unit?>(ExitCode.Refused, $"{path}: it cannot be written: {reason}");
        }
    }

    /// <summary>Both certificates of a file.</summary>
    public static FSharpResult<(X509Certificate2 Member, X509Certificate2 Authority), Failure> Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);

            return all.Count == 2
                ? Results.Ok((X509Certificate2.CreateFromPem(text, text), all[1]))
                : Results.Fail<(X509Certificate2, X509Certificate2)>(ExitCode.Refused, $"{path}: it is not as `ntk cluster cert` makes it");
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return Results.Fail<(X509Certificate2, X509Certificate2)>(ExitCode.Refused, $"{path}: it is no certificate that can be read: {refusal.Message}");
        }
    }

    private static string Make(int days)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(days));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name} authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var authority = request.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var member = Sign(key, authority, from, until);
        return $"{key.ExportPkcs8PrivateKeyPem()}\n{member.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n";
    }

    private static X509Certificate2 Sign(ECDsa key, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset until)
    {
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], true));
        return request.Create(authority, from, until, RandomNumberGenerator.GetBytes(16));
    }
}
