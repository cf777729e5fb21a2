/// Runs that share their work: what one does while another has the stage that it has come to.
module NtkPipeline.Tests.HelperTests

open System
open System.Threading
open System.Threading.Tasks
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it should work"

let private text: Codec<string> = Codec.text "text/1" "txt"

let private stage name (body: string -> Result<string, PipelineError>) : Stage<string, string> = {
    Name = name
    Version = 1
    Settings = ""
    Codec = text
    Body = Pure body
}

let private source = Artifact.create "source" (Digest.ofParts [ "source" ]) (lazy (Ok "source"))
let private add letter input = Ok(input + letter)

/// first and second stand side by side, third is made of both.
let private pipeline second (runner: IRunner) =
    runner.Run(stage "first" (add "1"), source)
    |> Result.bind (fun one ->
        runner.Run(stage "second" second, source)
        |> Result.bind (fun two ->
            let both = Artifact.map2 (fun a b -> $"%s{a} %s{b}") one two
            runner.Run(stage "third" (add "3"), both)))

let private keyOf name = Recipe.key (Recipe.ofStage (stage name (add "")) source (Seed.root 1UL))

/// Runs the pipeline; what happens is also told to `hear`.
let private run (store: Store) second (hear: StageEvent -> unit) =
    let told = ResizeArray<StageEvent>()

    let tell event =
        told.Add event
        hear event

    let walk (runner: IRunner) = pipeline second runner |> Result.map ignore
    use live = LiveRun.Begin store |> wantOk
    let runner = DiskRunner(store, "data", Seed.root 1UL, tell, live, PipelineWalk walk)
    let made = pipeline second runner |> Result.bind _.Value.Force()
    made, List.ofSeq told, runner.Facts |> Array.map (fun fact -> fact.Name, fact.Cached) |> List.ofArray

let private started (told: StageEvent list) =
    told
    |> List.choose (fun event ->
        match event with
        | Started(name, _) -> Some name
        | Advanced _
        | StageEvent.Cached _
        | Remade _
        | Waiting _
        | Finished _
        | Warning _ -> None)

/// Holds the claim on a stage until it is told to let go.
let private holding (store: Store) name : ManualResetEventSlim * Task =
    let held, letGo = new ManualResetEventSlim(false), new ManualResetEventSlim(false)

    let hold () =
        Claims.hold store (keyOf name) ignore (fun () ->
            held.Set()
            letGo.Wait()
            Ok())
        |> wantOk

    let task = Task.Factory.StartNew(hold, TaskCreationOptions.LongRunning)
    held.Wait()
    letGo, task

let private all = [ "first", false; "second", false; "third", false ]

let tests =
    testList "shared work" [
        testCase "a run that is alone makes its stages in their order"
        <| Ntk.inFolder (fun folder ->
            let made, told, facts = run (Store.openAt folder |> wantOk) (add "2") ignore
            Expect.equal (wantOk made) "source1 source23" "all of it"
            Expect.equal (started told) [ "first"; "second"; "third" ] "in order"
            Expect.equal facts all "told in order")

        testCase "while another has the first stage, the second is made; it is told once, in its place"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let letGo, held = holding store "first"

            let hear event =
                match event with
                | Waiting _ -> letGo.Set()
                | Started _
                | Advanced _
                | StageEvent.Cached _
                | Remade _
                | Finished _
                | Warning _ -> ()

            let made, told, facts = run store (add "2") hear
            held.Wait()
            Expect.equal (wantOk made) "source1 source23" "all of it"
            Expect.equal (started told) [ "second"; "first"; "third" ] "what could be had first"
            let holder = $"process %d{Environment.ProcessId} on %s{Environment.MachineName}"

            Expect.equal
                (told |> List.filter _.IsWaiting)
                [ Waiting("first", holder) ]
                "it waits only when nothing else is to be done, and says for whom"

            Expect.isEmpty (told |> List.filter _.IsCached) "what was made here is not told of twice"
            Expect.equal facts all "and stands in its place")

        testCase "what refuses while a run helps refuses the run"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let letGo, held = holding store "first"
            let made, _, _ = run store (fun _ -> Error(DataRefused "no second")) ignore
            letGo.Set()
            held.Wait()
            Expect.equal made (Error(DataRefused "no second")) "in its own words")

        testCase "a walk shows what could run now and passes over what depends on it"
        <| Ntk.inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let maker = StageMaker(store, "data", Seed.root 1UL, ignore)

            let walk () =
                let met = ResizeArray<string>()

                let runner =
                    FrontierRunner(
                        maker,
                        {
                            new IFrontierWork with
                                member _.Ask _ = Ok()

                                member _.Meet(stage, _, _, _) =
                                    met.Add stage.Name
                                    Ok None
                        }
                    )

                pipeline (add "2") runner |> wantOk |> ignore
                List.ofSeq met, runner.PendingCount

            Expect.equal (walk ()) ([ "first"; "second" ], 3) "the third waits for them"
            let runner: IRunner = DiskRunner(store, "data", Seed.root 1UL, ignore)
            runner.Run(stage "second" (add "2"), source) |> wantOk |> ignore
            Expect.equal (walk ()) ([ "first" ], 2) "one is there"
            runner.Run(stage "first" (add "1"), source) |> wantOk |> ignore
            Expect.equal (walk ()) ([ "third" ], 1) "the last")
    ]
