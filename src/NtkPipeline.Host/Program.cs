namespace NtkPipeline.Host;

/// <summary>The program <c>ntk</c>.</summary>
public static class Program
{
    public static int Main(string[] args) => Run(args, Console.Out, Console.Error);

    /// <summary>Runs one command line, writing where it is told to.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        output.WriteLine("ntk: nothing to run yet");
        return args.Length == 0 ? 2 : 0;
    }
}
