namespace NtkPipeline.Cluster;

/// <summary>
/// The lanes of one solve's kernel that one worker makes. Its key is the solve and the worker, so that what it has read and made is found
/// again at each step; where that worker is gone, so is it.
/// </summary>
[Alias("ntk.lanes")]
internal interface ILaneGrain : IGrainWithStringKey
{
    /// <summary>Parts that are made and that the caller lacks: at once where there are any, else after a few seconds at most.</summary>
    /// <param name="vectors">The product's vectors, in the order's rows; none once the worker has them.</param>
    [Alias("make")]
    Task<LaneAnswer> Make(LaneOrder order, byte[]? vectors);

    /// <summary>The solve is over.</summary>
    [Alias("forget")]
    Task Forget();
}
