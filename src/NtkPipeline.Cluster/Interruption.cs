using System.Runtime.InteropServices;
using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>
/// Ctrl-C and being told to end: whoever has work elsewhere is given the time to call it off; else, and the second time, the process ends at
/// once. What is in the store is whole at any instant.
/// </summary>
internal static class Interruption
{
    private static readonly CancellationTokenSource _source = new();
    private static int _holders;
    private static int _code = ExitCode.Interrupted;

    public static CancellationToken Token => _source.Token;

    /// <summary>What the process's exit code is then: 130 after Ctrl-C, 0 after SIGTERM.</summary>
    public static int Code => _code;

    public static IDisposable Watch() =>
        new Both(PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear));

    /// <summary>While this is held, <see cref="Token"/> is cancelled first.</summary>
    public static IDisposable Hold()
    {
        Interlocked.Increment(ref _holders);
        return new Holder();
    }

    private static void Hear(PosixSignalContext context)
    {
        context.Cancel = true;

        if (_source.IsCancellationRequested || Volatile.Read(ref _holders) == 0)
        {
            Terminal.OfProcess.Say("ntk: interrupted; what is finished is kept, and the same command goes on from there");
            Host.Program.Leave(ExitCode.Interrupted);
        }

        if (context.Signal == PosixSignal.SIGTERM)
            _code = ExitCode.Done;

        _source.Cancel();
    }

    private sealed class Holder : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref _holders);
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
