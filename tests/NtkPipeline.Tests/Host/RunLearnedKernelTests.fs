/// Learned kernels, asked of `ntk run`.
module NtkPipeline.Tests.RunLearnedKernelTests

open System.IO
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked =
    SmallQuestions.ask [ "learned-kernel" ] @ SmallQuestions.set [ "learned-kernel.folds=1" ]

let tests =
    testList "learned kernels of a run" [
        testCase "ntk run learns each family, without a fold and for the validation rows, and nothing twice"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let out = Path.Combine(folder, "out")
            let stages = RunCall.run data store out asked |> wantDone |> ran

            Expect.equal
                (stages |> List.filter _.StartsWith("learn-kernel/") |> List.length)
                8
                "four families, twice"

            let results = File.ReadAllText(Path.Combine(out, "results.csv"))

            for family in [ "scales"; "depths"; "activations"; "views" ] do
                Expect.stringContains results $"gain-validation-%s{family}," "in the table"

            Expect.isEmpty (RunCall.run data store out asked |> wantDone |> ran) "all cached")

        testCase "its settings are refused by key"
        <| fun () ->
            refused 2 [ "learned-kernel.learn"; "scales" ] [ "run"; "--set"; "learned-kernel.learn=nothing" ]
            refused 2 [ "learned-kernel.rows"; "4000" ] [ "run"; "--set"; "learned-kernel.rows=100000" ]
    ]
