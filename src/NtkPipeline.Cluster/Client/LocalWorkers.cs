using System.Diagnostics;
using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>A run's own workers: processes of this machine, which share its cores. One that dies is started anew.</summary>
internal sealed class LocalWorkers : IDisposable
{
    /// <summary>So many deaths within their first seconds say that the next would die too.</summary>
    private const int MostEarlyDeaths = 3;

    /// <summary>For so long a worker may take to end by itself.</summary>
    private static readonly TimeSpan _most = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _early = TimeSpan.FromSeconds(10);

    private readonly int _port;
    private readonly int _cores;
    private readonly string[] _ready;
    private readonly Process[] _all;
    private readonly Lock _gate = new();
    private int _earlyDeaths;
    private bool _isOpen;
    private bool _isOver;
    private string _said = "";

    /// <summary>They begin to start, and join when <see cref="Open"/> says that there is something to join.</summary>
    /// <param name="isForStages">Whether stages are what they will be asked for, so that they get ready for that too.</param>
    public LocalWorkers(int count, int port, bool isForStages)
    {
        _ready = isForStages ? ["--ready"] : [];
        _port = port;
        _cores = Math.Max(1, Environment.ProcessorCount / count);
        _all = new Process[count];

        lock (_gate)
            for (var place = 0; place < count; place++)
                _all[place] = Start(place);
    }

    public int Count => _all.Length;

    /// <summary>Whom they join, at the port, is there.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;

            foreach (var worker in _all)
                LetJoin(worker);
        }
    }

    /// <summary>One that has died already is replaced.</summary>
    private static void LetJoin(Process worker)
    {
        try
        {
            worker.StandardInput.WriteLine();
            worker.StandardInput.Flush();
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Why no worker lives, where none can.</summary>
    public string? Failure => _earlyDeaths >= MostEarlyDeaths ? $"the workers of this run die at their start: {_said}" : null;

    private Process Start(int place)
    {
        var dotnet = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        string[] arguments =
        [
            typeof(LocalWorkers).Assembly.Location, "worker", "--join", $"{_port}", "--cores", $"{_cores}", "--name", $"worker-{place + 1}", "--quiet", .. _ready,
        ];

        var worker = new Process
        {
            StartInfo = new ProcessStartInfo(dotnet, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
            EnableRaisingEvents = true,
        };

        worker.ErrorDataReceived += (_, said) => Keep(said.Data);
        worker.OutputDataReceived += (_, said) => Keep(said.Data);
        var begun = Stopwatch.GetTimestamp();
        worker.Exited += (_, _) => Replace(place, Stopwatch.GetElapsedTime(begun));
        worker.Start();
        worker.BeginErrorReadLine();
        worker.BeginOutputReadLine();

        if (_isOpen)
            LetJoin(worker);

        return worker;
    }

    private void Replace(int place, TimeSpan lived)
    {
        lock (_gate)
        {
            if (_isOver)
                return;

            _earlyDeaths = lived < _early ? _earlyDeaths + 1 : 0;

            try
            {
                if (Failure is null)
                    _all[place] = Start(place);
            }
            catch (System.ComponentModel.Win32Exception refusal)
            {
                // No memory, or no more processes: there is no sense in trying again at once.
                (_said, _earlyDeaths) = (refusal.Message, MostEarlyDeaths);
            }
        }
    }

    private void Keep(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
            _said = line;
    }

    /// <summary>Lets them end by themselves, which they do at once where they are at nothing.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOver = true;

            foreach (var worker in _all)
                worker.StandardInput.Close();
        }

        var patience = Stopwatch.StartNew();

        foreach (var worker in _all)
            if (_most - patience.Elapsed is var left && left > TimeSpan.Zero)
                worker.WaitForExit(left);
    }

    /// <summary>Ends them, and what they are at.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;

            foreach (var worker in _all)
                if (!worker.HasExited)
                    worker.Kill(entireProcessTree: true);
        }
    }
}
