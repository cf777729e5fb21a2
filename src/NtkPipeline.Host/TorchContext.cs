using System.Reflection;
using System.Runtime.Loader;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// A load context whose native LibTorch is that of a folder, where the program runs a second time from its start. Only such a
/// context is asked for a native library before TorchSharp finds the one beside the program, and there can be only one in a process.
/// </summary>
internal sealed class TorchContext(string folder) : AssemblyLoadContext(LibTorchFolder.variable)
{
    private static readonly string _beside = AppContext.BaseDirectory;
    private bool _isLoaded;

    /// <summary>Whether the program already runs in such a context.</summary>
    public static bool IsCurrent => GetLoadContext(typeof(TorchContext).Assembly)?.Name == LibTorchFolder.variable;

    /// <summary>What <see cref="Program.Run"/> gives in a context of this folder.</summary>
    public static int Run(string folder, string[] args)
    {
        var program = new TorchContext(folder)
            .LoadFromAssemblyPath(typeof(Program).Assembly.Location)
            .GetType(typeof(Program).FullName!, throwOnError: true)!;

        return (int)program.GetMethod(nameof(Program.Run))!.Invoke(null, [args, System.Console.Out, System.Console.Error])!;
    }

    /// <summary>All that lies beside the program belongs to the context; the framework does not.</summary>
    protected override Assembly? Load(AssemblyName name) =>
        Path.Combine(_beside, $"{name.Name}.dll") is var path && File.Exists(path) ? LoadFromAssemblyPath(path) : null;

    /// <summary>The folder's libraries first, all of them, so that what TorchSharp's own needs is met by their names.</summary>
    protected override nint LoadUnmanagedDll(string name)
    {
        if (name != "LibTorchSharp" && !LibTorchFolder.libraries.Contains(name))
            return 0;

        if (!_isLoaded)
        {
            _isLoaded = true;

            foreach (var library in LibTorchFolder.libraries)
                LoadUnmanagedDllFromPath(LibTorchFolder.library(folder, library));
        }

        return LibTorchFolder.libraries.Contains(name) ? LoadUnmanagedDllFromPath(LibTorchFolder.library(folder, name)) : 0;
    }
}
