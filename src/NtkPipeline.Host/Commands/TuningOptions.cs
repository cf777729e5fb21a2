using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>The options that say how an encoder is fine-tuned.</summary>
internal sealed class TuningOptions
{
    private readonly Option<string> _method = new Option<string>("--method")
    {
        Description = "full moves every parameter; linearised moves them in the encoder's first-order expansion; lora moves W + 2BA of queries and values.",
        DefaultValueFactory = _ => "full",
    }.AcceptOnlyFromAmong([.. TuningMethodModule.names]);

    private readonly Option<string> _head = new Option<string>("--head")
    {
        Description = "Where the head begins: at the ridge regression on the frozen encoder, or at 0, where the linearised encoder stays as it is.",
        DefaultValueFactory = _ => "ridge",
    }.AcceptOnlyFromAmong("ridge", "zero");

    private readonly Option<int?> _epochs = new("--epochs") { Description = "Passes over the texts. Default: 3." };
    private readonly Option<double?> _rate = new("--rate") { Description = $"AdamW's largest rate. Default: {Rate(TuningMethod.Full)} (full), {Rate(TuningMethod.Linearised)} (linearised), {Rate(TuningMethod.NewLora(1))} (lora).", HelpName = "R" };
    private readonly Option<int?> _batch = new("--batch") { Description = "The most texts of a step. Default: 32." };
    private readonly Option<int> _rank = new("--rank") { Description = "LoRA's r.", DefaultValueFactory = _ => TuningSettingsModule.rank };

    private static double Rate(TuningMethod method) => TuningSettingsModule.defaults(method).Rate;

    public void AddTo(NtkCommand command)
    {
        foreach (Option option in new Option[] { _method, _epochs, _rate, _batch, _rank, _head })
            command.Options.Add(option);

        command.Belong("--method lora", parsed => parsed.GetRequiredValue(_method) == "lora", _rank);
    }

    public FSharpResult<TuningHead, Failure> Head(ParseResult parsed) =>
        TuningHeadModule.parse(parsed.GetRequiredValue(_head)).OrUsage("--head");

    public FSharpResult<TuningSettings, Failure> Read(ParseResult parsed) =>
        from method in TuningMethodModule.parse(parsed.GetValue(_rank), parsed.GetRequiredValue(_method)).OrUsage("--method")
        let usual = TuningSettingsModule.defaults(method)
        from settings in TuningSettingsModule.check(new TuningSettings(
            method, parsed.GetValue(_rate) ?? usual.Rate, parsed.GetValue(_batch) ?? usual.Batch, parsed.GetValue(_epochs) ?? usual.Epochs,
            usual.Warmup, usual.Decay, usual.Clip)).OrUsage()
        select settings;
}
