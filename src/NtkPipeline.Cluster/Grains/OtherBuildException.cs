namespace NtkPipeline.Cluster;

/// <summary>A worker whose program is not the run's might see another pipeline, so it does nothing for it.</summary>
[GenerateSerializer, Alias("ntk.other-build")]
internal sealed class OtherBuildException(string message) : Exception(message);
