module NtkPipeline.Tests.MachineSpeedTests

open System.Diagnostics
open System.Threading
open Expecto
open NtkPipeline.Runtime

/// Programs that take every processor's time while a test runs.
let private busy (work: unit -> 'a) : 'a =
    let others = [
        for _ in 1 .. 2 * System.Environment.ProcessorCount do
            nonNull (Process.Start(ProcessStartInfo("sh", [ "-c"; "while :; do :; done" ])))
    ]

    try
        work ()
    finally
        for other in others do
            other.Kill()
            other.Dispose()

// What other tests do meanwhile is this process's time too.
let tests =
    testSequenced
    <| testList "MachineSpeed" [
        test "time in which nothing is done is not counted" {
            Expect.isLessThan (Clock.processor (fun () -> Thread.Sleep 400)) 0.2 "half of it at most"
        }

        test "time in which one thread works is counted whole" {
            let watch = Stopwatch()

            let counted =
                Clock.processor (fun () ->
                    watch.Start()
                    let mutable sum = 0.0

                    for k in 1..200_000_000 do
                        sum <- sum + 1.0 / float k

                    watch.Stop()
                    Expect.isGreaterThan sum 1.0 "done")

            Expect.isGreaterThan counted 0.05 "some"
            Expect.isLessThan counted (1.5 * watch.Elapsed.TotalSeconds + 0.2) "by one thread"
        }

        test
            "a price is right within a factor of two while other programs want the processors three times over" {
            if System.OperatingSystem.IsLinux() then
                LibTorch.useThreads 0
                let free = MachineSpeed.gigaflops ()
                let price = busy MachineSpeed.gigaflops
                Expect.isGreaterThan (price / free) 0.5 $"%.1f{price} of %.1f{free} GFLOP/s"
                Expect.isLessThan (price / free) 2.0 $"%.1f{price} of %.1f{free} GFLOP/s"
        }
    ]
