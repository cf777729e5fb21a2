using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>ntk store verify, gc, size: looking after the cache.</summary>
internal sealed class StoreCommand : Command
{
    public StoreCommand()
        : base("store", "Looks after the store of cached results.\n\nExample: ntk store size")
    {
        Subcommands.Add(new Care("verify", "Hashes every object again and names the damaged, the missing and what is not the store's.", Verify));
        Subcommands.Add(new Care("gc", "Deletes the results that no stage's last run names; what is not the store's is left alone.", Collect));
        Subcommands.Add(new Care("size", "Says how much each stage's results take.", Size));
    }

    private static FSharpResult<int, Failure> Verify(Store store, Terminal terminal) =>
        from health in StoreCare.verify(store).OrRefused()
        select Print(health, terminal);

    private static int Print(StoreHealth health, Terminal terminal)
    {
        var outcome = new { objects = health.Objects, damaged = health.Damaged, missing = health.Missing, foreign = health.Foreign };
        string[] lines =
        [
            .. health.Damaged.Select(path => $"damaged: {path}"),
            .. health.Missing.Select(stage => $"missing: a result of {stage}"),
            .. Foreign(health.Foreign),
            $"{health.Objects} objects, {health.Damaged.Length} damaged, {health.Missing.Length} missing.",
        ];

        return health.Damaged.Length + health.Missing.Length == 0
            ? terminal.Tell(outcome, lines)
            : terminal.Tell(outcome, new Failure(ExitCode.Refused, ["the next run makes them again; nothing else is lost"]), lines);
    }

    private static FSharpResult<int, Failure> Collect(Store store, Terminal terminal) =>
        from freed in StoreCare.collect(store).OrRefused()
        select terminal.Tell(
            new { files = freed.Files, bytes = freed.Bytes, foreign = freed.Foreign },
            [.. Foreign(freed.Foreign), $"deleted {freed.Files} files, {freed.Bytes / 1e6:0.0} MB."]);

    /// <summary>A line about what lies in the store and is none of its own: how many, and the first of them.</summary>
    private static IEnumerable<string> Foreign(string[] names)
    {
        const int shown = 5;

        if (names.Length > 0)
            yield return $"{names.Length} {(names.Length == 1 ? "entry is" : "entries are")} not the store's and left alone: {string.Join(", ", names.Take(shown))}{(names.Length > shown ? ", …" : "")}";
    }

    private static FSharpResult<int, Failure> Size(Store store, Terminal terminal) =>
        from sizes in StoreCare.sizes(store).OrRefused()
        select terminal.Tell(
            sizes.ToDictionary(entry => entry.Item1, entry => new { results = entry.Item2, bytes = entry.Item3 }),
            [
                .. sizes.Select(entry => $"{entry.Item3 / 1e6,10:0.0} MB  {entry.Item2,4} results  {entry.Item1}"),
                $"{sizes.Sum(entry => entry.Item3) / 1e6,10:0.0} MB in all",
            ]);

    private sealed class Care : NtkCommand
    {
        private readonly Option<string?> _store = new("--store") { Description = "The folder. Default: data/store.", HelpName = "DIR" };

        private readonly Func<Store, Terminal, FSharpResult<int, Failure>> _work;

        public Care(string name, string description, Func<Store, Terminal, FSharpResult<int, Failure>> work)
            : base(name, description, $"ntk store {name}")
        {
            _work = work;
            Options.Add(_store);
        }

        protected override FSharpResult<int, Failure> Work(ParseResult parsed, Terminal terminal) =>
            from store in StoreModule.openThere(parsed.GetValue(_store) ?? Home.Store).OrRefused()
            from code in _work(store, terminal)
            let told = terminal.Warn(store)
            select code;
    }
}
