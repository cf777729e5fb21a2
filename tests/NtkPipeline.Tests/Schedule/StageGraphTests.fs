module NtkPipeline.Tests.StageGraphTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Graphs

let tests =
    testList "stage graph" [
        testCase "the critical path is the longest chain, with its stages"
        <| fun () ->
            Expect.equal (StageGraph.criticalPath 0.0 chain) ([| 0; 1; 2 |], 6.0) "all of a chain"

            Expect.equal
                (StageGraph.criticalPath 0.0 forkJoin)
                ([| 0; 3; 4 |], 10.0)
                "through the slowest branch"

            Expect.equal
                (StageGraph.criticalPath 0.5 forkJoin)
                ([| 0; 3; 4 |], 11.5)
                "with what is around each stage"

            Expect.equal (StageGraph.criticalPath 0.5 [||]) ([||], 0.0) "of nothing"

        testCase "a chain of many short stages may outlast one long stage, and more so with an overhead"
        <| fun () ->
            let graph = [|
                stage "long" 3.0 [||]
                stage "a" 1.0 [||]
                stage "b" 1.0 [| 1 |]
                stage "c" 0.5 [| 2 |]
            |]

            Expect.equal (StageGraph.criticalPath 0.0 graph) ([| 0 |], 3.0) "one stage"
            Expect.equal (StageGraph.criticalPath 1.0 graph) ([| 1; 2; 3 |], 5.5) "three of them"

        testCase "of equal chains, the one through the stages that stand first"
        <| fun () ->
            let graph = [| stage "a" 1.0 [||]; stage "b" 1.0 [||]; stage "c" 1.0 [| 1; 0 |] |]

            Expect.equal
                (StageGraph.criticalPath 0.0 graph)
                ([| 0; 2 |], 2.0)
                "a, whatever the order of inputs"

        testCase "a stage that waits for a later one is a bug"
        <| fun () ->
            Expect.throwsT<ArgumentException>
                (fun () -> StageGraph.criticalPath 0.0 [| stage "a" 1.0 [| 0 |] |] |> ignore)
                "for itself"
    ]
