using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk fetch model: downloads Hugging Face's export of the sentence transformer, which a run then uses.</summary>
internal sealed class FetchCommand : Command
{
    public FetchCommand()
        : base("fetch", "Downloads what a run can use and the repository does not hold.\n\nExample: ntk fetch model") =>
        Subcommands.Add(new Model());

    private sealed class Model : NtkCommand
    {
        private static readonly ModelSource _source = ModelSourceModule.miniLm;

        private readonly Option<string> _from = new("--from")
        {
            Description = "The address that onnx/model.onnx (or model.onnx) and vocab.txt lie under; a mirror's files are checked all the same.",
            HelpName = "URL",
            DefaultValueFactory = _ => _source.Address,
        };

        private readonly Option<string?> _to = new("--to")
        {
            Description = "The folder for model.onnx and vocab.txt. Default: data/models/all-MiniLM-L6-v2, where a run looks for them.",
            HelpName = "DIR",
        };

        public Model()
            : base(
                "model", "Downloads Hugging Face's export of the sentence encoder all-MiniLM-L6-v2 (90 MB), for where the package is missing; size and SHA-256 are checked, and an interrupted download goes on.",
                "ntk fetch model")
        {
            Options.Add(_from);
            Options.Add(_to);
        }

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
        {
            var folder = parsed.GetValue(_to) ?? Home.Model(_source.Name);
            var progress = FetchProgress.For(terminal);

            return from address in FetchModel.address(parsed.GetRequiredValue(_from)).OrUsage("--from")
                   from mayWrite in parsed.GetValue(_to) is { } own ? FetchModel.expectNoOther(_source, own).OrRefused() : Results.Ok<Unit>(null!)
                   from files in progress.Watch(() => FetchModel.run(
                       FetchModel.patience, FuncConvert.FromAction<FetchEvent>(progress.Tell), _source, address, folder)).OrRefused()
                   from stated in EncoderProfileModule.write(folder, EncoderProfileModule.miniLm).OrRefused()
                   select Print([.. files], folder, parsed.GetValue(_to) is null, terminal);
        }

        private static int Print(FetchedFile[] files, string folder, bool isUsual, Terminal terminal)
        {
            var use = isUsual ? "`ntk run` uses it by itself" : $"`ntk run --set embed.model={folder}` uses it";

            return terminal.Tell(
                new { to = folder, files = files.Select(file => new { path = file.Path, bytes = file.Wanted.Bytes, sha256 = file.Wanted.Sha256.Hex, fetched = !file.WasThere }) },
                [
                    .. files.Select(file => $"{file.Path}: {file.Wanted.Bytes:N0} bytes, {(file.WasThere ? "was there and is right" : "fetched")} (SHA-256 {file.Wanted.Sha256.Hex[..12]}…)"),
                    files.All(file => file.WasThere) ? $"{_source.Name} is there already, nothing was fetched; {use}." : $"{_source.Name} is there; {use}.",
                ]);
        }
    }
}
