using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk descend: a kernel's training from and to NumPy files.</summary>
internal sealed class DescendCommand : NtkCommand
{
    private readonly Option<string> _kTrain = ArrayOptions.KTrain();
    private readonly Option<string> _y = ArrayOptions.Y();
    private readonly Option<string?> _kTest = ArrayOptions.KTest();
    private readonly Option<string> _times = new("--times") { Description = "Times, which the rate multiplies, or with --steps numbers of steps; inf is allowed.", HelpName = "0,1,10,inf", Required = true };
    private readonly Option<double> _rate = new("--rate") { Description = "The learning rate η itself.", HelpName = "R", Required = true };
    private readonly Option<bool> _steps = new("--steps") { Description = "Steps of full-batch gradient descent instead of gradient flow." };
    private readonly Option<string> _loss = new Option<string>("--loss")
    {
        Description = "½·mean((f − y)²), or the mean cross-entropy: logistic of one column (−1 and 1, or probabilities), whose time inf exists where no row can be told apart by its target; softmax of several.",
        DefaultValueFactory = _ => "squared",
    }.AcceptOnlyFromAmong("squared", "cross-entropy", "logistic");

    private readonly Option<double> _momentum = new("--momentum") { Description = "Heavy-ball momentum of the steps.", HelpName = "B" };
    private readonly RidgeOption _ridge = new("Added to the diagonal of K-TRAIN", "0");
    private readonly Option<string?> _f0Train = new("--f0-train") { Description = "f before training, on the training rows; 0 without it.", HelpName = "a.npy" };
    private readonly Option<string?> _f0Test = new("--f0-test") { Description = "f before training, on the test rows; 0 without it.", HelpName = "b.npy" };
    private readonly Option<string> _out = new("--out") { Description = "One row a time: times × rows, × outputs where y has two dimensions.", HelpName = "P.npy", Required = true };

    private readonly MemoryOption _memory = new();

