using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk posterior: mean and covariance of an infinitely wide network's outputs, from and to NumPy files.</summary>
internal sealed class PosteriorCommand : NtkCommand
{
    private readonly Option<string> _kind = new Option<string>("--kind")
    {
        Description = "The network's Gaussian process, networks trained by gradient descent, or a process with the tangent kernel.",
        Required = true,
    }.AcceptOnlyFromAmong([.. PosteriorKindModule.all.Select(PosteriorKindModule.print)]);

    private readonly Option<string> _network = ArrayOptions.Network();
    private readonly Option<string> _x = ArrayOptions.X();
    private readonly Option<string> _y = ArrayOptions.Y();
    private readonly Option<string> _z = new("--z") { Description = "Inputs that are asked about, a row each.", HelpName = "B.npy", Required = true };
    private readonly RidgeOption _ridge = new("The noise's variance, added to the kernel's diagonal", "0");
    private readonly Option<string> _time = new("--time") { Description = "Stop training at this time, which the rate multiplies, as in `ntk descend`; inf is the end.", HelpName = "T", DefaultValueFactory = _ => "inf" };
    private readonly Option<double> _rate = new("--rate") { Description = "The learning rate η itself, for the loss ½·mean((f − y)²).", HelpName = "R", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _outMean = new("--out-mean") { Description = "The mean, in y's form.", HelpName = "m.npy", Required = true };
    private readonly Option<string> _outCov = new("--out-cov") { Description = "The covariance, a row and a column for each row of Z.", HelpName = "C.npy", Required = true };
    private readonly Option<string?> _outStd = new("--out-std") { Description = "The standard deviation at each row of Z.", HelpName = "s.npy" };

    private readonly MemoryOption _memory = new();

    public PosteriorCommand()
        : base(
            "posterior", "The Gaussian-process posterior of an infinitely wide network, in float64.",
            "ntk posterior --kind ntk-ensemble --network \"dense 512 | relu | dense 1\" --x A.npy --y y.npy --z B.npy --out-mean m.npy --out-cov C.npy")
    {
        foreach (Option option in new Option[] { _kind, _network, _x, _y, _z, _ridge.Option, _time, _rate, _outMean, _outCov, _outStd })
            Options.Add(option);

        _memory.AddTo(this);
        Write(_outMean);
        Write(_outCov);
        Write(_outStd);
        Belong("--time T, an end of training before inf", parsed => Training(parsed) is { IsOk: true, ResultValue: not null }, _rate);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        LibTorch.useThreads(0);

        return from network in NetworkWords.Read(parsed.GetRequiredValue(_network))
               from training in Training(parsed)
               from fits in _memory.Check(parsed, terminal, Need(parsed, training is not null))
               from code in Compute(parsed, network, training, terminal).OrRefused()
               select code;
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => [.. Of(Training(parsed)), .. Of(_memory.Read(parsed))];

    private FSharpResult<MemoryNeed, PipelineError> Need(ParseResult parsed, bool isStopped) =>
        from x in MemoryOption.Shape(parsed.GetRequiredValue(_x))
        from z in MemoryOption.Shape(parsed.GetRequiredValue(_z))
        let isTrained = isStopped || parsed.GetRequiredValue(_kind) == "ntk-ensemble"
        select new MemoryNeed(
            $"posterior: {x.Rows} training rows and {z.Rows} others", KernelMemory.posterior(isTrained, x.Rows, z.Rows, x.Columns),
            "fewer rows of Z at a time need less, and `ntk solve` gives the mean without holding the kernel");

    private FSharpResult<FSharpOption<Training>, Failure> Training(ParseResult parsed)
    {
        var rate = parsed.GetValue(_rate);
        var times = DescentPlanModule.parseTimes(false, parsed.GetRequiredValue(_time));
        var mistakes = Of(_ridge.Read(parsed)).ToList();

        if (times.IsError)
            mistakes.Add($"--time {times.ErrorValue}");
        else if (times.ResultValue.Length != 1)
            mistakes.Add("--time: one time is wanted");

        if (!(rate > 0 && double.IsFinite(rate)))
            mistakes.Add($"--rate {rate}: a learning rate is positive and finite");

        return mistakes.Count > 0
            ? Results.Fail<FSharpOption<Training>>(ExitCode.Usage, mistakes)
            : Results.Ok(double.IsFinite(times.ResultValue[0])
                ? FSharpOption<Training>.Some(TrainingModule.flow(rate, times.ResultValue[0]))
                : FSharpOption<Training>.None);
    }

    private FSharpResult<int, PipelineError> Compute(ParseResult parsed, Network network, FSharpOption<Training> training, Terminal terminal)
    {
        var kind = PosteriorKindModule.parse(parsed.GetRequiredValue(_kind))!.Value;

        return from x in SourceFile.readNpy64(parsed.GetRequiredValue(_x))
               from targets in TargetFile.Read(parsed.GetRequiredValue(_y))
               from z in SourceFile.readNpy64(parsed.GetRequiredValue(_z))
               from found in NetworkPosterior.run(kind, network, x, targets.Values, z, _ridge.Read(parsed).ResultValue!, training)
               from mean in targets.Write(parsed.GetRequiredValue(_outMean), found.Posterior.Mean)
               from covariance in SourceFile.writeValue(parsed.GetRequiredValue(_outCov), Codec.matrix64, found.Posterior.Covariance)
               from std in parsed.GetValue(_outStd) is { } path
                   ? SourceFile.writeValue(path, Codec.vector, found.Posterior.StandardDeviations).Select(_ => 0)
                   : FSharpResult<int, PipelineError>.NewOk(0)
               select Tell(parsed, terminal, found);
    }

    private int Tell(ParseResult parsed, Terminal terminal, CertifiedPosterior found)
    {
        var (mean, covariance) = (parsed.GetRequiredValue(_outMean), parsed.GetRequiredValue(_outCov));
        var rows = found.Posterior.Mean.Rows;
        var deviations = found.Posterior.StandardDeviations;

        return terminal.Tell(
            new
            {
                outMean = mean,
                outCov = covariance,
                rows,
                outputs = found.Posterior.Mean.Columns,
                ridge = found.Ridge,
                relativeRidge = found.RelativeRidge,
                certificate = Certificates.Json(found.Certificate),
            },
            $"{mean}: {rows} means; {covariance}: {rows} × {rows}; standard deviations {deviations.DefaultIfEmpty().Min():g4} … {deviations.DefaultIfEmpty().Max():g4}",
            $"ridge {found.Ridge:g6} ({found.RelativeRidge:g4} × mean diagonal)",
            Certificates.Print(found.Certificate));
    }
}
