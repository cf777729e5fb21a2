using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk tangent: the tangent kernel of a pretrained encoder at its weights.</summary>
internal sealed class TangentCommand : NtkCommand, IStageCommand
{
    private readonly ClusterOptions _cluster = new();
    private readonly TextOptions _texts = new();
    private readonly EncoderOptions _encoder = new();
    private readonly TangentOptions _options = new();

    private readonly Option<string> _out = new("--out")
    {
        Description = "The kernel, texts × texts, float32; with --features the rows that it is the inner products of. What a stopped command has left beside it and in the store, the same command goes on from.",
        HelpName = "K.npy",
        Required = true,
    };

    private readonly Option<string?> _store = new("--store") { Description = "Where sketched features are kept. Default: data/store.", HelpName = "DIR" };

    public TangentCommand()
        : base(
            "tangent",
            "Computes the tangent kernel of a pretrained encoder, f(x) = w·φ(x): the inner products of f's gradients by all of its parameters, but the head's own part, φ·φ' + 1.",
            "ntk tangent --encoder minilm --texts tweets.csv --column text --head w.npy --out K.npy")
    {
        _encoder.AddTo(this);
        _texts.AddTo(this);
        _options.AddTo(this);
        Options.Add(_out);
        Options.Add(_store);
        _cluster.AddTo(this);
        Write(_out);
        Carry(
            "an exact kernel that no workers make keeps nothing in the store",
            parsed => !_options.IsExact(parsed) || _cluster.All.Any(option => IsGiven(parsed, option)), _store);
    }

    public FSharpResult<SharedStages, Failure> Stages(ParseResult parsed, MachineShare? share, Terminal terminal) =>
        from run in Run(parsed, terminal, share, 1)
        from stages in run.Stages().OrRefused()
        select stages;

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        _cluster.Do(parsed, terminal, making =>
            from run in Run(parsed, terminal, null, making?.Sharing ?? 1)
            from code in run.Compute(making)
            select code);

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => _texts.Mistakes(parsed);

    /// <param name="share">What another process counts on of this machine; none for what there is.</param>
    /// <param name="sharing">How many processes work at once on this machine.</param>
    private FSharpResult<TangentRun, Failure> Run(ParseResult parsed, Terminal terminal, MachineShare? share, int sharing) =>
        from plan in _options.Plan(parsed)
        from folder in _encoder.Folder(parsed, terminal)
        from texts in _texts.Read(parsed).OrRefused()
        from some in texts.Length > 0 ? Results.Done : Results.Fail<Unit?>(ExitCode.Refused, $"{_texts.Path(parsed)}: it holds no text.")
        from ids in _encoder.Tokeniser(parsed, folder, terminal)
        from weights in _encoder.Weights(parsed, folder)
        from encoder in weights.Value.Value.OrRefused()
        from heads in _options.Heads(parsed, encoder.Shape)
        from machine in MachineShare.Machine(share, plan.Memory, sharing, plan.Device).OrRefused()
        from store in StoreModule.openAt(parsed.GetValue(_store) ?? Home.Store).OrRefused()
        let request = new TangentRequest(weights, heads, ids(texts), plan.Method, plan.Seed, plan.IsFeatures)
        select new TangentRun(request, plan.Check, plan.Device, machine, encoder.Shape, store, parsed.GetRequiredValue(_out), terminal);
}
