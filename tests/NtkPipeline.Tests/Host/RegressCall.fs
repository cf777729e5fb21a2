/// A kernel, targets and a call of `regress` on them.
module NtkPipeline.Tests.RegressCall

open System.IO
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples

let xs, zs = let all = points 60 in all[..44], all[45..]
let kernel, cross = roughKernelOf xs xs, roughKernelOf zs xs
let y = targets xs
let column (values: float[]) = Matrix.create values.Length 1 values

/// A folder with K, Kt and y, and a call on them.
let regress folder (kernel: Matrix<float>) (y: string) extra =
    let k, kt = write folder "k" kernel, write folder "kt" cross
    let out = Path.Combine(folder, "pred.npy")

    [ "regress"; "--k-train"; k; "--k-test"; kt; "--y"; y; "--out"; out ] @ extra, out

let f ridge kernel (y: float[]) =
    let alpha = solve ridge kernel y
    Array.init zs.Length (fun i -> dot ((Matrix.row i cross).ToArray()) alpha)
