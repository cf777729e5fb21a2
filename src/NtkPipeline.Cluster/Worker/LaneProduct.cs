using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Cluster;

/// <summary>One product of a solve on one worker: its vectors, the lanes that are asked for, and the parts that are made.</summary>
internal sealed class LaneProduct(int number, Matrix<double> vectors)
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _begun = [];
    private readonly Dictionary<int, byte[]> _made = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PipelineError? _refusal;

    public int Number => number;

    public Matrix<double> Vectors => vectors;

    public CancellationToken Stopped => _stop.Token;

    public int Count
    {
        get
        {
            lock (_gate)
                return _begun.Count;
        }
    }

    public int Made
    {
        get
        {
            lock (_gate)
                return _made.Count;
        }
    }

    public void Stop() => _stop.Cancel();

    /// <summary>The lanes of these that nobody has begun; they are the caller's to make.</summary>
    public int[] Begin(int[] lanes)
    {
        lock (_gate)
            return [.. lanes.Where(_begun.Add)];
    }

    public void Tell(int lane, Matrix<double> part) => Change(() => _made[lane] = Numbers.Bytes(part));

    public void End(FSharpResult<Unit, PipelineError> outcome)
    {
        if (outcome.IsError)
            Change(() => _refusal = outcome.ErrorValue);
    }

    private void Change(Action change)
    {
        TaskCompletionSource before;

        lock (_gate)
        {
            change();
            before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }

    /// <summary>
    /// All of some lanes, once they are made, or what there is of them after a while: a message for each lane costs more than its numbers.
    /// </summary>
    public async Task<LaneAnswer> Answer(int[] lanes, TimeSpan wait, TimeProvider clock)
    {
        var late = Task.Delay(wait, clock);

        while (true)
        {
            Task changed;

            lock (_gate)
            {
                if (late.IsCompleted || _refusal is not null || lanes.All(_made.ContainsKey))
                    return Known(lanes) ?? LaneAnswer.Of(LaneState.Working);

                changed = _changed.Task;
            }

            await Task.WhenAny(changed, late);
        }
    }

    /// <summary>As many parts as a message carries, or why there are none.</summary>
    private LaneAnswer? Known(int[] lanes)
    {
        if (_refusal is { } refusal)
            return LaneAnswer.Of(refusal.Retry.IsFinal ? LaneState.Refused : LaneState.Failed, refusal.Sentence);

        var made = lanes.Where(_made.ContainsKey).ToArray();

        if (made.Length == 0)
            return null;

        made = made[..Math.Clamp(Numbers.Most / Math.Max(1, _made[made[0]].Length), 1, made.Length)];
        return new LaneAnswer(LaneState.Working, made, [.. made.Select(lane => _made[lane])], null);
    }
}
