using System.Security.Cryptography;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Where the stack trace of our own mistakes goes.</summary>
internal static class BugLog
{
    /// <summary>
    /// Writes the trace into a new file that this user alone may read, in a folder that others may write into: nobody can know its name, and
    /// what lies there already is never written through. Gives the sentence that names it.
    /// </summary>
    public static string Write(Exception bug)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ntk-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}.log");

        try
        {
            var own = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };

            if (!OperatingSystem.IsWindows())
                own.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

            using var file = new FileStream(path, own);
            using var writer = new StreamWriter(file);
            writer.Write(bug.ToString());
            return $"this is a bug in ntk ({bug.GetType().Name}); its trace is in {path}";
        }
        catch (Exception unwritable) when (DiskRefusal.reason(unwritable) is not null)
        {
            return $"this is a bug in ntk, and {path} cannot be written: {bug}";
        }
    }
}
