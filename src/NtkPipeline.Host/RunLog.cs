using System.Text.Json;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// run.log, beside the results: one line of JSON for each stage of the last run, as soon as its result is there, the same as summary.json's.
/// It replaces that of the run before. What cannot be written is told of once, and the run goes on without.
/// </summary>
internal sealed class RunLog(string path, Terminal terminal) : IDisposable
{
    private StreamWriter? _file;
    private bool _isLost;

    /// <summary>Adds a stage; the first makes the file.</summary>
    public void Add(StageFact fact)
    {
        if (_isLost)
            return;

        try
        {
            _file ??= Open();
            _file.WriteLine(PlainLine.ofJson(fact.Json.ToJsonString(JsonSerializerOptions.Default)));
        }
        catch (Exception refusal) when (DiskRefusal.reason(refusal) is { Value: var reason })
        {
            _isLost = true;
            terminal.Warn($"{path} cannot be written, and this run goes on without it: {reason}");
        }
    }

    public void Dispose()
    {
        try
        {
            _file?.Dispose();
        }
        catch (Exception refusal) when (_isLost && DiskRefusal.reason(refusal) is not null)
        {
            // What was refused once is tried again here.
        }
    }

    private StreamWriter Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

        // A file of its own: whatever name stands there leads nowhere.
        File.Delete(path);
        return new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read)) { AutoFlush = true, NewLine = "\n" };
    }
}
