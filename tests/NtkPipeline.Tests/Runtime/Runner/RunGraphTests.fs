module NtkPipeline.Tests.RunGraphTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

/// The chain as a graph: with two cores, and 7 s for what never ran.
let private graphOf folder seed (walks: (IRunner -> unit) list) =
    let store = Store.openAt folder |> wantOk
    let planner = PlanRunner(store, "data", Seed.root seed)
    walks |> List.iter (fun walk -> walk planner)
    RunGraph.ofPlans store "data" 2.0 (fun _ -> 7.0) planner.Plans |> wantOk

let private walk chain (runner: IRunner) = flow runner chain input |> ignore

let private recordOf folder name =
    let store = Store.openAt folder |> wantOk
    Store.runs store |> wantOk |> Array.find (fun run -> run.Recipe.Stage = name)

let tests =
    testList "graph of a run" [
        testCase "stages are joined by their recipes, with the times and sizes of their records"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let graph = graphOf folder 1UL [ walk plain ]
            Expect.isEmpty graph.Estimated "all have run"

            for k, (name, inputs) in List.indexed [ "lower", [||]; "shuffle", [| 0 |]; "join", [| 1 |] ] do
                let record = recordOf folder name

                Expect.equal
                    graph.Stages[k]
                    {
                        Name = name
                        Seconds = record.Seconds
                        Cores = 2.0
                        Bytes = record.Bytes
                        Inputs = inputs
                    }
                    "as it ran")

        testCase "stages that never ran are joined as well, and estimated"
        <| inFolder (fun folder ->
            let fresh = graphOf folder 1UL [ walk plain ]
            Expect.equal fresh.Estimated [| 0; 1; 2 |] "all of them"
            Expect.equal (fresh.Stages |> Array.map _.Inputs) [| [||]; [| 0 |]; [| 1 |] |] "a chain"

            Expect.equal
                (fresh.Stages |> Array.map (fun stage -> stage.Seconds, stage.Bytes))
                (Array.create 3 (7.0, 0L))
                "by the estimate")

        testCase
            "a stage that ran with the same settings on other inputs was measured, one with others was not"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let other = graphOf folder 2UL [ walk { plain with Separator = "+" } ]
            Expect.equal other.Estimated [| 2 |] "what joins otherwise"
            Expect.equal (other.Stages |> Array.map _.Inputs) [| [||]; [| 0 |]; [| 1 |] |] "the same chain"
            Expect.equal other.Stages[1].Bytes (recordOf folder "shuffle").Bytes "another seed"
            objects folder |> Array.iter System.IO.File.Delete
            Expect.isEmpty (graphOf folder 1UL [ walk plain ]).Estimated "nor does a lost result matter")

        testCase
            "a stage keeps as many processors busy as it took s of them a s; where that was not counted, all"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let store = Store.openAt folder |> wantOk
            let record = recordOf folder "shuffle"
            Expect.isSome record.Processor "it is counted"
            let cores () = (graphOf folder 1UL [ walk plain ]).Stages[1].Cores
            let note changed = Store.record store "data" changed |> wantOk
            note { record with Seconds = 4.0; Processor = Some 6.0 }
            Expect.equal (cores ()) 1.5 "6 s in 4"
            note { record with Seconds = 0.01; Processor = Some 0.9 }
            Expect.equal (cores ()) 2.0 "too short to tell"
            note { record with Seconds = 4.0; Processor = Some 6.0 }

            for path in System.IO.Directory.GetFiles(System.IO.Path.Combine(folder, "runs")) do
                let text = System.IO.File.ReadAllText path

                let before =
                    System.Text.RegularExpressions.Regex.Replace(text, @",\s*""processor"": [\d.]+", "")

                Expect.notEqual before text "it was there"
                System.IO.File.WriteAllText(path, before)

            Expect.equal
                (recordOf folder "shuffle")
                { record with Seconds = 4.0; Processor = None }
                "an older record"

            Expect.equal (cores ()) 2.0 "is none to go by")

        testCase "what is asked for twice is made once"
        <| inFolder (fun folder ->
            let graph = graphOf folder 1UL [ walk plain; walk { plain with Separator = "+" } ]

            Expect.equal
                (graph.Stages |> Array.map (fun stage -> stage.Name, stage.Inputs))
                [| "lower", [||]; "shuffle", [| 0 |]; "join", [| 1 |]; "join", [| 1 |] |]
                "two ends of one chain")
    ]
