using System.CommandLine;
using System.Globalization;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk regress: kernel ridge regression from and to NumPy files.</summary>
internal sealed class RegressCommand : NtkCommand
{
    private readonly Option<string> _kTrain = ArrayOptions.KTrain();
    private readonly Option<string> _y = ArrayOptions.Y();
    private readonly Option<string?> _kTest = ArrayOptions.KTest();
    private readonly RidgeOption _ridge = new("The ridge, where none is to be chosen; 0 gives the solution of least norm");

    private readonly Option<string?> _select = new Option<string?>("--select")
    {
        Description = "What chooses λ from a grid: the squared error of leaving one out (the default) or of cross-validation, their accuracy, generalised cross-validation, or the marginal likelihood.",
    }.AcceptOnlyFromAmong([.. RidgeChoiceModule.all.Select(RidgeChoiceModule.print)]);

    private readonly Option<string> _out = new("--out") { Description = "f, in y's form.", HelpName = "pred.npy", Required = true };
    private readonly Option<string?> _path = new("--path") { Description = "A row for each λ that was considered.", HelpName = "path.csv" };
    private readonly Option<string?> _outLoo = new("--out-loo") { Description = "f at each training row, fitted on all others.", HelpName = "loo.npy" };
    private readonly Option<string?> _outAlpha = new("--out-alpha") { Description = "The coefficients α.", HelpName = "alpha.npy" };
    private readonly Option<string?> _groups = new("--groups") { Description = "Rows with the same number stay in one fold: N numbers.", HelpName = "g.npy" };

