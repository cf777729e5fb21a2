namespace NtkPipeline.Runtime

open System
open System.Diagnostics
open TorchSharp

/// Seconds that work takes.
[<RequireQualifiedAccess>]
module Clock =

    /// One run, in a dispose scope of its own, after a garbage collection.
    let once (work: unit -> unit) : float =
        GC.Collect()
        let watch = Stopwatch.StartNew()
        use _ = torch.NewDisposeScope()
        work ()
        watch.Elapsed.TotalSeconds

    /// Every piece of work `rounds` times by turns, after one round that warms up and does not count: a spell in which the
    /// machine is slow hits all of them. By piece, then by round.
    let rounds (rounds: int) (works: (unit -> unit) list) : float list list =
        works |> List.iter (once >> ignore)

        List.init rounds (fun _ -> works |> List.map once) |> List.transpose

    /// The least of `count` runs after a warm-up, of several pieces of work by turns: the time that other programs have
    /// disturbed least.
    let best (count: int) (works: (unit -> unit) list) : float list = rounds count works |> List.map List.min

    /// Seconds of all processors' time that this process takes while it works. Other programs that want the processors too make work take
    /// longer, and hardly add to this.
    let processor (work: unit -> unit) : float =
        let before = Environment.CpuUsage.TotalTime
        work ()
        (Environment.CpuUsage.TotalTime - before).TotalSeconds
