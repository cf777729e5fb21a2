using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk config show, schema: the settings.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand()
        : base("config", "Shows the settings.\n\nExample: ntk config show --config data/experiments/quick.json")
    {
        Subcommands.Add(new Show());
        Subcommands.Add(new Schema());
    }

    private sealed class Show : NtkCommand
    {
        private readonly RunOptions _run = new();

        public Show()
            : base("show", "Prints the merged settings and where each came from.", "ntk config show --set ridge.points-per-decade=5") =>
            _run.AddToSettings(this);

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
            from config in _run.Config(parsed)
            select Print(config, terminal);

        private static int Print(Config config, Terminal terminal)
        {
            var width = config.Facts.Max(fact => fact.Key.Length);

            return terminal.Tell(
                config.Facts.ToDictionary(fact => fact.Key, fact => new { value = fact.Value, source = fact.Source }),
                config.Facts.Select(fact => $"{fact.Key.PadRight(width)} = {fact.Value}  ({fact.Source})"));
        }
    }

    private sealed class Schema : NtkCommand
    {
        public Schema()
            : base("schema", "Prints a JSON schema of the settings file, for editors.", "ntk config schema > settings.schema.json")
        {
        }

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
        {
            terminal.PrintPage(SettingSchema.print(ConfigModule.settings));
            return Results.Ok(ExitCode.Done);
        }
    }
}
