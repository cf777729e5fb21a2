using NtkPipeline.Host;

namespace NtkPipeline.Cluster;

/// <summary>The program <c>ntk-cluster</c>: ntk with Orleans, which ntk starts where a command needs it.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        using var interruption = Interruption.Watch();
        ClusterProgram.Loaded = new OrleansCluster();
        return Host.Program.Run(args, Console.Out, Console.Error);
    }
}
