using System.Diagnostics;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Host;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>
/// Products of a solve's kernel, whose lanes' parts workers make. What a worker held that is lost is made again by others, to the same bits.
/// </summary>
internal sealed class LaneProducts(LaneProblem problem, int rows, long memory, ClusterConnection cluster, Terminal terminal, CancellationToken token)
    : IKernelLanes
{
    /// <summary>For so long there may be no worker at all.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(0.25);

    private readonly int _lanes = KernelLanes.count(rows);
    private readonly LaneWorkers _workers = new(cluster, Guid.NewGuid().ToString("N"), KernelLanes.count(rows));
    private int _product;

    public FSharpResult<Matrix<double>[], PipelineError> Parts(Matrix<double> v) => PartsAsync(v).GetAwaiter().GetResult();

    /// <summary>Workers may let go of what they hold.</summary>
    public Task Forget() => Task.WhenAll(_workers.All.Select(call => call.Forget()));

    private async Task<FSharpResult<Matrix<double>[], PipelineError>> PartsAsync(Matrix<double> v)
    {
        if (v.Values.LongLength * sizeof(double) > Numbers.Most)
            return Refuse(PipelineError.NewMachineLacks(
                $"{v.Rows} systems of {v.Columns} rows are more than one message carries ({ByteSize.print(Numbers.Most)}); ask for fewer ridges at once"));

        var vectors = Numbers.Bytes(v);
        var parts = new Matrix<double>[_lanes];
        var wanted = Enumerable.Range(0, _lanes).ToHashSet();
        var asked = new Dictionary<LaneCall, Task<LaneAnswer>>();
        var alone = Stopwatch.StartNew();
        var isNew = true;
        _product++;

        while (wanted.Count > 0)
        {
            token.ThrowIfCancellationRequested();
            await _workers.Look();

            if (_workers.Share(isNew))
            {
                isNew = false;
                alone.Restart();
            }
            else if (_workers.Nobody is { } nobody)
                return Refuse(PipelineError.NewMachineLacks(nobody));
            else if (alone.Elapsed > _patience)
                return Refuse(PipelineError.NewMachineLacks("no worker has come for a minute; start some with `ntk worker`"));

            foreach (var (call, lanes) in _workers.With(wanted))
                if (!asked.ContainsKey(call))
                    asked[call] = call.Ask(Order(call, v.Rows, lanes), vectors, token);

            await Task.WhenAny([.. asked.Values, Task.Delay(asked.Count == 0 ? _pause : _pause * 8, token)]);

            foreach (var (call, ended) in asked.Where(entry => entry.Value.IsCompleted).ToArray())
            {
                asked.Remove(call);

                if (Hear(call, await ended, v.Rows, wanted, parts) is { } refusal)
                    return Refuse(refusal);
            }
        }

        return FSharpResult<Matrix<double>[], PipelineError>.NewOk(parts);
    }

    private LaneOrder Order(LaneCall call, int vectors, int[] lanes) => new(
        problem.X, problem.Digest, problem.Kind, problem.Network, problem.IsSingle, Build.Mine, call.Address, _product, vectors, lanes, memory);

    /// <summary>Takes what an answer brings; gives what ends the solve.</summary>
    private PipelineError? Hear(LaneCall call, LaneAnswer answer, int vectors, HashSet<int> wanted, Matrix<double>[] parts)
    {
        for (var k = 0; k < answer.Lanes.Length; k++)
            if (wanted.Remove(answer.Lanes[k]))
                parts[answer.Lanes[k]] = Numbers.Read(answer.Parts[k], vectors);

        switch (answer.State)
        {
            case LaneState.Refused:
                return PipelineError.NewDataRefused($"on {call.Name}: {answer.Sentence}");
            case LaneState.Failed:
                terminal.Warn($"{answer.Sentence}; what it held is made again by others");
                _workers.Shun(call, answer.Sentence!);
                return null;
            default:
                return null;
        }
    }

    private static FSharpResult<Matrix<double>[], PipelineError> Refuse(PipelineError refusal) =>
        FSharpResult<Matrix<double>[], PipelineError>.NewError(refusal);
}
