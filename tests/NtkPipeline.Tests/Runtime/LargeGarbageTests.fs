module NtkPipeline.Tests.LargeGarbageTests

open System
open System.Runtime.CompilerServices
open System.Threading
open Expecto
open NtkPipeline.Runtime

/// An array of so many MB that nobody holds; its pages are never touched.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let private dropped (megabytes: int) = WeakReference(GC.AllocateUninitializedArray<byte>(megabytes <<< 20))

/// Whether it is let go within so many seconds.
let private goesWithin (seconds: float) (garbage: WeakReference) =
    let isGone () =
        Thread.Sleep 20
        not garbage.IsAlive

    SpinWait.SpinUntil(isGone, TimeSpan.FromSeconds seconds)

let tests =
    // Other tests' garbage would count.
    testSequenced
    <| testList "large garbage" [
        test
            "hundreds of MB that nobody needs are let go within seconds, and only where somebody looks after them" {
            GC.Collect()
            // The collector may come by itself, but not always.
            let lies megabytes = List.exists (fun _ -> not (goesWithin 1.5 (dropped megabytes))) [ 1..5 ]
            Expect.isTrue (lies 600) "the collector lets it lie"
            let before = dropped 600
            LargeGarbage.watch ()
            Expect.isTrue (goesWithin 60.0 before) "what lay there"
            Expect.isTrue (goesWithin 60.0 (dropped 600)) "what comes later"
            Expect.isTrue (goesWithin 60.0 (dropped 700)) "again and again"
            Expect.isTrue (lies 100) "little is not worth a collection"
        }
    ]
