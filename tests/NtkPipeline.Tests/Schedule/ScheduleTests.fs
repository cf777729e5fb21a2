module NtkPipeline.Tests.ScheduleTests

open System
open Expecto
open FsCheck.FSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Graphs

let private makespans costs graph workers =
    workers |> List.map (fun count -> (Schedule.simulate costs count graph).Makespan)

let private where (schedule: Schedule) =
    schedule.Placements |> Array.map (fun p -> p.Stage, p.Worker, p.Start, p.End) |> List.ofArray

let private near what (expected: float) actual =
    Expect.floatClose { absolute = 1e-9; relative = 1e-9 } actual expected what

/// A property of any graph on any number of workers.
let private forAny name (law: StageWork[] -> int -> unit) =
    testCase name
    <| fun () ->
        Prop.forAll (Arb.fromGen any) (fun (graph, workers) -> law graph workers)
        |> fun law -> FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest 300, law)

let tests =
    testList "schedule" [
        testCase "by hand: a chain takes as long on any number of workers, a fork is shared"
        <| fun () ->
            Expect.equal (makespans free chain [ 1; 2; 7 ]) [ 6.0; 6.0; 6.0 ] "a chain"
            Expect.equal (makespans free forkJoin [ 1; 2; 3; 9 ]) [ 15.0; 12.0; 10.0; 10.0 ] "a fork"

        testCase "by hand: two workers on a fork take the pipeline's order, the one that was busy last first"
        <| fun () ->
            Expect.equal
                (Schedule.simulate free 2 forkJoin |> where)
                [
                    0, 0, 0.0, 1.0
                    1, 0, 1.0, 3.0
                    2, 1, 1.0, 4.0
                    3, 0, 3.0, 7.0
                    4, 0, 7.0, 12.0
                ]
                "b and c, then d behind b"

        testCase "by hand: the pipeline's order is not always the best"
        <| fun () ->
            let graph = [| stage "short" 1.0 [||]; stage "shorter" 1.0 [||]; stage "long" 2.0 [||] |]
            Expect.equal (makespans free graph [ 1; 2; 3 ]) [ 4.0; 3.0; 2.0 ] "the long one comes last"

        testCase "by hand: what is around stages and the run is added"
        <| fun () ->
            let costs = { free with PerStage = 0.5; PerRun = 2.0 }

            Expect.equal
                (makespans costs forkJoin [ 1; 2; 3 ])
                [ 19.5; 16.0; 13.5 ]
                "five stages, four, three"

        testCase "by hand: a worker reads what another has made, once"
        <| fun () ->
            let costs = { free with ReadSpeed = 100.0 }
            let schedule = Schedule.simulate costs 2 forkJoin
            // c reads a on the second worker (1 s), so that it ends at 5; e reads c on the first.
            Expect.equal (schedule.BytesRead, schedule.Reading) (200L, 2.0) "a by one worker, c by the other"
            Expect.equal schedule.Makespan 13.0 "the second reading delays the end"
            Expect.equal (Schedule.simulate costs 1 forkJoin).BytesRead 0L "one worker has made all"

            let again = Array.append forkJoin [| stage "f" 9.0 [| 0 |]; stage "g" 9.0 [| 0 |] |]
            Expect.equal (Schedule.simulate costs 2 again).BytesRead 200L "what a worker has read it has"

        testCase "by hand: workers that share processors slow down alike"
        <| fun () ->
            let pair cores = [|
                { stage "a" 2.0 [||] with Cores = cores }
                { stage "b" 4.0 [||] with Cores = cores }
            |]

            let costs = { free with SharedCores = Some 2.0 }
            Expect.equal (makespans costs (pair 1.0) [ 1; 2 ]) [ 6.0; 4.0 ] "there is room for both"
            Expect.equal (makespans costs (pair 2.0) [ 1; 2 ]) [ 6.0; 8.0 ] "b has one of two to the end"
            near "nothing is won" 6.0 (Schedule.simulate costs 2 (pair 1.5)).Makespan
            // Four at half their pace until both a end at 4 with 2 s of each b left.
            let four = Array.append (pair 1.0) (pair 1.0)
            near "as two would" 6.0 (Schedule.simulate costs 4 four).Makespan

            Expect.equal
                (makespans { costs with SharedCores = Some 1.0 } (pair 2.0) [ 1 ])
                [ 12.0 ]
                "half of what they had"

        testCase "no worker is no schedule"
        <| fun () ->
            Expect.throwsT<ArgumentException> (fun () -> Schedule.simulate free 0 chain |> ignore) "a bug"
            Expect.equal (Schedule.simulate free 3 [||]).Makespan 0.0 "nothing to do takes no time"

        forAny
            "every stage runs once, after what it waits for, and a worker does one thing at a time"
            (fun graph workers ->
                let placements = (Schedule.simulate free workers graph).Placements

                Expect.equal
                    (placements |> Array.map _.Stage |> Array.sort)
                    [| 0 .. graph.Length - 1 |]
                    "each once"

                let ends = placements |> Array.map (fun p -> p.Stage, p.End) |> Map.ofArray

                for placement in placements do
                    for input in graph[placement.Stage].Inputs do
                        Expect.isLessThanOrEqual ends[input] placement.Start "after its inputs"

                for _, mine in Array.groupBy _.Worker placements do
                    for a, b in mine |> Array.sortBy (fun p -> p.Start, p.End) |> Array.pairwise do
                        Expect.isLessThanOrEqual a.End b.Start "one after another")

        forAny "no schedule beats its bounds, and none is worse than Graham's" (fun graph workers ->
            let costs = { free with PerStage = 0.25; PerRun = 1.0 }
            let bounds = ScheduleLimit.bounds costs workers graph
            let seconds = (Schedule.simulate costs workers graph).Makespan - 1.0
            Expect.isGreaterThanOrEqual (seconds + 1e-9) bounds.Path "the longest chain"
            Expect.isGreaterThanOrEqual (seconds + 1e-9) bounds.Work "the work among the workers"

            Expect.isLessThanOrEqual
                seconds
                (bounds.Work + (1.0 - 1.0 / float workers) * bounds.Path + 1e-9)
                "(Graham 1969)")

        forAny "with shared processors too" (fun graph workers ->
            let costs = { free with SharedCores = Some 2.0; ReadSpeed = 50.0 }
            let bounds = ScheduleLimit.bounds costs workers graph
            let seconds = (Schedule.simulate costs workers graph).Makespan
            Expect.isGreaterThanOrEqual (seconds + 1e-9) bounds.Path "the longest chain"
            Expect.isGreaterThanOrEqual (seconds + 1e-9) bounds.Cores "the work among the processors")

        testCase
            "what workers take to start is counted once where each has a machine, and by turns on shared processors"
        <| fun () ->
            let costs = { free with PerRun = 1.0; PerWorker = 3.0 }
            let graph = [| stage "a" 2.0 [||] |]
            near "side by side" 6.0 (Schedule.simulate costs 4 graph).Makespan
            let shared = { costs with SharedCores = Some 2.0 }
            near "two at a time" 9.0 (Schedule.simulate shared 4 graph).Makespan
            near "one alone" 6.0 (Schedule.simulate shared 1 graph).Makespan

        testCase "a worker on shared processors has its part of them, at least one"
        <| fun () ->
            let graph = [| { stage "a" 2.0 [||] with Cores = 2.0 } |]

            let seconds shared workers =
                (Schedule.simulate { free with SharedCores = shared } workers graph).Makespan

            near "a machine to itself" 2.0 (seconds None 2)
            near "all of it" 2.0 (seconds (Some 2.0) 1)
            near "half of it" 4.0 (seconds (Some 2.0) 2)
            near "no less than a processor" 4.0 (seconds (Some 2.0) 8)

        forAny "one worker takes the sum" (fun graph _ ->
            let costs = {
                free with
                    PerStage = 0.5
                    PerRun = 3.0
                    ReadSpeed = 1.0
                    SharedCores = Some 2.0
            }

            let sum = graph |> Array.sumBy (fun stage -> 0.5 + stage.Seconds)
            near "of all" (3.0 + sum) (Schedule.simulate costs 1 graph).Makespan)

        forAny "as many workers as stages take the critical path" (fun graph _ ->
            near
                "no stage waits for a worker"
                (StageGraph.criticalPath 0.25 graph |> snd)
                (Schedule.simulate { free with PerStage = 0.25 } (max 1 graph.Length) graph).Makespan)
    ]
