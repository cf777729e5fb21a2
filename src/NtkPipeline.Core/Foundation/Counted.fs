namespace NtkPipeline.Core

open System

/// Progress of work that does one thing after another, or several at a time.
[<RequireQualifiedAccess>]
module Counted =

    /// Is told how many more things are done, and tells how many are, and how many there are.
    let over (tell: Action<int, int>) (all: int) : int -> unit =
        let finished = ref 0

        fun more ->
            lock tell (fun () ->
                finished.Value <- finished.Value + more
                tell.Invoke(finished.Value, all))
