namespace NtkPipeline.Runtime

open System
open TorchSharp

/// LibTorch as one process uses it.
[<RequireQualifiedAccess>]
module LibTorch =

    /// Loads LibTorch and gives it so many threads; 0 stands for one a core. Results are the same bytes for the same number.
    let useThreads (threads: int) : unit =
        torch.set_num_threads (if threads = 0 then Environment.ProcessorCount else threads)
