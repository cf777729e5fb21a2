using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>
/// What networks are trained on, each beside the kernel of its own infinitely wide network at its own input scale, which is made once.
/// The written method's networks share the kernel of the features.
/// </summary>
internal sealed class Limits(IRunner runner, Artifact<Split> split, Artifact<Features> features, Kernel written)
{
    private readonly Dictionary<(string Network, InputScale Scale), Artifact<TrainInput>> _made = [];

    private readonly Artifact<TrainInput> _written = TrainNetwork.inputs(features, split, written.Gram, written.Spectrum);

    public FSharpResult<Artifact<TrainInput>, PipelineError> Of(TrainSettings settings) =>
        NetworkGram.isShared(settings.Architecture)
            ? FSharpResult<Artifact<TrainInput>, PipelineError>.NewOk(_written)
            : Of(TrainNetwork.limit(settings), settings.InputScale);

    private FSharpResult<Artifact<TrainInput>, PipelineError> Of(Network network, InputScale scale)
    {
        var key = (NetworkText.print(network), scale);

        return _made.TryGetValue(key, out var known)
            ? FSharpResult<Artifact<TrainInput>, PipelineError>.NewOk(known)
            : from gram in runner.Run(NetworkGram.stage(network, scale), features)
              from spectrum in runner.Run(NetworkGram.spectrum(network, scale), Artifact.both(gram, split))
              select _made[key] = TrainNetwork.inputs(features, split, gram, spectrum);
    }
}
