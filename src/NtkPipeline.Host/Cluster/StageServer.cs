using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// A process that makes stages for others: the first line that it reads is a request, each further one the key of a stage's recipe; what it
/// writes are <see cref="StageLine"/>s. It ends at once when what it reads from ends, which is when the process that wants the stages has
/// died; a claim that it held is free then.
/// </summary>
internal sealed class StageServer(TextReader input, Action<string> say, Action leave)
{
    private readonly BlockingCollection<string> _wanted = [];
    private volatile bool _isBusy;

    public FSharpResult<int, Failure> Run(Terminal terminal)
    {
        new Thread(Load) { IsBackground = true, Name = "load" }.Start();

        if (input.ReadLine() is not { } first)
            return Results.Ok(ExitCode.Done);

        new Thread(Listen) { IsBackground = true, Name = "wanted" }.Start();
        var opened = JsonSerializer.Deserialize<StageRequest>(first)!.Open(terminal);

        // A request that was good where it was written lacks something here: a folder, a model.
        return opened.IsError
            ? Refuse(opened.ErrorValue)
            : opened.ResultValue.Serve(Tell, Serve);
    }

    private FSharpResult<int, Failure> Serve(Func<string, FSharpResult<FSharpOption<TargetOutcome>?, PipelineError>> make)
    {
        foreach (var key in _wanted.GetConsumingEnumerable())
        {
            _isBusy = true;
            Write(End(key, make));
            _isBusy = false;
        }

        return Results.Ok(ExitCode.Done);
    }

    private static StageLine End(string key, Func<string, FSharpResult<FSharpOption<TargetOutcome>?, PipelineError>> make)
    {
        try
        {
            var made = make(key);

            return made switch
            {
                { IsError: true, ErrorValue: var refusal } => Refused(refusal.Sentence, ExitCode.Refused, refusal.Retry.IsFinal),
                { ResultValue.Value: var outcome } => new StageLine
                {
                    Done = new StageLine.End(
                        outcome.Run.Seconds, outcome.Run.Bytes, outcome.IsMade, outcome.Peak?.Value.Bytes ?? 0, outcome.Peak?.Value.IsOfStage ?? false),
                },
                _ => Refused(
                    "the pipeline as this machine sees it has no such stage: its program, models or files are not those of the run",
                    ExitCode.Refused, isFinal: false),
            };
        }
        catch (Exception lack) when (MachineLack.ofException(lack) is { Value.Sentence: var sentence })
        {
            return Refused(sentence, ExitCode.Refused, isFinal: false);
        }
        catch (Exception bug)
        {
            return Refused(BugLog.Write(bug), ExitCode.Bug, isFinal: true);
        }
    }

    private FSharpResult<int, Failure> Refuse(Failure failure)
    {
        foreach (var _ in _wanted.GetConsumingEnumerable())
            Write(Refused(string.Join("; ", failure.Sentences), failure.Code, isFinal: false));

        return Results.Ok(ExitCode.Done);
    }

    private static StageLine Refused(string sentence, int code, bool isFinal) =>
        new() { Refused = new StageLine.Refusal(sentence, code, isFinal) };

    private void Tell(StageEvent happened)
    {
        switch (happened)
        {
            case StageEvent.Started:
                Write(new StageLine { Started = true });
                break;
            case StageEvent.Advanced advanced:
                Write(new StageLine { Advanced = new StageLine.Progress(advanced.finished, advanced.all) });
                break;
            case StageEvent.Waiting waiting:
                Write(new StageLine { Waiting = waiting.holder });
                break;
            case StageEvent.Warning warning:
                Write(new StageLine { Warning = warning.sentence });
                break;
        }
    }

    private void Write(StageLine line)
    {
        lock (_wanted)
            say(line.Write());
    }

    /// <summary>Loads what every stage needs while nobody asks for one; the first that needs it says so where it cannot be loaded.</summary>
    private static void Load()
    {
        try
        {
            LibTorch.loadWhole();
        }
        catch (Exception)
        {
        }
    }

    private void Listen()
    {
        while (input.ReadLine() is { } key)
            _wanted.Add(key);

        while (_wanted.TryTake(out _))
        {
        }

        _wanted.CompleteAdding();

        if (_isBusy)
            leave();
    }
}
