namespace NtkPipeline.Runtime

open TorchSharp

/// How fast this machine is, as far as `Workload` counts.
[<RequireQualifiedAccess>]
module MachineSpeed =

    let private size = 1024

    /// 10⁹ operations a second of a plain float32 product, counted as 2n³, as LibTorch has its threads: the best of several, which
    /// together take a fraction of a second.
    let gigaflops () : float =
        use _ = torch.NewDisposeScope()
        let a = torch.ones ([| int64 size; int64 size |], dtype = torch.float32)
        let seconds = Clock.best 5 [ fun () -> a.mm(a).Dispose() ]
        2.0 * float size ** 3.0 / seconds[0] / 1e9
