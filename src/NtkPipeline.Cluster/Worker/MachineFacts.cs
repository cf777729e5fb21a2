using System.Globalization;

namespace NtkPipeline.Cluster;

/// <summary>What this machine has to give now.</summary>
internal static class MachineFacts
{
    /// <summary>Bytes that could be had without paging, and bytes in all.</summary>
    public static (long Free, long All) Memory()
    {
        var all = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

        if (!File.Exists("/proc/meminfo"))
            return (all, all);

        var free = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var number = free?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var text, ..] && long.TryParse(text, out var kilobytes) ? kilobytes << 10 : all;
        return (Math.Min(number, all), all);
    }

    /// <summary>How many threads want a core over the last minute, a core; 0 where the machine does not tell.</summary>
    public static double Load() =>
        File.Exists("/proc/loadavg") && double.TryParse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture, out var load)
            ? load / Environment.ProcessorCount
            : 0;
}
