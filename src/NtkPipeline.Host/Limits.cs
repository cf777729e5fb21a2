using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host;

/// <summary>
/// What networks are trained on, each beside the kernel of its own infinitely wide network at its own input scale, which is made once.
/// The written method's networks share the kernel of the features. Only the last kernel asked for is kept in memory, since each is as
/// large as the features' own; another comes back from the store. Of texts, all networks are of one architecture, whose kernel is given.
/// </summary>
internal sealed class Limits(IRunner runner, Artifact<Split> split, Artifact<Features> features, Kernel written, bool areTexts = false)
{
    private ((string Network, InputScale Scale) Key, Artifact<TrainInput> Input)? _last;

    private readonly Artifact<TrainInput> _written = areTexts
        ? TrainNetwork.inputsOfTexts(features, split, written.Gram, written.Spectrum)
        : TrainNetwork.inputs(features, split, written.Gram, written.Spectrum);

    public FSharpResult<Artifact<TrainInput>, PipelineError> Of(RunSpec spec) =>
        areTexts || NetworkGram.isShared(spec.Architecture)
            ? FSharpResult<Artifact<TrainInput>, PipelineError>.NewOk(_written)
            : Of(RunSpecModule.limit(spec), spec.InputScale);

    private FSharpResult<Artifact<TrainInput>, PipelineError> Of(Network network, InputScale scale)
    {
        var key = (NetworkText.print(network), scale);

        return _last is { } last && last.Key == key
            ? FSharpResult<Artifact<TrainInput>, PipelineError>.NewOk(last.Input)
            : from gram in runner.Run(NetworkGram.stage(network, scale), features)
              from spectrum in runner.Run(NetworkGram.spectrum(network, scale), Artifact.both(gram, split))
              select Remember(key, TrainNetwork.inputs(features, split, gram, spectrum));
    }

    private Artifact<TrainInput> Remember((string Network, InputScale Scale) key, Artifact<TrainInput> input)
    {
        _last = (key, input);
        return input;
    }
}
