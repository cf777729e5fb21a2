module NtkPipeline.Tests.BenchMachineTests

open System.Text.Json
open Expecto
open NtkPipeline.Runtime

let tests =
    testList "bench's machine" [
        test "ratios stand beside the processor's name and what its plain products reach" {
            let answer = Ntk.wantDone [ "bench"; "structured"; "--rows"; "64"; "--json" ]
            let root = JsonDocument.Parse(answer.Output).RootElement
            let said = answer.Error.Split '\n' |> Array.find _.Contains("GFLOP/s")
            let processor = BenchMachine.processor ()
            Expect.equal (root.GetProperty("processor").GetString()) processor "in JSON"
            Expect.stringStarts said $"%s{processor}, " "in words"
            let speed (name: string) = root.GetProperty("gigaflops").GetProperty(name).GetDouble()

            for name in [ "float32"; "float64"; "priced" ] do
                Expect.isGreaterThan (speed name) 0.05 $"%s{name}: slower than any machine"
                Expect.isLessThan (speed name) 1e5 $"%s{name}: faster than any"

            Expect.stringContains said ((speed "float32").ToString "G3") "the same number"
        }

        test "a machine in words" {
            let machine = {
                Processor = "Abacus"
                Threads = 1
                SingleGigaflops = 101.25
                DoubleGigaflops = 50.2
                PricedGigaflops = 95.96
            }

            Expect.equal
                (BenchMachine.print machine)
                "Abacus, 1 thread: a plain product of 1,536 × 1,536 matrices at 101 GFLOP/s in float32 (priced at 96), 50.2 in float64"
                "one line"
        }
    ]
