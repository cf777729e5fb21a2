namespace NtkPipeline.Runtime

open System
open System.Threading

/// Arrays of hundreds of MB that nobody needs any more. The collector lets them lie until its next full collection, which it puts off the
/// longer the more memory a program has; a run of stages would take several times what it holds.
[<RequireQualifiedAccess>]
module LargeGarbage =

    /// So many bytes may lie about.
    let private most = 512L <<< 20

    let private pause = TimeSpan.FromMilliseconds 200.0

    /// What the last full collection has left. What came since may be garbage by now, and counts as new.
    let private heldThen () =
        let left = GC.GetGCMemoryInfo GCKind.FullBlocking
        left.HeapSizeBytes - left.FragmentedBytes

    /// Looks after it, beside the program's work, until the program ends. Few objects and large ones make a full collection short: some
    /// milliseconds.
    let watch () : unit =
        let look () =
            let mutable held = 0L

            while true do
                Thread.Sleep pause
                let now = GC.GetTotalMemory false

                if now < held then
                    held <- now
                elif now - held > most then
                    GC.Collect(2, GCCollectionMode.Forced, true, false)
                    held <- heldThen ()

        Thread(look, IsBackground = true, Name = "large garbage").Start()