    public DescendCommand()
        : base(
            "descend", "Trains a kernel in closed form: gradient flow, or with --steps gradient descent; on cross-entropy step by step.",
            "ntk descend --k-train K.npy --y y.npy --k-test Kt.npy --times 0,1,10,inf --rate 1 --out P.npy")
    {
        foreach (Option option in new Option[] { _kTrain, _y, _kTest, _times, _rate, _steps, _loss, _momentum, _ridge.Option, _f0Train, _f0Test, _out })
            Options.Add(option);

        _memory.AddTo(this);
        Write(_out);
        Belong("--steps", parsed => parsed.GetValue(_steps), _momentum);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        LibTorch.useThreads(0);

        return from plan in Plan(parsed)
               from fits in _memory.Check(parsed, terminal, Need(parsed, plan))
               from code in Train(parsed, plan, terminal).OrRefused()
               select code;
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => [.. Of(Plan(parsed)), .. Of(_memory.Read(parsed))];

    private FSharpResult<MemoryNeed, PipelineError> Need(ParseResult parsed, DescentPlan plan) =>
        from kernel in MemoryOption.Shape(parsed.GetRequiredValue(_kTrain))
        from targets in MemoryOption.Shape(parsed.GetRequiredValue(_y))
        from cross in MemoryOption.Shape(parsed.GetValue(_kTest))
        select new MemoryNeed(
            $"descend: {kernel.Rows} rows", KernelMemory.descend(kernel, cross, targets.Columns, plan.Times.Length),
            "a part of the rows may do, and " + MemoryOption.Solve);

    private FSharpResult<DescentPlan, Failure> Plan(ParseResult parsed)
    {
        var (rate, momentum, isStepwise) = (parsed.GetValue(_rate), parsed.GetValue(_momentum), parsed.GetValue(_steps));
        var ridge = _ridge.Read(parsed);
        var times = DescentPlanModule.parseTimes(isStepwise, parsed.GetRequiredValue(_times));
        var mistakes = new List<string>();

        if (!(rate > 0 && double.IsFinite(rate)))
            mistakes.Add($"--rate {rate}: a learning rate is positive and finite");

        if (!(momentum is >= 0 and < 1))
            mistakes.Add($"--momentum {momentum}: it lies in 0 … 1, 1 excluded");

        mistakes.AddRange(Of(ridge));

        if (times.IsError)
            mistakes.Add($"--times {times.ErrorValue}");

        if (parsed.GetValue(_f0Test) is not null && parsed.GetValue(_kTest) is null)
            mistakes.Add("--f0-test needs --k-test");
        else if (parsed.GetValue(_kTest) is not null && parsed.GetValue(_f0Train) is null != parsed.GetValue(_f0Test) is null)
            mistakes.Add("--f0-train and --f0-test come together: a network that is not 0 on the training rows is not 0 on the test rows");

        return mistakes.Count > 0
            ? Results.Fail<DescentPlan>(ExitCode.Usage, mistakes)
            : Results.Ok(new DescentPlan(rate, isStepwise, momentum, times.ResultValue, RidgeValueModule.absolute(1, ridge.ResultValue!)));
    }

    private FSharpResult<int, PipelineError> Train(ParseResult parsed, DescentPlan written, Terminal terminal)
    {
        var kTrain = parsed.GetRequiredValue(_kTrain);

        return from kernel in SourceFile.readKernel(kTrain)
               from ridge in RidgeOption.On(kTrain, kernel, _ridge.Read(parsed).ResultValue!)
               let plan = new DescentPlan(written.Rate, written.IsStepwise, written.Momentum, written.Times, ridge.Ridge)
               let told = plan.Ridge > 0 && ridge.Mean > 0 ? terminal.Note(RidgeValueModule.print(ridge.Mean, plan.Ridge)) : terminal
               from targets in TargetFile.Read(parsed.GetRequiredValue(_y))
               from start in Start(parsed.GetValue(_f0Train), targets.Values.Rows, targets.Values.Columns)
               from asked in OptionalFile.Read(parsed.GetValue(_kTest), path => Asked(parsed, path, targets.Values.Columns))
               from code in parsed.GetRequiredValue(_loss) is "logistic" or "cross-entropy"
                   ? from path in LogisticDescent.run(kTrain, plan, kernel, targets.Values, start, asked)
                     from kept in Write(parsed, targets, [.. path.Points.Select(point => point.Outputs)])
                     select TellLogistic(parsed, terminal, plan, path)
                   : from path in KernelDescent.run(kTrain, plan, kernel, targets.Values, start, asked)
                     from kept in Write(parsed, targets, [.. path.Points.Select(point => point.Outputs)])
                     select Tell(parsed, terminal, plan, path)
               select code;
    }

    private FSharpResult<Unit, PipelineError> Write(ParseResult parsed, TargetFile targets, Matrix<double>[] outputs) =>
        SourceFile.writeNpy(
            parsed.GetRequiredValue(_out),
            [outputs.Length, .. targets.Shape(outputs[0].Rows)],
            [.. outputs.SelectMany(one => one.Values)]);

    private FSharpResult<Tuple<string, KernelMatrix, Matrix<double>>, PipelineError> Asked(ParseResult parsed, string path, int outputs) =>
        from cross in SourceFile.readKernel(path)
        from start in Start(parsed.GetValue(_f0Test), KernelMatrixModule.rows(cross), outputs)
        select Tuple.Create(path, cross, start);

    private static FSharpResult<Matrix<double>, PipelineError> Start(string? path, int rows, int outputs) =>
        path is null
            ? FSharpResult<Matrix<double>, PipelineError>.NewOk(new Matrix<double>(rows, outputs, new double[rows * outputs]))
            : SourceFile.readNpy64(path);

    private int Tell(ParseResult parsed, Terminal terminal, DescentPlan plan, DescentPath path)
    {
        var output = parsed.GetRequiredValue(_out);
        var worst = path.Points.MaxBy(point => point.Certificate.DigitsLost)!;
        var multiple = plan.Rate / path.StabilityLimit;
        var limit = plan.Momentum > 0 ? "2(1 + β)·N/Λ_max" : "2·N/Λ_max";

        return terminal.Tell(
            new
            {
                @out = output,
                times = path.Points.Select(point => Certificates.Number(point.Time)),
                rows = path.Points[0].Outputs.Rows,
                outputs = path.Points[0].Outputs.Columns,
                onTrainingRows = parsed.GetValue(_kTest) is null,
                steps = plan.IsStepwise,
                rate = plan.Rate,
                stabilityLimit = Certificates.Number(path.StabilityLimit),
                ofStabilityLimit = multiple,
                certificates = path.Points.Select(point => Certificates.Json(point.Certificate)),
            },
            $"{output}: {path.Points.Length} times × {path.Points[0].Outputs.Rows} {(parsed.GetValue(_kTest) is null ? "training rows" : "rows")}",
            $"rate {plan.Rate:g6} is {multiple:g4} × the stability limit of descent, {limit} = {path.StabilityLimit:g6}, N being the number of target values",
            $"at time {Certificates.Number(worst.Time)}: {Certificates.Print(worst.Certificate)}");
    }

    private int TellLogistic(ParseResult parsed, Terminal terminal, DescentPlan plan, LogisticPath path)
    {
        var output = parsed.GetRequiredValue(_out);
        var last = path.Points.MaxBy(point => point.Time)!;
        var multiple = plan.Rate / path.StabilityLimit;

        return terminal.Tell(
            new
            {
                @out = output,
                times = path.Points.Select(point => Certificates.Number(point.Time)),
                rows = last.Outputs.Rows,
                outputs = last.Outputs.Columns,
                onTrainingRows = parsed.GetValue(_kTest) is null,
                loss = last.Outputs.Columns > 1 ? "softmax" : "logistic",
                steps = plan.IsStepwise,
                rate = plan.Rate,
                stabilityLimit = Certificates.Number(path.StabilityLimit),
                ofStabilityLimit = multiple,
                losses = path.Points.Select(point => point.Loss),
                residuals = path.Points.Select(point => point.Residual),
                stepsTaken = path.Points.Select(point => point.Steps),
            },
            $"{output}: {path.Points.Length} times × {last.Outputs.Rows} {(parsed.GetValue(_kTest) is null ? "training rows" : "rows")}",
            $"rate {plan.Rate:g6} is {multiple:g4} × the limit below which descent on this cross-entropy is sure to be stable, {path.StabilityLimit:g6}",
            $"at time {Certificates.Number(last.Time):g6}: cross-entropy {last.Loss:g6} on the training rows; {last.Steps} steps taken, residual {last.Residual:g3}");
    }
}