    private readonly Option<string> _folds = new("--folds")
    {
        Description = "Folds of cross-validation, stratified; or a file with each row's fold.",
        HelpName = "5|f.npy",
        DefaultValueFactory = _ => "5",
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Draws the folds.", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _smallest = new("--smallest") { Description = "The grid's smallest ridge, a multiple of K's mean diagonal.", HelpName = "λrel", DefaultValueFactory = _ => "1e-4rel" };
    private readonly Option<string> _largest = new("--largest") { Description = "The grid's largest ridge, a multiple of K's mean diagonal.", HelpName = "λrel", DefaultValueFactory = _ => "1e3rel" };
    private readonly Option<bool> _refine = new("--refine") { Description = "Go on from the grid's best λ to where its score (loo, gcv or likelihood) is stationary." };
    private readonly Option<int> _density = new("--points-per-decade") { Description = "λ between one power of ten and the next.", DefaultValueFactory = _ => 3 };
    private readonly MemoryOption _memory = new();

    public RegressCommand()
        : base(
            "regress", "Kernel ridge regression: α = (K + λI)⁻¹ y, f = K(test, training) α, solved in float64 and certified.",
            "ntk regress --k-train K.npy --y y.npy --k-test Kt.npy --select loo --out pred.npy --path path.csv")
    {
        foreach (Option option in new Option[] { _kTrain, _y, _kTest, _ridge.Option, _select, _out, _path, _outLoo, _outAlpha, _folds, _groups, _seed, _smallest, _largest, _density, _refine })
            Options.Add(option);

        _memory.AddTo(this);
        Write(_out);
        Write(_outLoo);
        Write(_outAlpha);
        Write(_path, RidgeTable.beginning);
        Belong("--select cv and cv-accuracy", IsFolded, _folds, _groups, _seed);
        Belong("folds that are drawn, --folds COUNT", parsed => !IsFolded(parsed) || IsCount(parsed), _groups, _seed);
        Belong("the choice of a ridge, without --ridge", parsed => !_ridge.IsGiven(parsed), _smallest, _largest, _density);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        LibTorch.useThreads(0);

        return from source in Source(parsed)
               from fits in _memory.Check(parsed, terminal, Need(parsed, source))
               from code in Fit(parsed, source, terminal).OrRefused()
               select code;
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) => [.. Of(Source(parsed)), .. Of(_memory.Read(parsed))];

    private FSharpResult<MemoryNeed, PipelineError> Need(ParseResult parsed, RidgeSource source)
    {
        var ridges = source.Grid is { Value: var grid } ? RidgeSettingsModule.grid(grid).Length : 1;
        var folds = IsFolded(parsed) ? FSharpOption<int>.Some(Count(parsed) is >= 2 and var count ? count : 2) : FSharpOption<int>.None;

        return from kernel in MemoryOption.Shape(parsed.GetRequiredValue(_kTrain))
               from targets in MemoryOption.Shape(parsed.GetRequiredValue(_y))
               from cross in MemoryOption.Shape(parsed.GetValue(_kTest))
               select new MemoryNeed(
                   $"regress: {kernel.Rows} rows", KernelMemory.regress(kernel, cross, targets.Columns, ridges, folds), MemoryOption.Solve);
    }

    private bool IsFolded(ParseResult parsed) => !_ridge.IsGiven(parsed) && parsed.GetValue(_select) is "cv" or "cv-accuracy";

    private bool IsCount(ParseResult parsed) => Count(parsed) is not null;

    /// <summary>How many folds are to be drawn; none where a file has them.</summary>
    private int? Count(ParseResult parsed) =>
        int.TryParse(parsed.GetRequiredValue(_folds), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count : null;

    private FSharpResult<RidgeSource, Failure> Source(ParseResult parsed)
    {
        var choice = parsed.GetValue(_select);

        return _ridge.IsGiven(parsed)
            ? parsed.GetValue(_refine) ? Results.Fail<RidgeSource>(ExitCode.Usage, "--ridge and --refine exclude each other")
                : choice is not null ? Results.Fail<RidgeSource>(ExitCode.Usage, "--ridge and --select exclude each other")
                : _ridge.Read(parsed).Select(ridge => RidgeSource.NewGiven(RidgeValueModule.absolute(1, ridge!)))
            : from score in RidgeChoiceModule.parse(choice ?? "loo").OrUsage("--select")
              from grid in Grid(parsed, score)
              select grid;
    }

    /// <summary>λ itself, of a ridge that was written as a multiple of this kernel's mean diagonal.</summary>
    private FSharpResult<RidgeSource, PipelineError> OnKernel(ParseResult parsed, RidgeSource source, KernelMatrix kernel) =>
        _ridge.Read(parsed) is { IsOk: true, ResultValue: { IsRelative: true } ridge }
            ? RidgeOption.On(parsed.GetRequiredValue(_kTrain), kernel, ridge).Select(found => RidgeSource.NewGiven(found.Ridge))
            : FSharpResult<RidgeSource, PipelineError>.NewOk(source);

    private FSharpResult<RidgeSource, Failure> Grid(ParseResult parsed, RidgeChoice by)
    {
        var ends = new[] { (_smallest, 1e-4), (_largest, 1e3) }
            .Select(end => (Option: end.Item1, Usual: end.Item2, Read: RidgeOption.Multiple(end.Item1.Name, parsed.GetRequiredValue(end.Item1)))).ToArray();
        var (smallest, largest, density) = (At(0), At(1), parsed.GetValue(_density));
        var refine = parsed.GetValue(_refine);
        var mistakes = ends.SelectMany(end => Of(end.Read)).ToList();
        double At(int end) => ends[end].Read.IsOk ? ends[end].Read.ResultValue : ends[end].Usual;

        if (!(smallest > 0 && largest >= smallest && double.IsFinite(largest) && density is > 0 and <= 1000))
            mistakes.Add($"--smallest {smallest}rel, --largest {largest}rel, --points-per-decade {density}: no grid of positive ridges");

        if (refine && !RidgeRefinement.isPossible(by))
            mistakes.Add($"--refine: --select {RidgeChoiceModule.print(by)} has no derivative to go by; loo, gcv and likelihood have");

        if (mistakes.Count > 0)
            return Results.Fail<RidgeSource>(ExitCode.Usage, mistakes);

        var grid = new RidgeSettings(smallest, largest, density, by);
        return Results.Ok(refine ? RidgeSource.NewRefined(grid) : RidgeSource.NewSelected(grid));
    }

    private FSharpResult<int, PipelineError> Fit(ParseResult parsed, RidgeSource asked, Terminal terminal)
    {
        var kTrain = parsed.GetRequiredValue(_kTrain);

        return from kernel in SourceFile.readKernel(kTrain)
               from source in OnKernel(parsed, asked, kernel)
               from targets in TargetFile.Read(parsed.GetRequiredValue(_y))
               from cross in OptionalFile.Read(parsed.GetValue(_kTest), SourceFile.readKernel)
               from folds in Folds(parsed, source, targets.Values)
               from fit in RidgeFitModule.fit(kTrain, source, folds, kernel, targets.Values)
               from outputs in cross is { Value: var other }
                   ? RidgeFitModule.predict(parsed.GetValue(_kTest)!, other, fit)
                   : FSharpResult<Matrix<double>, PipelineError>.NewOk(fit.Fitted)
               from written in Write(parsed, targets, fit, outputs)
               select RegressWords.Tell(terminal, parsed.GetRequiredValue(_out), parsed.GetValue(_kTest) is null, source, fit, outputs);
    }

    private FSharpResult<FSharpOption<int[]>, PipelineError> Folds(ParseResult parsed, RidgeSource source, Matrix<double> targets)
    {
        var needed = source.Grid is { Value: var grid }
            && (grid.ChooseBy.IsCrossValidation || grid.ChooseBy.IsCrossValidationAccuracy);
        var folds = parsed.GetRequiredValue(_folds);

        if (!needed)
            return FSharpResult<FSharpOption<int[]>, PipelineError>.NewOk(FSharpOption<int[]>.None);

        return Count(parsed) is { } count
            ? from groups in OptionalFile.Read(
                  parsed.GetValue(_groups), path => SourceFile.readNpy64(path).Select(values => Tuple.Create(path, values)))
              from made in FitFolds.stratified(count, SeedModule.root(parsed.GetValue(_seed)), groups, targets)
              select FSharpOption<int[]>.Some(made)
            : from values in SourceFile.readNpy64(folds)
              from given in FitFolds.given(folds, targets.Rows, values)
              select FSharpOption<int[]>.Some(given);
    }

    private FSharpResult<int, PipelineError> Write(ParseResult parsed, TargetFile targets, RidgeFit fit, Matrix<double> outputs) =>
        from done in targets.Write(parsed.GetRequiredValue(_out), outputs)
        from loo in Maybe(parsed.GetValue(_outLoo), path => targets.Write(path, fit.LeftOut))
        from alpha in Maybe(parsed.GetValue(_outAlpha), path => targets.Write(path, fit.Coefficients))
        from path in Maybe(parsed.GetValue(_path), path => SourceFile.writeText(path, RidgeTable.csv(fit.Points)))
        select 0;

    private static FSharpResult<int, PipelineError> Maybe(string? path, Func<string, FSharpResult<Unit, PipelineError>> write) =>
        path is null ? FSharpResult<int, PipelineError>.NewOk(0) : write(path).Select(_ => 0);
}
