using System.Text;
using Spectre.Console;

namespace NtkPipeline.Host;

/// <summary>
/// Where progress bars are drawn, from threads of their own: standard error, until it is shut for the program's last sentence, which no bar
/// may overtake.
/// </summary>
internal sealed class BarOutput(TextWriter terminal) : IAnsiConsoleOutput
{
    private static readonly Lock _gate = new();

    private static bool _isShut;

    public TextWriter Writer { get; } = new Gate(terminal);

    public bool IsTerminal => true;

    public int Width => System.Console.BufferWidth is > 0 and var columns ? columns : 80;

    public int Height => System.Console.WindowHeight is > 0 and var lines ? lines : 24;

    /// <summary>Nothing of any bar is drawn from now on.</summary>
    public static void Shut()
    {
        lock (_gate)
            _isShut = true;
    }

    public void SetEncoding(Encoding encoding)
    {
        // The terminal's own stands.
    }

    private sealed class Gate(TextWriter terminal) : TextWriter
    {
        public override Encoding Encoding => terminal.Encoding;

        public override void Write(char value) => Pass(() => terminal.Write(value));

        public override void Write(string? value) => Pass(() => terminal.Write(value));

        public override void Write(char[] buffer, int index, int count) => Pass(() => terminal.Write(buffer, index, count));

        public override void Flush() => Pass(terminal.Flush);

        private static void Pass(Action write)
        {
            lock (_gate)
            {
                if (!_isShut)
                    write();
            }
        }
    }
}
