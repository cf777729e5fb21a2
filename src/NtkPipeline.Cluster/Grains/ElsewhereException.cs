namespace NtkPipeline.Cluster;

/// <summary>The stage has failed on this worker before, so another is to try it; the grain has left this one.</summary>
[GenerateSerializer, Alias("ntk.elsewhere")]
internal sealed class ElsewhereException(string message) : Exception(message);
