using System.CommandLine;
using NtkPipeline.Core;

namespace NtkPipeline.Host.Commands;

/// <summary>
/// Options that several commands have, each with one name and one meaning. Arrays are .npy files, x.npz:name or tables of numbers (.csv).
/// </summary>
internal static class ArrayOptions
{
    /// <summary>--x: what a kernel is of.</summary>
    public static Option<string> X() => new("--x") { Description = "Inputs, a row each: X.npy, X.npz:name or X.csv.", HelpName = "X.npy", Required = true };

    /// <summary>--y: what is fitted.</summary>
    public static Option<string> Y() => new("--y")
    {
        Description = $"Targets: N numbers, or N × outputs. {TargetGuide.sentence}",
        HelpName = "y.npy",
        Required = true,
    };

    /// <summary>--k-train.</summary>
    public static Option<string> KTrain() => new("--k-train") { Description = "The kernel of the training rows, N × N.", HelpName = "K.npy", Required = true };

    /// <summary>--k-test.</summary>
    public static Option<string?> KTest() => new("--k-test")
    {
        Description = "The kernel between other rows and the training rows, T × N; without it, f on the training rows is written.",
        HelpName = "Kt.npy",
    };

    /// <summary>--device.</summary>
    public static Option<string> Device() => new("--device")
    {
        Description = "What computes: cpu, cuda or cuda:1. NTK_LIBTORCH names a LibTorch for CUDA.",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>--network of a command that takes one.</summary>
    public static Option<string> Network() => new("--network")
    {
        Description = "The network, input first: \"dense 512 | relu | dense 1\" (`ntk help network`).",
        HelpName = "TEXT",
        Required = true,
    };
}
