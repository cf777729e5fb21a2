namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// How fast this machine is, as far as `Workload` counts.
[<RequireQualifiedAccess>]
module MachineSpeed =

    let private size = 1024

    /// Of each thread in a trial: some 40 ms, so that a clock's grain and a change of processor do not tell.
    let private products = 3

    let private trials = 4

    /// 10⁹ operations a second of plain float32 products, counted as 2n³, by as many threads as LibTorch has, if the machine has nothing else
    /// to do: every thread multiplies by itself, and what is counted is the time that they are given, not the time that passes, which on a
    /// busy machine was five to ten times as long. The best of several trials, which together take a fraction of a second on a machine that
    /// is free.
    let gigaflops () : float =
        use _ = torch.NewDisposeScope()
        let a = torch.ones ([| int64 size; int64 size |], dtype = torch.float32)
        let threads = torch.get_num_threads ()
        let side = Array.replicate (min threads TorchThreads.mostSideBySide) ()

        let multiply () =
            for _ in 1..products do
                a.mm(a).Dispose()

        let trial () = TorchThreads.sideBySide torch.CPU multiply side |> ignore

        trial ()

        let seconds = List.init trials (fun _ -> Clock.processor trial) |> List.min
        let operations = 2.0 * float size ** 3.0 * float (products * side.Length)
        // A clock of a coarse grain may say that nothing was taken.
        float threads * operations / max seconds 1e-3 / 1e9
