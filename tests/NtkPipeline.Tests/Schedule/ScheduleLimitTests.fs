module NtkPipeline.Tests.ScheduleLimitTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Graphs

let private limit costs workers graph =
    Schedule.simulate costs workers graph |> ScheduleLimit.find costs graph

/// So many stages that wait for nothing.
let private side count seconds = Array.init count (fun k -> stage $"s%d{k}" seconds [||])

let tests =
    testList "schedule limit" [
        testCase "the number of workers, until the longest chain is what is left"
        <| fun () ->
            Expect.equal (limit free 1 chain) (Some ScheduleLimit.Workers) "one worker does all"
            Expect.equal (limit free 4 (side 40 1.0)) (Some ScheduleLimit.Workers) "ten each"

            let chains = [| for _ in 1..3 -> stage "head" 1.0 [||] |]
            let links = [| for k in 3..11 -> stage $"link%d{k}" 1.0 [| k - 3 |] |]
            let graph = Array.append chains links
            Expect.equal (limit free 3 graph) (Some ScheduleLimit.CriticalPath) "three chains of four"
            Expect.equal (limit free 2 graph) (Some ScheduleLimit.Workers) "and two workers"

        testCase "one long stage is named"
        <| fun () ->
            let graph = Array.append (side 9 1.0) [| stage "train-network/m=4096" 20.0 [| 0 |] |]

            Expect.equal
                (limit free 9 graph)
                (Some(ScheduleLimit.OneStage "train-network/m=4096"))
                "most of the longest chain"

        testCase "what is around each stage, where it is as long as the stages"
        <| fun () ->
            Expect.equal
                (limit { free with PerStage = 1.0 } 4 (side 40 0.5))
                (Some ScheduleLimit.Overhead)
                "side by side"

            Expect.equal
                (limit { free with PerStage = 4.0 } 4 chain)
                (Some ScheduleLimit.Overhead)
                "one after another"

            Expect.equal
                (limit { free with PerStage = 0.1 } 4 (side 40 0.5))
                (Some ScheduleLimit.Workers)
                "but not less"

        testCase "shared processors, reading, and the order"
        <| fun () ->
            Expect.equal
                (limit { free with SharedCores = Some 2.0 } 8 (side 40 1.0))
                (Some ScheduleLimit.Cores)
                "eight workers on two"

            let fan =
                Array.append [| { stage "wide" 0.1 [||] with Bytes = 1000L } |] [|
                    for k in 1..8 -> stage $"r%d{k}" 1.0 [| 0 |]
                |]

            Expect.equal
                (limit { free with ReadSpeed = 100.0 } 8 fan)
                (Some ScheduleLimit.Reading)
                "10 s for 1,000 bytes"

            let late = Array.append (side 6 1.0) [| stage "long" 3.0 [||] |]
            Expect.equal (limit free 3 late) (Some ScheduleLimit.Order) "the long stage comes last"
            Expect.isNone (limit free 3 [||]) "nothing to do"

        testCase "each has words, and no two the same"
        <| fun () ->
            let all = [
                ScheduleLimit.CriticalPath
                ScheduleLimit.OneStage "fit-ridge"
                ScheduleLimit.Workers
                ScheduleLimit.Cores
                ScheduleLimit.Overhead
                ScheduleLimit.Reading
                ScheduleLimit.Order
            ]

            let words = all |> List.map ScheduleLimit.print
            Expect.equal (List.distinct words) words "told apart"
            Expect.stringContains words[1] "fit-ridge" "with the stage's name"
    ]
