/// A kernel, targets and a call of `descend` on them.
module NtkPipeline.Tests.DescendCall

open System.IO
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples

let xs, zs = let all = points 34 in all[..24], all[25..]
let kernel, cross = roughKernelOf xs xs, roughKernelOf zs xs
let y = targets xs

let descend folder times rate extra =
    let out = Path.Combine(folder, "p.npy")

    [
        "descend"
        "--k-train"
        write folder "k" kernel
        "--y"
        writeVector folder "y" y
        "--times"
        times
        "--rate"
        rate
        "--out"
        out
    ]
    @ extra,
    out

let onTest folder = [ "--k-test"; write folder "kt" cross ]
