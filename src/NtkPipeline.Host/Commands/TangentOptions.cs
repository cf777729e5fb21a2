using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>How a tangent kernel is computed, as a person asked for it.</summary>
/// <param name="Check">On how many texts a sketch is held against the exact kernel.</param>
internal sealed record TangentPlan(TangentMethod Method, ulong Seed, bool IsFeatures, int Check, Device Device, FSharpOption<long> Memory);

/// <summary>The options of ntk tangent that say which heads, and how.</summary>
internal sealed class TangentOptions
{
    private readonly Option<string?> _head = new("--head")
    {
        Description = "w, as many numbers as φ has; of several, one a row, the mean of their kernels.",
        HelpName = "w.npy",
    };

    private readonly Option<int> _heads = new("--heads")
    {
        Description = "Without --head: the mean over so many random ones, N(0, 1/width), an estimate of 1/width times the kernel of all entries of φ together.",
        HelpName = "COUNT",
        DefaultValueFactory = _ => 2,
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Draws random heads and the sketch.", DefaultValueFactory = _ => 1 };

    private readonly Option<string> _method = new Option<string>("--method")
    {
        Description = "sketch: gradients as a few numbers each, whose inner products are right in the mean over seeds; exact: for hundreds of texts.",
        DefaultValueFactory = _ => "sketch",
    }.AcceptOnlyFromAmong("sketch", "exact");

    private readonly Option<int> _rank = new("--rank") { Description = "What a layer's activations and gradients are projected to.", DefaultValueFactory = _ => SketchSettingsModule.defaults.Rank };
    private readonly Option<int> _block = new("--block") { Description = "A weight matrix's gradient becomes RANK × BLOCK numbers.", DefaultValueFactory = _ => SketchSettingsModule.defaults.Block };
    private readonly Option<bool> _features = new("--features") { Description = "Write the sketched gradients themselves, a row a text." };
    private readonly Option<int> _check = new("--check")
    {
        Description = "On how many texts, the first ones, the sketch is held against the exact kernel; 0: on none.",
        HelpName = "COUNT",
        DefaultValueFactory = _ => 32,
    };

    private readonly MemoryOption _memory = new("without it, half of the machine's");
    private readonly Option<string> _device = ArrayOptions.Device();

    public void AddTo(NtkCommand command)
    {
        foreach (Option option in new Option[] { _head, _heads, _seed, _method, _rank, _block, _features, _check, _memory.Option, _device })
            command.Options.Add(option);

        command.Belong("random heads and --method sketch", parsed => !IsExact(parsed) || parsed.GetValue(_head) is null, _seed);
    }

    public bool IsExact(ParseResult parsed) => parsed.GetRequiredValue(_method) == "exact";

    public FSharpResult<TangentPlan, Failure> Plan(ParseResult parsed) =>
        from together in Together(parsed)
        from method in Method(parsed)
        from memory in _memory.Read(parsed)
        from device in DeviceModule.parse(parsed.GetRequiredValue(_device)).OrUsage("--device")
        select new TangentPlan(method, parsed.GetValue(_seed), parsed.GetValue(_features), parsed.GetValue(_check), device, memory);

    /// <summary>The heads of a file, or random ones.</summary>
    public FSharpResult<Matrix<float>, Failure> Heads(ParseResult parsed, EncoderShape shape) =>
        parsed.GetValue(_head) is not { } path
            ? Results.Ok(TangentHeads.random(SeedModule.root(parsed.GetValue(_seed)), shape.Width, parsed.GetValue(_heads)))
            : (from dimensions in SourceFile.npyDimensions(path)
               from read in SourceFile.readNpy32(path)
               let heads = dimensions == 1 ? new Matrix<float>(1, read.Rows, read.Values) : read
               from sound in TangentHeads.checkNamed(path, shape, heads)
               select heads).OrRefused();

    private FSharpResult<Unit?, Failure> Together(ParseResult parsed)
    {
        var mistakes = new List<string>();

        if (parsed.GetValue(_head) is not null && NtkCommand.IsGiven(parsed, _heads))
            mistakes.Add("--heads: random heads do not go with --head");

        if (parsed.GetValue(_heads) is < 1 or > 1000)
            mistakes.Add($"--heads {parsed.GetValue(_heads)}: 1 to 1000");

        if (parsed.GetValue(_check) is < 0 or > 1000)
            mistakes.Add($"--check {parsed.GetValue(_check)}: 0 to 1000");

        if (IsExact(parsed))
            mistakes.AddRange(
                new Option[] { _rank, _block, _features, _check }.Where(option => NtkCommand.IsGiven(parsed, option))
                    .Select(option => $"{option.Name}: this is of a sketch, and does not go with --method exact"));

        return mistakes.Count > 0 ? Results.Fail<Unit?>(ExitCode.Usage, mistakes) : Results.Done;
    }

    private FSharpResult<TangentMethod, Failure> Method(ParseResult parsed) =>
        IsExact(parsed)
            ? Results.Ok(TangentMethod.Exact)
            : SketchSettingsModule.check(new SketchSettings(parsed.GetValue(_rank), parsed.GetValue(_block), SketchSettingsModule.defaults.Rest))
                .OrUsage("--method sketch").Select(TangentMethod.NewSketch);
}
