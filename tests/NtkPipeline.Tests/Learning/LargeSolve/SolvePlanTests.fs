module NtkPipeline.Tests.SolvePlanTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private choosing =
    testCase "auto takes the whole matrix where memory allows, and says why"
    <| fun () ->
        let size = {
            Rows = 40000
            Features = 128
            Systems = 1
            Ridges = 1
            Rank = 1000
            Memory = 4_000_000_000L
        }

        let plan size asked = SolvePlan.choose asked size
        let large = Expect.wantOk (plan size None) "a plan"
        Expect.equal large.Method SolveMethod.Gradients "39 GB do not fit"
        Expect.stringContains (SolvePlan.print large) "39.12 GB" "and says so"
        let small = Expect.wantOk (plan { size with Rows = 5000 } None) "a plan"
        Expect.equal small.Method SolveMethod.Exact "1.2 GB do"
        plan size (Some SolveMethod.Exact) |> wantRefusal [ "39.12 GB"; "4.00 GB" ]
        plan { size with Rank = 50000 } None |> wantRefusal [ "lower rank" ]
        let plenty = { size with Rows = 50000; Memory = 1_000_000_000_000L }

        Expect.equal
            (Expect.wantOk (plan plenty None) "a plan").Method
            SolveMethod.Gradients
            "more than one array"

        plan plenty (Some SolveMethod.Exact) |> wantRefusal [ "one array" ]
        // 600 MB and 24 N d, then 8 N (rank + 400 + 28), at sizes whose products pass 2³¹.
        let hundred = Expect.wantOk (plan { size with Rows = 100_000 } None) "a plan"
        Expect.equal hundred.Bytes 2_049_600_000L "100,000 rows"
        // What a small solve holds is what a process holds: measured, 0.19 GB.
        let few = { size with Rows = 40; Features = 8; Rank = 40 }
        Expect.isLessThan (Expect.wantOk (plan few None) "a plan").Bytes 230_000_000L "40 rows"
        let wide = { plenty with Rows = 1_000_000; Features = 2000; Rank = 5000; Systems = 40 }
        Expect.equal (Expect.wantOk (plan wide None) "a plan").Bytes 100_760_000_000L "and far beyond"


let tests = testList "regression past memory" [ choosing ]
