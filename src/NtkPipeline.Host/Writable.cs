using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>Whether results can be written where they are wanted: asked before anything is computed, by writing and deleting an empty file.</summary>
internal static class Writable
{
    /// <summary>Why nothing can be written into a folder, or made where it is to be; null: it can.</summary>
    public static string? Folder(string path)
    {
        var there = Path.GetFullPath(path);

        while (!Directory.Exists(there))
        {
            if (System.IO.File.Exists(there))
                return $"{path} cannot be made: {there} is a file, and a folder is wanted";

            if (Path.GetDirectoryName(there) is not { } above)
                return $"{path} cannot be made: there is no {there}";

            there = above;
        }

        var probe = Path.Combine(there, $".ntk-probe-{Guid.NewGuid():N}");

        try
        {
            new FileStream(probe, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose }).Dispose();
            return null;
        }
        catch (Exception refusal) when (DiskRefusal.reason(refusal) is { Value: var reason })
        {
            return $"nothing can be written into {there}, so that nothing is computed: {reason.Replace(probe, there, StringComparison.Ordinal)}";
        }
    }

    /// <summary>Why a file cannot be written; null: it can.</summary>
    public static string? File(string path) =>
        Directory.Exists(path) ? $"{path} is a folder, and a file is wanted"
        : Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder ? Folder(folder)
        : null;
}
