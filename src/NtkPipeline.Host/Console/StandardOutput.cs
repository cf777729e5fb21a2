using System.Text;

namespace NtkPipeline.Host;

/// <summary>Where results are written. One that takes nothing (a full disk, a closed descriptor) ends the command in a sentence.</summary>
internal sealed class StandardOutput(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    /// <summary>Whether an exception says that what was written to is gone.</summary>
    public static bool IsLost(Exception e) => e is IOException or UnauthorizedAccessException or ObjectDisposedException;

    public override void Write(char value) => Guard(() => output.Write(value));

    public override void Write(string? value) => Guard(() => output.Write(value));

    public override void WriteLine(string? value) => Guard(() => output.WriteLine(value));

    public override void Flush() => Guard(output.Flush);

    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception lost) when (IsLost(lost))
        {
            throw new OutputLostException(lost.Message.TrimEnd('.'));
        }
    }
}

/// <summary>Standard output takes nothing more.</summary>
internal sealed class OutputLostException(string reason) : Exception($"standard output cannot be written: {reason}; what the command has written to files is there");
