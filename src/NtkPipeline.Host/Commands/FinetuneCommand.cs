using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk finetune: a pretrained encoder and a head, trained on labelled texts.</summary>
internal sealed class FinetuneCommand : NtkCommand, IStageCommand
{
    private readonly ClusterOptions _cluster = new();
    private readonly TuningTexts _texts = new();
    private readonly TuningOptions _tuning = new();
    private readonly Option<double> _stop = new("--stop-share") { Description = "The share of the texts by whose squared error the epoch is chosen, the first at least, and which is not trained on; 0 takes the last epoch.", DefaultValueFactory = _ => EarlyStopping.share };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Draws the stop set, the order of the texts and LoRA's A.", DefaultValueFactory = _ => 1 };
    private readonly MemoryOption _memory = new();
    private readonly Option<string> _device = ArrayOptions.Device();
    private readonly Option<string?> _store = new("--store") { Description = "Where each epoch's state is kept, from which the same command goes on. Default: data/store.", HelpName = "DIR" };
    private readonly Option<string> _out = new("--out") { Description = "The tuned parameters by Hugging Face's names and the head's; of a linearised encoder the pretrained ones, and as delta.NAME what is added.", HelpName = "MODEL.npz", Required = true };
    private readonly Option<string?> _predict = new("--predict") { Description = "Texts to predict, in a file like that of --texts.", HelpName = "FILE" };
    private readonly Option<string?> _predictions = new("--predictions") { Description = "f of each of them.", HelpName = "P.npy" };

    public FinetuneCommand()
        : base(
            "finetune", "Trains a pretrained encoder and a head, f(x) = w·φ(x) + b, on labelled texts by the squared error: AdamW, linear warm-up and decay, gradients clipped to norm 1, no dropout.",
            "ntk finetune --encoder minilm --texts train.csv --column text --label target --out M.npz --predict test.csv --predictions P.npy")
    {
        _texts.AddTo(this);
        _tuning.AddTo(this);

        foreach (Option option in new Option[] { _stop, _seed, _memory.Option, _device, _store, _out, _predict, _predictions })
            Options.Add(option);

        _cluster.AddTo(this);
        Write(_out, EncoderArchive.first);
        Write(_predictions);
    }

    public FSharpResult<SharedStages, Failure> Stages(ParseResult parsed, MachineShare? share, Terminal terminal) =>
        Job(parsed, terminal).Select(job => job.Stages);

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        _cluster.Do(parsed, terminal, making => Work(parsed, terminal, making));

    protected override IEnumerable<string> Mistakes(ParseResult parsed) =>
        _texts.Mistakes(parsed, parsed.GetValue(_predict) is { } path ? new NamedFile(_predict.Name, path) : null);

    private FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal, StageMaking? making)
    {
        LibTorch.useThreads(0);

        return from job in Job(parsed, terminal)
               from model in job.Run(terminal, making)
               from weights in job.Weights.Value.Value.OrRefused()
               from written in SourceFile.write(
                   job.Out, FuncConvert.FromAction<Stream>(stream => EncoderArchive.write(weights, model.State, stream))).OrRefused()
               from predicted in Predict(parsed, job, weights, model).OrRefused()
               select Tell(job, model, parsed.GetValue(_predictions), predicted, terminal);
    }

    private FSharpResult<TuningJob, Failure> Job(ParseResult parsed, Terminal terminal) =>
        from settings in _tuning.Read(parsed)
        from head in _tuning.Head(parsed)
        from device in DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage("--device")
        from share in Share(parsed)
        from paired in Paired(parsed)
        from memory in _memory.Read(parsed)
        from folder in _texts.Folder(parsed, terminal)
        from texts in _texts.Texts(parsed)
        from targets in _texts.Targets(parsed)
        from others in parsed.GetValue(_predict) is { } path ? _texts.Others(parsed, path) : Results.Ok(Array.Empty<string>())
        from ids in _texts.Tokeniser(parsed, folder, terminal)
        from found in DeviceModule.resolve(device).OrRefused()
        from weights in _texts.Weights(parsed, folder)
        from store in StoreModule.openAt(parsed.GetValue(_store) ?? Home.Store).OrRefused()
        let seed = SeedModule.root(parsed.GetValue(_seed))
        from rows in TuningRowsModule.split(seed, share, ids(texts), targets.Values).OrRefused()
        select new TuningJob(settings, head, device, seed, weights, targets.Task, rows, ids(others), memory, store, parsed.GetRequiredValue(_out));

    private FSharpResult<double, Failure> Share(ParseResult parsed) =>
        parsed.GetValue(_stop) is >= 0 and < 1 and var share
            ? Results.Ok(share)
            : Results.Fail<double>(ExitCode.Usage, $"--stop-share {parsed.GetValue(_stop)}: a share from 0 to below 1");

    private FSharpResult<Unit?, Failure> Paired(ParseResult parsed) =>
        parsed.GetValue(_predict) is null == parsed.GetValue(_predictions) is null
            ? Results.Done
            : Results.Fail<Unit?>(ExitCode.Usage, "--predict FILE and --predictions P.npy come together");

    private FSharpResult<int, PipelineError> Predict(ParseResult parsed, TuningJob job, EncoderWeights weights, TunedModel model) =>
        parsed.GetValue(_predictions) is not { } path
            ? FSharpResult<int, PipelineError>.NewOk(0)
            : from outputs in FineTune.outputs(job.Device, weights, model.State, job.Others)
              from written in SourceFile.writeNpy(path, [outputs.Length], outputs)
              select outputs.Length;

    private static int Tell(TuningJob job, TunedModel model, string? predictions, int predicted, Terminal terminal) =>
        terminal.Tell(
            new
            {
                @out = job.Out,
                method = TuningMethodModule.print(job.Settings.Method),
                seed = job.Seed.Value,
                classes = LearningTaskModule.names(job.Task),
                texts = job.Rows.Fitted.Length,
                stopTexts = job.Rows.Stop.Length,
                epoch = model.State.Epoch,
                trainingErrors = model.Losses,
                stopErrors = model.StopErrors,
                predictions,
                predicted,
            },
            [
                .. model.StopErrors.Take(1).Select(error => $"before training: squared error {error:0.####} on the stop set"),
                .. model.Losses.Select((loss, epoch) =>
                    $"epoch {epoch + 1}: squared error {loss:0.####} in training{(model.StopErrors.Length > 0 ? $", {model.StopErrors[epoch + 1]:0.####} on the stop set" : "")}"),
                $"{job.Out}: the encoder after epoch {model.State.Epoch}, trained on {job.Rows.Fitted.Length} texts",
                .. job.Task is LearningTask.Binary { negative: var negative, positive: var positive }
                    ? new[] { $"its output above 0 means '{positive}', below 0 '{negative}'" }
                    : [],
                .. model.StopErrors.Length > 0 && model.StopErrors[0] <= model.StopErrors.Skip(1).Min()
                    ? new[] { "on the stop set no epoch is better than the encoder as it was, with the head that training began with" }
                    : [],
                .. predictions is null ? Array.Empty<string>() : [$"{predictions}: {predicted} outputs"],
            ]);
}
