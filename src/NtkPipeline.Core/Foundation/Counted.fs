namespace NtkPipeline.Core

open System

/// Progress of work that does one thing after another.
[<RequireQualifiedAccess>]
module Counted =

    /// Is told how many more things are done, and tells how many are, and how many there are.
    let over (tell: Action<int, int>) (all: int) : int -> unit =
        let mutable finished = 0

        fun more ->
            finished <- finished + more
            tell.Invoke(finished, all)
