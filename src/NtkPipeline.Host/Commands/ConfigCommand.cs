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
        private static readonly Dictionary<string, Setting> _known = ConfigModule.settings.ToDictionary(setting => setting.Key);

        private readonly RunOptions _run = new();

        private readonly Option<bool> _long = new("--long") { Description = "Under each setting what it means, and what it may be." };

        public Show()
            : base("show", "Prints the merged settings and where each came from.", "ntk config show --long --set ridge.points-per-decade=5")
        {
            _run.AddToSettings(this);
            Options.Add(_long);
        }

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
            from config in _run.Config(parsed)
            select Print(config, parsed.GetValue(_long), terminal);

        private static int Print(Config config, bool isLong, Terminal terminal)
        {
            var width = config.Facts.Max(fact => fact.Key.Length);

            return terminal.Tell(
                config.Facts.ToDictionary(fact => fact.Key, fact => isLong
                    ? (object)new { value = fact.Value, source = fact.Source, meaning = _known[fact.Key].Doc, allowed = Allowed(fact.Key), @default = _known[fact.Key].Default }
                    : new { value = fact.Value, source = fact.Source }),
                config.Facts.SelectMany(fact => Lines(fact, width, isLong)));
        }

        private static IEnumerable<string> Lines(SettingFact fact, int width, bool isLong)
        {
            yield return $"{fact.Key.PadRight(width)} = {fact.Value}  ({fact.Source})";

            if (isLong)
                yield return $"    {_known[fact.Key].Doc} May be {Allowed(fact.Key)}.";
        }

        private static string Allowed(string key) => SettingModule.expectation(_known[key].Kind);
    }

    private sealed class Schema : NtkCommand
    {
        public Schema()
            : base("schema", "Prints a JSON schema of the settings file, for editors.", "ntk config schema > settings.schema.json")
        {
        }

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal)
        {
            terminal.PrintText(SettingSchema.print(ConfigModule.settings));
            return Results.Ok(ExitCode.Done);
        }
    }
}
