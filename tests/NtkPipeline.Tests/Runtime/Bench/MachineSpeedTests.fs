module NtkPipeline.Tests.MachineSpeedTests

open System
open System.Diagnostics
open System.Threading
open Expecto
open NtkPipeline.Runtime

let private sum (terms: int) : unit =
    let mutable sum = 0.0

    for k in 1..terms do
        sum <- sum + 1.0 / float k

    Expect.isGreaterThan sum 1.0 "done"

// How near the price is to LibTorch's products is what `ntk bench` says: it depends on what else the machine does.
// What other tests do meanwhile is this process's time too.
let tests =
    testSequenced
    <| testList "MachineSpeed" [
        test "any number of threads has a speed" {
            for threads in [ 0; 1; 2; 5 ] do
                let speed = MachineSpeed.gigaflops threads
                Expect.isGreaterThan speed 0.01 $"%d{threads} threads: slower than any machine"
                Expect.isLessThan speed 1e6 $"%d{threads} threads: faster than any"
        }

        test "time in which nothing is done is not counted, that in which one thread works is" {
            let terms = 200_000_000
            let worked = Clock.processor (fun () -> sum terms)
            let watch = Stopwatch.StartNew()
            sum terms
            // As long as the work takes by the clock, which is no less than by the processor's. The runtime may compile beside it.
            let asleep =
                List.init 3 (fun _ -> Clock.processor (fun () -> Thread.Sleep watch.Elapsed)) |> List.min

            Expect.isGreaterThan worked 0.02 "some"
            Expect.isLessThan asleep worked "less than of as much work"
        }
    ]
