using System.Diagnostics;
using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>
/// A process that makes stages of one job, `ntk stage`: an abort in native code, too little memory or a kill ends one stage and no worker.
/// It ends by itself when this process does.
/// </summary>
internal sealed class StageChild : IDisposable
{
    /// <summary>What it said last, for when it dies.</summary>
    private const int LinesKept = 5;

    private readonly Process _process;
    private readonly Queue<string> _said = new();

    /// <summary>Whose stages it makes; nobody's as yet.</summary>
    public Job? Job { get; private set; }

    public string Folder { get; }

    /// <summary>Since when nothing is asked of it.</summary>
    public long IdleSince { get; set; }

    private StageChild(string folder, Process process)
    {
        (Folder, _process) = (folder, process);
        process.ErrorDataReceived += (_, said) => Keep(said.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>One that waits to hear whose stages it is to make, and loads meanwhile what any of them needs.</summary>
    /// <param name="folder">Where it stands; where the worker stands if there is no such folder here.</param>
    public static StageChild Start(string folder)
    {
        var program = typeof(RunRequest).Assembly.Location;
        var dotnet = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        var process = Process.Start(new ProcessStartInfo(dotnet, [program, "stage"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory.Exists(folder) ? folder : Environment.CurrentDirectory,
        })!;

        return new StageChild(folder, process);
    }

    public StageChild For(Job job)
    {
        Job = job;
        Write(job.Request);
        return this;
    }

    public bool IsAlive => !_process.HasExited;

    /// <summary>Bytes of memory that it has; 0 where it has ended.</summary>
    public long Memory
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>Has one stage made and tells of it meanwhile; the last line says what came of it, none that the process has died.</summary>
    public async Task<StageLine?> Make(string key, Action<StageLine> hear, CancellationToken token)
    {
        Write(key);

        while (await _process.StandardOutput.ReadLineAsync(token) is { } text)
            if (StageLine.Read(text) is { } line)
            {
                if (line.Done is not null || line.Refused is not null)
                    return line;

                hear(line);
            }

        await _process.WaitForExitAsync(token);
        return null;
    }

    /// <summary>How it ended, as the end of "the process …".</summary>
    public string Ending
    {
        get
        {
            var how = _process.ExitCode is > 128 and < 160 and var code ? $"was ended by signal {code - 128}" : $"ended with code {_process.ExitCode}";

            lock (_said)
                return _said.Count == 0 ? how : $"{how}: {_said.Last()}";
        }
    }

    /// <summary>It may be dead already; then nobody reads, and the next line that is not there tells of it.</summary>
    private void Write(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;

        lock (_said)
        {
            _said.Enqueue(line);

            if (_said.Count > LinesKept)
                _said.Dequeue();
        }
    }

    /// <summary>Lets it end by itself, at nothing as it is.</summary>
    public void Close()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        _process.Dispose();
    }

    /// <summary>Ends it, whatever it is at.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _process.Dispose();
    }
}
