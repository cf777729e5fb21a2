namespace NtkPipeline.Host;

/// <summary>Where the stack trace of our own mistakes goes.</summary>
internal static class BugLog
{
    /// <summary>Writes the trace into a file; gives the sentence that names it.</summary>
    public static string Write(Exception bug)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ntk-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.log");

        try
        {
            File.WriteAllText(path, bug.ToString());
            return $"this is a bug in ntk ({bug.GetType().Name}); its trace is in {path}";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return $"this is a bug in ntk, and {path} cannot be written: {bug}";
        }
    }
}
