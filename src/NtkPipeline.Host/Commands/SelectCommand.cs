using System.CommandLine;
using System.Globalization;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk select: which network, kernel, ridge or training time fits best, ranked by scores of the training rows.</summary>
internal sealed class SelectCommand : NtkCommand
{
    private readonly Option<string[]> _networks = new("--network")
    {
        Description = "A network, input first; give the option once for each that competes.",
        HelpName = "TEXT",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string> _kinds = new("--kinds")
    {
        Description = "Which kernels of each network: ntk, nngp or both, comma-separated.",
        DefaultValueFactory = _ => "ntk,nngp",
    };

    private readonly Option<string> _x = ArrayOptions.X();
    private readonly Option<string> _y = ArrayOptions.Y();

    private readonly Option<string> _by = new Option<string>("--by")
    {
        Description = "The score that ranks: leave-one-out error or accuracy, generalised or k-fold cross-validation, marginal likelihood.",
        DefaultValueFactory = _ => "loo",
    }.AcceptOnlyFromAmong("loo", "loo-accuracy", "gcv", "likelihood", "cv", "cv-accuracy");

    private readonly Option<string> _ridges = new("--ridges")
    {
        Description = "The grid of ridges, multiples of each kernel's mean diagonal: smallest:largest:points a decade.",
        DefaultValueFactory = _ => "1e-3rel:10rel:4",
    };

    private readonly Option<string?> _times = new("--times")
    {
        Description = "Training times that compete with ridges, comma-separated, as multiples (rel) of each kernel's N/Λ_max; not by likelihood. cv holds each fold's rows out for real; loo does so for up to "
            + $"{TimeSelection.mostExactRows} rows and is an estimate above.",
        HelpName = "1rel,10rel",
    };

    private readonly Option<int> _folds = new("--folds") { Description = "Folds of cross-validation.", DefaultValueFactory = _ => 5 };

    private readonly Option<double> _holdOut = new("--hold-out")
    {
        Description = "The share of the rows that no choice sees and that judge the winner, once; 0 for none.",
        DefaultValueFactory = _ => 0.2,
    };

    private readonly Option<int?> _rows = new("--rows") { Description = "Only so many rows, drawn at random.", HelpName = "N" };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Which random rows and folds.", DefaultValueFactory = _ => 1 };

    private readonly Option<string> _precision = new Option<string>("--precision")
    {
        Description = "What kernels are computed in. Everything else is float64.",
        DefaultValueFactory = _ => "float32",
    }.AcceptOnlyFromAmong("float32", "float64");

    private readonly Option<string> _out = new("--out") { Description = "The ranking: a line a candidate, best first.", HelpName = "table.csv", Required = true };

    private readonly MemoryOption _memory = new();

    public SelectCommand()
        : base(
            "select", "Ranks networks, kernels, ridges and training times together.",
            "ntk select --x X.npy --y y.npy --network \"dense 512 | relu | dense 1\" --network \"dense 512 b=0.1 | erf | dense 1\" --by loo --out table.csv")
    {
        foreach (Option option in new Option[] { _networks, _kinds, _x, _y, _by, _ridges, _times, _folds, _holdOut, _rows, _seed, _precision, _out })
            Options.Add(option);

        _memory.AddTo(this);
        Write(_out, SelectionTable.beginning);
        Belong("--by cv and cv-accuracy", IsFolded, _folds);
        Belong(
            "what is drawn: --rows, --hold-out above 0, --by cv and cv-accuracy",
            parsed => IsFolded(parsed) || parsed.GetValue(_rows) is not null || parsed.GetValue(_holdOut) != 0, _seed);
    }

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
    {
        LibTorch.useThreads(0);
        var output = parsed.GetRequiredValue(_out);

        return from networks in Networks(parsed.GetRequiredValue(_networks))
               from different in Different(networks)
               from kinds in Kinds(parsed.GetRequiredValue(_kinds))
               from choice in RidgeChoiceModule.parse(parsed.GetRequiredValue(_by)).OrUsage("--by")
               from settings in Settings(parsed, choice)
               from x in SourceFile.readNpy64(parsed.GetRequiredValue(_x)).OrRefused()
               from y in SourceFile.readNpy64(parsed.GetRequiredValue(_y)).OrRefused()
               from rows in LearningRows.Take(x, y, parsed.GetValue(_rows), parsed.GetValue(_seed), terminal)
               from targets in Column(rows.Y)
               let problem = new SelectionProblem(networks, kinds, rows.X, targets)
               from fits in _memory.Check(parsed, terminal, SelectWords.Need(settings, problem))
               let told = SelectWords.Announce(terminal, settings, problem)
               from selection in ModelSelection.run(settings, SelectWords.Progress(terminal), problem).OrRefused()
               from written in SourceFile.writeText(output, SelectionTable.csv(settings.Ridges.ChooseBy, selection)).OrRefused()
               select SelectWords.Tell(terminal, output, settings, selection);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) =>
    [
        .. Of(RidgeChoiceModule.parse(parsed.GetRequiredValue(_by)).OrUsage("--by").SelectMany(by => Settings(parsed, by), (_, settings) => settings)),
        .. Of(_memory.Read(parsed)),
    ];

    private bool IsFolded(ParseResult parsed) => parsed.GetRequiredValue(_by) is "cv" or "cv-accuracy";

    public static FSharpResult<FSharpList<Network>, Failure> Networks(IEnumerable<string> texts) =>
        texts.Select<string, Func<FSharpResult<Network, Failure>>>(text => () => NetworkWords.Read(text))
            .InOrder().Select(ListModule.OfSeq);

    /// <summary>Refuses a network that would compete with itself, be it in other words.</summary>
    private static FSharpResult<Unit?, Failure> Different(FSharpList<Network> networks) =>
        networks.GroupBy(network => NetworkText.print(network)).Where(same => same.Count() > 1).Select(same => same.Key).ToArray() is { Length: > 0 } repeated
            ? Results.Fail<Unit?>(ExitCode.Usage, repeated.Select(text => $"--network: '{text}' is given more than once, in these words or others; give each network once"))
            : Results.Done;

    private static FSharpResult<FSharpList<KernelKind>, Failure> Kinds(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries)
            .Select<string, Func<FSharpResult<KernelKind, Failure>>>(name => () => KernelKindModule.parse(name).OrUsage())
            .InOrder().Select(kinds => ListModule.OfSeq(kinds.Distinct()));

    private static FSharpResult<double[], Failure> Column(Matrix<double> y) =>
        y.Columns == 1
            ? Results.Ok(y.Values)
            : Results.Fail<double[]>(ExitCode.Refused, $"select: the targets have {y.Columns} columns, and one is wanted; select for each column alone, or rank kernels by `ntk regress`");

    private FSharpResult<SelectionSettings, Failure> Settings(ParseResult parsed, RidgeChoice by)
    {
        var misread = new List<string>();
        var grid = Ridges(parsed.GetRequiredValue(_ridges), misread);
        var times = parsed.GetValue(_times) is { } text ? Times(text, misread) : [];

        var settings = new SelectionSettings(
            new RidgeSettings(grid[0], grid[1], (int)grid[2], by),
            times, parsed.GetValue(_folds), parsed.GetValue(_holdOut),
            SeedModule.root(parsed.GetValue(_seed)), parsed.GetRequiredValue(_precision) == "float32");

        var mistakes = misread.Concat(SelectionSettingsModule.mistakes(settings).Select(mistake => $"--{mistake}")).ToArray();
        return mistakes.Length > 0 ? Results.Fail<SelectionSettings>(ExitCode.Usage, mistakes) : Results.Ok(settings);
    }

    /// <summary>Of "1e-3rel:10rel:4".</summary>
    private static double[] Ridges(string text, List<string> mistakes)
    {
        if (text.Split(':') is not [var low, var high, var density]
            || !double.TryParse(density, NumberStyles.Float, CultureInfo.InvariantCulture, out var points)
            || points is not (>= 1 and <= 1e6) || points != Math.Floor(points))
        {
            mistakes.Add($"--ridges '{text}': write smallest:largest:points a decade, such as 1e-3rel:10rel:4");
            return [1, 1, 1];
        }

        var ends = new[] { low, high }.Select(end => RidgeOption.Multiple("--ridges", end)).ToArray();
        mistakes.AddRange(ends.SelectMany(end => Of(end)));
        return ends.All(end => end.IsOk) ? [ends[0].ResultValue, ends[1].ResultValue, points] : [1, 1, 1];
    }

    /// <summary>Of "1rel,10rel": a time itself would be another training for every kernel, so it is refused.</summary>
    private static double[] Times(string text, List<string> mistakes)
    {
        var times = new List<double>();

        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var isRelative = part.EndsWith("rel", StringComparison.Ordinal);
            var number = isRelative ? part[..^3] : part;

            if (FloatRange.refusal(number) is { Value: var reason })
                mistakes.Add($"--times '{part}': {reason}");
            else if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) || !double.IsFinite(time))
                mistakes.Add($"--times '{part}': write positive multiples of N/Λ_max, comma-separated, such as 1rel,10rel");
            else if (!isRelative)
                mistakes.Add($"--times '{part}': times here are multiples of each kernel's N/Λ_max; write {part}rel");
            else
                times.Add(time);
        }

        return [.. times];
    }
}
