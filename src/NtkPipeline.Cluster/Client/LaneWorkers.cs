using System.Diagnostics;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Cluster;

/// <summary>The workers of a solve, and which lanes each has.</summary>
internal sealed class LaneWorkers(ClusterConnection cluster, string solve, int lanes)
{
    /// <summary>So often workers are asked for.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(2);

    /// <summary>For so long one that has failed gets no lanes.</summary>
    private static readonly TimeSpan _penance = TimeSpan.FromSeconds(15);

    /// <summary>For so long a run's own workers may take to start.</summary>
    private static readonly TimeSpan _start = TimeSpan.FromSeconds(30);

    private const int MostFailures = 3;

    private readonly Dictionary<string, LaneCall> _calls = [];
    private readonly Dictionary<string, (int Count, long At)> _failures = [];
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private FSharpOption<string>?[] _owners = [.. Enumerable.Repeat(FSharpOption<string>.None, lanes)];
    private WorkerFacts[] _known = [];
    private Task<WorkerFacts[]>? _asking;
    private long _askedAt;
    private string _lastFailure = "";

    /// <summary>All that have ever been asked for something.</summary>
    public IEnumerable<LaneCall> All => _calls.Values;

    /// <summary>Why there will be nobody, if that is so.</summary>
    public string? Nobody =>
        _known.Length == 0 ? cluster.Own?.Failure
        : _known.All(worker => worker.Build != Build.Mine)
            ? $"all workers have another version of the program: {_known[0].Name} has {_known[0].Build}, and this is {Build.Mine}"
        : _known.All(worker => _failures.GetValueOrDefault(worker.Address).Count >= MostFailures)
            ? $"all workers have failed {MostFailures} times; the last time: {_lastFailure}"
        : cluster.Own?.Failure;

    /// <summary>Looks who is there: at once where somebody is known, without waiting for an answer that may be late.</summary>
    public async Task Look()
    {
        if (_asking is { IsCompleted: true } asked)
        {
            // An empty answer is that of a worker which has just taken over the list.
            if (await asked is { Length: > 0 } found)
                _known = found;

            _asking = null;
        }

        if (_asking is null && (_known.Length == 0 || Stopwatch.GetElapsedTime(_askedAt) > _look))
        {
            _askedAt = Stopwatch.GetTimestamp();
            _asking = cluster.Workers();
        }
    }

    /// <summary>Whoever could make lanes now. A solve's own workers begin together.</summary>
    private WorkerFacts[] Able()
    {
        var able = _known.Where(worker => worker.Build == Build.Mine && !IsShunned(worker)).ToArray();
        var isEarly = cluster.Own is { } own && able.Length < own.Count && _failures.Count == 0 && _sinceStart.Elapsed < _start;
        return isEarly ? [] : able;
    }

    private bool IsShunned(WorkerFacts worker) =>
        _failures.TryGetValue(worker.Address, out var failed)
        && (failed.Count >= MostFailures || Stopwatch.GetElapsedTime(failed.At) < _penance);

    /// <summary>Gives every lane to somebody; says whether there is somebody.</summary>
    /// <param name="isNew">A product begins: lanes may move to whoever has fewer.</param>
    public bool Share(bool isNew)
    {
        var workers = Able().Select(worker => new LaneWorker(worker.Address, worker.Cores)).ToArray();

        if (workers.Length > 0)
            _owners = isNew ? LaneShares.divide(workers, _owners) : LaneShares.fill(workers, _owners);

        return workers.Length > 0;
    }

    /// <summary>Each worker with those of these lanes that it has.</summary>
    public IEnumerable<(LaneCall Call, int[] Lanes)> With(IReadOnlySet<int> wanted) =>
        from lane in Enumerable.Range(0, lanes)
        where wanted.Contains(lane) && _owners[lane] is not null
        group lane by _owners[lane]!.Value into share
        let call = Call(share.Key)
        where call is not null
        select (call, share.ToArray());

    private LaneCall? Call(string address)
    {
        if (_calls.TryGetValue(address, out var call))
            return call;

        return Array.Find(_known, worker => worker.Address == address) is { } worker && cluster.Lanes($"{solve}@{address}") is { } grain
            ? _calls[address] = new LaneCall(grain, worker)
            : null;
    }

    /// <summary>A worker has failed: its lanes are others' for now.</summary>
    public void Shun(LaneCall call, string sentence)
    {
        _lastFailure = sentence;
        _failures[call.Address] = (_failures.GetValueOrDefault(call.Address).Count + 1, Stopwatch.GetTimestamp());
        _owners = [.. _owners.Select(owner => owner?.Value == call.Address ? FSharpOption<string>.None : owner)];
    }
}
