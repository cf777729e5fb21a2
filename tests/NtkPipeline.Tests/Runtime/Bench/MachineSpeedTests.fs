module NtkPipeline.Tests.MachineSpeedTests

open System
open System.Diagnostics
open System.Threading
open Expecto
open NtkPipeline.Runtime

/// Programs that take every processor's time while a test runs.
let private busy (work: unit -> 'a) : 'a =
    let others = [
        for _ in 1 .. 2 * Environment.ProcessorCount do
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
        test "LibTorch's products of matrices take what they are priced at, within a factor of two" {
            LibTorch.useThreads 0
            use _ = TorchSharp.torch.NewDisposeScope()
            let size = 1024L
            let a = TorchSharp.torch.ones ([| size; size |], dtype = TorchSharp.torch.float32)
            let multiply () = a.mm(a).Dispose()
            multiply ()

            let seconds =
                List.init 5 (fun _ -> Clock.processor multiply)
                |> List.min
                |> fun all -> all / float Environment.ProcessorCount

            let told = 2.0 * float size ** 3.0 / (MachineSpeed.gigaflops 0 * 1e9)
            Expect.isGreaterThan (told / seconds) 0.5 $"%.4f{told} s told, %.4f{seconds} s taken"
            Expect.isLessThan (told / seconds) 2.0 $"%.4f{told} s told, %.4f{seconds} s taken"
        }

        test "two threads are as fast as twice one" {
            if Environment.ProcessorCount > 1 then
                let ratio = MachineSpeed.gigaflops 2 / MachineSpeed.gigaflops 1
                Expect.isGreaterThan ratio 1.0 "more, though they may share a core"
                Expect.isLessThan ratio 2.5 "and not more than twice, but for the clock"
        }

        test "time in which nothing is done is not counted" {
            // The runtime compiles beside what a program does.
            let counted = List.init 3 (fun _ -> Clock.processor (fun () -> Thread.Sleep 400))
            Expect.isLessThan (List.min counted) 0.2 "half of it at most"
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
            if OperatingSystem.IsLinux() then
                let free = MachineSpeed.gigaflops 0
                let price = busy (fun () -> MachineSpeed.gigaflops 0)
                Expect.isGreaterThan (price / free) 0.5 $"%.1f{price} of %.1f{free} GFLOP/s"
                Expect.isLessThan (price / free) 2.0 $"%.1f{price} of %.1f{free} GFLOP/s"
        }
    ]
