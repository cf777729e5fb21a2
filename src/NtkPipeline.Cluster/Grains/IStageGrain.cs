using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>
/// One stage of one store. Its key is the digest of its recipe and the store's name, so that a cluster has one activation of it, whoever
/// asks, and does its work once.
/// </summary>
[Alias("ntk.stage")]
internal interface IStageGrain : IGrainWithStringKey
{
    /// <summary>
    /// How the stage stands, which is begun where nobody has: at once where that is news, else after a few seconds at most.
    /// </summary>
    /// <param name="seen">The version that the caller has heard of; −1 for none, which begins anew what has ended in nothing.</param>
    [Alias("watch")]
    Task<StageReport> Watch(Job job, string name, int seen);

    /// <summary>Ends the work on it.</summary>
    [Alias("cancel")]
    Task Cancel();
}

/// <summary>Who works. It remembers what workers tell, lives wherever it lives, and is whole again one beat after it was lost.</summary>
[Alias("ntk.workers")]
internal interface IWorkersGrain : IGrainWithIntegerKey
{
    [Alias("beat")]
    Task Beat(WorkerFacts facts);

    /// <summary>A worker ends as it was told to.</summary>
    [Alias("leave")]
    Task Leave(string name);

    [Alias("list")]
    Task<WorkerFacts[]> List();
}

/// <summary>What a stage is called in the cluster.</summary>
internal static class StageKey
{
    public static string Of(string key, Store store) => $"{key}@{DigestModule.ofParts([StoreModule.folder(store, "")]).Hex[..8]}";

    /// <summary>The digest of the recipe.</summary>
    public static string Recipe(string grain) => grain.Split('@')[0];
}
