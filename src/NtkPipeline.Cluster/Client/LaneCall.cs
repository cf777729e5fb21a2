using NtkPipeline.Host;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace NtkPipeline.Cluster;

/// <summary>One worker of a solve: a question at a time, which a worker that has died leaves unanswered.</summary>
internal sealed class LaneCall(ILaneGrain grain, WorkerFacts worker)
{
    /// <summary>The last product whose vectors it has, as far as is known.</summary>
    private int _product;

    public string Name => worker.Name;

    public string Address => worker.Address;

    /// <summary>What it says; that it is lost, where it says nothing.</summary>
    public async Task<LaneAnswer> Ask(LaneOrder order, byte[] vectors, CancellationToken token)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(worker.Address));

        try
        {
            var answer = await grain.Make(order, _product == order.Product ? null : vectors).WaitAsync(token);
            _product = answer.State == LaneState.WantsVectors ? 0 : order.Product;
            return answer;
        }
        catch (OtherBuildException other)
        {
            return LaneAnswer.Of(LaneState.Failed, other.Message);
        }
        catch (Exception lost) when (Lost.Is(lost, token))
        {
            return LaneAnswer.Of(LaneState.Failed, $"{worker.Name} does not answer");
        }
    }

    public async Task Forget()
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(worker.Address));

        try
        {
            await grain.Forget().WaitAsync(TimeSpan.FromSeconds(2));
        }
        catch (Exception lost) when (Lost.Is(lost))
        {
            // Whoever cannot be told is dead, or forgets by itself.
        }
    }
}
