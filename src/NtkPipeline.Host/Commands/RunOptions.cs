using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>The options of every command that is about a run: which tweets, which settings, which store.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> _data = new("--data")
    {
        Description = "The folder of train.csv and, if there is one, test.csv. Default: data/kaggle if train.csv lies there, else data/sample.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "A settings file: JSON, comments allowed.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "One setting; may be given several times. `ntk config show` lists them all.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _experiment = new("--experiment")
    {
        Description = "The one question that is asked, or several of them: the same as --set experiments=NAME.",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _store = new("--store")
    {
        Description = "The folder of cached results. Default: data/store.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The folder that results are written into. Default: data/results/ and the data's name.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _seed = new("--seed")
    {
        Description = "The root of all random numbers; the same as --set seed=N.",
        HelpName = "N",
    };

    /// <summary>Of a command that writes results.</summary>
    public void AddTo(NtkCommand command)
    {
        foreach (Option option in new Option[] { _data, _config, _set, _experiment, _store, _out, _seed })
            command.Options.Add(option);

        _writes = true;
    }

    /// <summary>Of a command that writes none: people repeat a run's options, so that --out is taken, and a note says that it does nothing.</summary>
    public void AddToReader(NtkCommand command)
    {
        AddTo(command);
        _writes = false;
        command.Carry($"{command.Name} writes no results", _ => false, _out);
    }

    /// <summary>Of a command about a finished run, which --out or the data's own folder of results finds where nothing else says which.</summary>
    public void AddToFinder(NtkCommand command)
    {
        AddTo(command);
        _writes = false;
        command.Carry("other options say which run is meant", IsFound, _out);
    }

    /// <summary>Of a command that looks at nothing but settings.</summary>
    public void AddToSettings(NtkCommand command)
    {
        AddToReader(command);
        command.Carry("settings alone are looked at", _ => false, _data, _store);
    }

    private bool _writes;

    public string Store(ParseResult parsed) => parsed.GetValue(_store) ?? Home.Store;

    /// <summary>The merged settings, every mistake at once.</summary>
    public FSharpResult<Config, Failure> Config(ParseResult parsed) =>
        from request in Request(parsed)
        from config in Config(request, parsed)
        select config;

    /// <summary>
    /// A file of settings may serve several kinds of run; of what the command line sets a note says what has no effect in this one.
    /// </summary>
    private static FSharpResult<Config, Failure> Config(RunRequest request, ParseResult parsed) =>
        from config in request.Config()
        let encoders = config.Encoder.Kinds.Select(kind => kind == "auto" ? Models.Auto(config.Encoder.Model) : kind).Distinct()
        let values = config.Values.Add("embed.encoder", string.Join(" + ", encoders))
        let written = config.Facts.Where(fact => fact.Source == "command line").Select(fact => fact.Key)
        let told = Note(parsed, IdleSettings.remarks(values, written))
        select config;

    private static Unit? Note(ParseResult parsed, IEnumerable<string> remarks)
    {
        var terminal = new Terminal(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);

        foreach (var remark in remarks)
            terminal.Say($"ntk: note: {remark}");

        return null;
    }

    /// <summary>Everything a run needs.</summary>
    public FSharpResult<Session, Failure> Open(ParseResult parsed, Terminal terminal) =>
        from request in Request(parsed)
        from config in Config(request, parsed)
        from data in Home.Data(request.Data, config)
        let folder = parsed.GetValue(_out) ?? Home.Results(data.Name)
        from notes in _writes ? TableNotes.Of(data, config.Data) : Results.Ok<string[]>([])
        from mayWrite in _writes ? ResultFiles.Check(folder, config, data, request.SettingsFile) : Results.Done
        from session in request.Open(terminal, folder)
        let told = notes.Aggregate(terminal, (said, note) => said.Note($"ntk: note: {note}"))
        select session;

    /// <summary>
    /// Everything about a finished run: of the one that the options say, or, where none but --data and --out is given, of the last one whose
    /// results lie in that folder. Beside --out, --store says where that run's store lies now.
    /// </summary>
    public FSharpResult<Session, Failure> OpenFinished(ParseResult parsed, Terminal terminal)
    {
        if (!IsFound(parsed))
            return Open(parsed, terminal);

        var named = parsed.GetValue(_out);

        return from folder in named is null ? Home.Data(parsed.GetValue(_data)).Select(data => Home.Results(data.Name)) : Results.Ok(named)
               from request in AskedRun.Find(folder)
               from session in request is not null && IsOf(request, parsed.GetValue(_data))
                   ? (request with { Store = parsed.GetValue(_store) ?? request.Store }).Open(terminal.Note($"ntk: note: the last run of {folder}: {AskedRun.Words(request)}"), folder)
                   : named is null
                       ? Open(parsed, terminal)
                       : Results.Fail<Session>(ExitCode.Refused, $"{folder}: no run of {parsed.GetValue(_data) ?? "any data"} has left its options there (run.json); name the folder that its report lies in")
               select session;
    }

    /// <summary>A refusal where nobody said which run is meant, with the runs that there are.</summary>
    public FSharpResult<T, Failure> OrNamed<T>(ParseResult parsed, FSharpResult<T, Failure> result) =>
        result.IsError && IsFound(parsed) && !NtkCommand.IsGiven(parsed, _data) && !NtkCommand.IsGiven(parsed, _out)
        && FinishedRuns.Sentence(Path.GetDirectoryName(Home.Results("sample"))!, Home.Data(null) is { IsOk: true, ResultValue: var usual } ? usual.Name : "") is { } others
            ? Results.Fail<T>(result.ErrorValue.Code, [.. result.ErrorValue.Sentences, others])
            : result;

    private bool IsFound(ParseResult parsed) =>
        !new Option[] { _config, _set, _experiment, _seed }.Any(option => NtkCommand.IsGiven(parsed, option))
        && (NtkCommand.IsGiven(parsed, _out) || !NtkCommand.IsGiven(parsed, _store));

    private static bool IsOf(RunRequest request, string? data) => data is null || (request.Data is { } own && FileNames.IsSame(own, data));

    private FSharpResult<RunRequest, Failure> Request(ParseResult parsed)
    {
        var assignments = parsed.GetRequiredValue(_set).ToList();
        static string Key(string text) => text.Split('=')[0].Trim();

        var twice = assignments.GroupBy(Key).Where(group => group.Count() > 1)
            .Select(group => $"--set {group.Key}= stands {group.Count()} times, and the last one counts").ToList();

        void Assign(string option, string key, string? value)
        {
            if (value is null)
                return;

            if (assignments.Exists(text => Key(text) == key))
                twice.Add($"{option} and --set {key}= set the same, and {option} counts");

            assignments.Add($"{key}={value}");
        }

        Assign(_experiment.Name, "experiments", parsed.GetRequiredValue(_experiment) is { Length: > 0 } asked ? string.Join(", ", asked) : null);
        Assign(_seed.Name, "seed", parsed.GetValue(_seed));

        Note(parsed, twice);

        var file = parsed.GetValue(_config);

        if (file is not null && new FileInfo(file) is { Exists: true, Length: > 4L * 1_000_000 })
            return Results.Fail<RunRequest>(ExitCode.Usage, $"{file}: it has {new FileInfo(file).Length} bytes, and no settings have so many");

        return from text in file is null ? Results.Ok<string?>(null) : SourceFile.readText(file).OrRefused().Select(text => (string?)text)
               select new RunRequest(parsed.GetValue(_data), file, text, [.. assignments], Store(parsed));
    }
}
