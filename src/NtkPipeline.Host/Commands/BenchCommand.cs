using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk bench: times and memory as ratios to what cannot be done without, measured in the same run.</summary>
internal sealed class BenchCommand : NtkCommand
{
    private readonly Argument<string[]> _names = new("NAME")
    {
        Description = "What to measure; without names, all that does not take minutes: " + string.Join(", ", Ratios.all.Select(Show)) + ".",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<int?> _rows = new("--rows") { Description = "How many rows, instead of those that the aims are stated for.", HelpName = "N" };

    public BenchCommand()
        : base("bench", "Measures speed and memory as ratios.", "ntk bench structured analytic --json")
    {
        Arguments.Add(_names);
        Options.Add(_rows);
    }

    protected override IEnumerable<string> Mistakes(ParseResult parsed) =>
        parsed.GetValue(_rows) is < 16 or > 200_000 ? ["--rows: between 16 and 200000"] : [];

    protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
        from chosen in Ratios.choose(parsed.GetValue(_names) ?? []).OrUsage()
        select Measure(chosen, parsed.GetValue(_rows), terminal);

    private static int Measure(IEnumerable<Measurement> chosen, int? rows, Terminal terminal)
    {
        LibTorch.useThreads(0);
        var told = new List<object>();
        var machine = BenchMachineModule.measure();
        terminal.Print(BenchMachineModule.print(machine));

        foreach (var measurement in chosen)
        {
            var outcome = Ratios.measure(rows, measurement);

            if (outcome.IsError)
                terminal.Print($"{measurement.Name}: {outcome.ErrorValue}");
            else
                foreach (var ratio in outcome.ResultValue)
                {
                    terminal.Print($"{measurement.Name}: {RatioModule.print(ratio)}");
                    told.Add(Entry(measurement, ratio));
                }
        }

        return terminal.Tell(new
        {
            threads = machine.Threads,
            processor = machine.Processor,
            gigaflops = new
            {
                float32 = machine.SingleGigaflops,
                float64 = machine.DoubleGigaflops,
                priced = machine.PricedGigaflops,
            },
            ratios = told,
        });
    }

    private static object Entry(Measurement measurement, Ratio ratio) => new
    {
        name = measurement.Name,
        what = ratio.What,
        unit = ratio.Unit,
        measured = ratio.Measured,
        reference = ratio.Reference,
        referenceName = ratio.ReferenceName,
        ratio = RatioModule.value(ratio),
        aim = ratio.Aim is { Value: var aim } ? RatioModule.printAim(aim) : null,
        met = RatioModule.isMet(ratio) is { Value: var met } ? met : (bool?)null,
    };

    private static string Show(Measurement measurement) => measurement.OnlyWhenNamed ? $"{measurement.Name} (only when named)" : measurement.Name;
}
