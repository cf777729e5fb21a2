using System.CommandLine;
using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host.Commands;

/// <summary>--memory of a command that works on whole kernels: what it needs is said before it starts, and refused where that is more.</summary>
internal sealed class MemoryOption
{
    private const string Whole = "what needs more is refused before it starts. Default: the machine's";

    private readonly Option<string?> _memory;

    /// <param name="use">What is done with it, without an end; none of a command that works on whole kernels.</param>
    public MemoryOption(string? use = null) => _memory = new Option<string?>("--memory")
    {
        Description = $"The most memory to use, with its unit, such as 4GB or 512MB; {use ?? Whole}.",
        HelpName = "SIZE",
    };

    public Option Option => _memory;

    public void AddTo(NtkCommand command) => command.Options.Add(_memory);

    /// <summary>Bytes that a person allows; none where nothing is said.</summary>
    public FSharpResult<FSharpOption<long>, Failure> Read(ParseResult parsed) => Read(parsed.GetValue(_memory));

    /// <summary>The same of what was written for it, or was not.</summary>
    public static FSharpResult<FSharpOption<long>, Failure> Read(string? written) =>
        written is { } text
            ? ByteSize.parse(text).OrUsage("--memory").Select(FSharpOption<long>.Some)
            : Results.Ok(FSharpOption<long>.None);

    /// <summary>Says what will be needed, or refuses it.</summary>
    public FSharpResult<Unit?, Failure> Check(ParseResult parsed, Terminal terminal, MemoryNeed need) =>
        from allowed in Read(parsed)
        from fits in MemoryNeedModule.check(MachineMemory.limit(allowed), need).OrRefused()
        select Told(terminal.Note(MemoryNeedModule.print(need)));

    /// <summary>The same of work whose shapes stand in files, which may be refused.</summary>
    public FSharpResult<Unit?, Failure> Check(ParseResult parsed, Terminal terminal, FSharpResult<MemoryNeed, PipelineError> need) =>
        from known in need.OrRefused()
        from fits in Check(parsed, terminal, known)
        select fits;

    /// <summary>The shape of a file's matrix; of a file that is not named, nothing.</summary>
    public static FSharpResult<KernelShape, PipelineError> Shape(string? path) =>
        path is null ? FSharpResult<KernelShape, PipelineError>.NewOk(new KernelShape(0, 0, 4)) : NpyRows.shape(path);

    /// <summary>The way on of what needs a whole kernel.</summary>
    public const string Solve = "`ntk solve` regresses from inputs without holding the kernel";

    private static Unit? Told(Terminal _) => null;
}
