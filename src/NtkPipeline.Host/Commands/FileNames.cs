using System.Text;

namespace NtkPipeline.Host.Commands;

/// <summary>A file that a person named, and the option that it was named with.</summary>
internal sealed record NamedFile(string Option, string Path);

/// <summary>
/// The one rule about files that commands write: none replaces an input, another output, or a file that is there already and is not of the
/// kind that is written, which is a person's own. What lies beside an output while it is unfinished is held to the same. Names are the
/// same where the files are, through links too.
/// </summary>
internal static class FileNames
{
    /// <summary>What a result keeps beside itself until it is whole.</summary>
    private static readonly string[] _unfinished = [".part", ".progress"];

    /// <summary>Of an archive, what lies before its first entry's name.</summary>
    private const int EntryHeader = 30;

    /// <summary>
    /// How a file begins that an option writes whose value is shown as <paramref name="shown"/>, such as K.npy: with what is given, or, an
    /// archive, with an entry of that name.
    /// </summary>
    public static byte[][] Beginnings(string shown, params string[] given) =>
        given.Length > 0 && shown.EndsWith(".npz", StringComparison.Ordinal) ? [.. given.Select(Archive)]
        : given.Length > 0 ? [.. given.Select(Encoding.UTF8.GetBytes)]
        : shown.EndsWith(".npy", StringComparison.Ordinal) ? [[0x93, .. "NUMPY"u8]]
        : throw new InvalidOperationException($"nothing is known of how a file like '{shown}' begins");

    /// <summary>All mistakes, each a sentence that names its option.</summary>
    public static IEnumerable<string> Mistakes(NamedFile[] inputs, NamedFile[] outputs, Func<string, byte[][]> beginnings)
    {
        var others = inputs.ToList();

        foreach (var output in outputs)
        {
            var mistake = Against(others, output) ?? Own(output.Path, beginnings(output.Option));

            if (mistake is not null)
                yield return $"{output.Option}: {mistake}";

            others.Add(output);
        }
    }

    /// <summary>Why a file may not be written here: what is there is not of its kind. Null: it may.</summary>
    public static string? Own(string path, params byte[][] beginnings)
    {
        if (IsDevice(path))
            return $"{path} is no file, and a result replaces what is there";

        return !File.Exists(path) || Begins(path, beginnings)
            ? null
            : $"{path} is there already and is none that this command writes, so it is kept; give another name, or delete it";
    }

    /// <summary>The file that a name leads to in the end, through links of folders and of files.</summary>
    public static string Real(string path)
    {
        var full = Path.GetFullPath(path);

        if (Path.GetDirectoryName(full) is not { } folder)
            return full;

        var name = Path.Combine(Real(folder), Path.GetFileName(full));

        try
        {
            return File.ResolveLinkTarget(name, returnFinalTarget: true)?.FullName ?? name;
        }
        catch (Exception unresolved) when (unresolved is IOException or UnauthorizedAccessException)
        {
            // No link, or one that leads nowhere: the name is all there is.
            return name;
        }
    }

    /// <summary>Whether two names are of one file.</summary>
    public static bool IsSame(string one, string other) =>
        string.Equals(
            Real(one), Real(other),
            OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private static string? Against(IEnumerable<NamedFile> others, NamedFile output) =>
        others.FirstOrDefault(other => IsSame(other.Path, output.Path)) is { } same
            ? $"it is the file of {same.Option}, which the result would replace"
            : others.FirstOrDefault(other => _unfinished.Any(ending =>
                IsSame(other.Path, output.Path + ending) || IsSame(other.Path + ending, output.Path))) is { } beside
                ? $"beside it lies, while it is unfinished, the file of {beside.Option}, which would be replaced"
                : null;

    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && new[] { "/dev/", "/proc/", "/sys/" }.Any(root => Real(path).StartsWith(root, StringComparison.Ordinal) && !Real(path).StartsWith("/dev/shm/", StringComparison.Ordinal));

    /// <summary>The marks of an archive that this program writes: every entry is of 1 January 1980, by which a file of NumPy's is another.</summary>
    private static byte[] Archive(string first) => [.. "PK\u0003\u0004"u8, 0, 0, 0x21, 0, .. Encoding.UTF8.GetBytes(first)];

    /// <summary>A file's beginning; of an archive without the checksums and sizes that stand among its marks.</summary>
    private static byte[] Marks(byte[] head) =>
        head.Length > EntryHeader && head.AsSpan().StartsWith("PK\u0003\u0004"u8) ? [.. head[..4], .. head[10..14], .. head[EntryHeader..]] : head;

    private static bool Begins(string path, byte[][] beginnings)
    {
        try
        {
            using var file = File.OpenRead(path);
            var found = new byte[beginnings.Max(beginning => beginning.Length) + EntryHeader];
            var marks = Marks(found[..file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false)]);
            return file.Length == 0 || beginnings.Any(beginning => marks.AsSpan().StartsWith(beginning));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Whoever may not read a file is not its owner.
            return false;
        }
    }
}
