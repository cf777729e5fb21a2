module NtkPipeline.Tests.RunnerTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it should work"

/// A store of its own for one test.
let private inFolder (test: string -> unit) () =
    let folder = Directory.CreateTempSubdirectory("ntk-test-").FullName

    try
        test folder
    finally
        Directory.Delete(folder, true)

/// Three stages: words → lower case (pure) → shuffled (seeded) → joined (pure).
type private Chain = { LowerCase: bool; Version: int; Separator: string }

let private plain = { LowerCase = true; Version = 1; Separator = "-" }

let private words: Codec<string[]> = Codec.json "words/1"

let private lower chain : Stage<string[], string[]> = {
    Name = "lower"
    Version = chain.Version
    Settings = Fingerprint.describe {| LowerCase = chain.LowerCase |}
    Codec = words
    Body = Pure(Array.map (fun (w: string) -> if chain.LowerCase then w.ToLowerInvariant() else w) >> Ok)
}

let private shuffle: Stage<string[], string[]> = {
    Name = "shuffle"
    Version = 1
    Settings = ""
    Codec = words
    Body =
        Seeded(fun seed words ->
            let words = Array.copy words
            (Seed.random seed).Shuffle words
            Ok words)
}

let private join chain : Stage<string[], string[]> = {
    Name = "join"
    Version = 1
    Settings = Fingerprint.describe {| Separator = chain.Separator |}
    Codec = words
    Body = Pure(fun words -> Ok [| String.concat chain.Separator words |])
}

let private flow (runner: IRunner) chain (input: string[]) =
    let source = Artifact.create "words" (Digest.ofParts (List.ofArray input)) (lazy (Ok input))
    let lowered = runner.Run(lower chain, source) |> wantOk
    let shuffled = runner.Run(shuffle, lowered) |> wantOk
    runner.Run(join chain, shuffled) |> wantOk

let private input = [| "alpha"; "beta"; "gamma"; "delta" |]

/// What ran, with its reasons; what the chain gave; the warnings.
let private run folder seed chain =
    let ran = ResizeArray<string * Reason list>()
    let warnings = ResizeArray<string>()

    let tell event =
        match event with
        | Started(stage, reasons) -> ran.Add(stage, reasons)
        | Warning sentence -> warnings.Add sentence
        | StageEvent.Cached _
        | Waiting _
        | Advanced _
        | Finished _ -> ()

    let store = Store.openAt folder |> wantOk
    let runner = DiskRunner(store, "data", Seed.root seed, tell)
    let artifact = flow runner chain input
    List.ofSeq ran, (artifact.Value.Force() |> wantOk), List.ofSeq warnings

let private names ran = ran |> List.map fst

let private objects folder =
    Directory.GetFiles(Path.Combine(folder, "objects"), "*", SearchOption.AllDirectories)

let private plan folder seed chain =
    let store = Store.openAt folder |> wantOk
    let planner = PlanRunner(store, "data", Seed.root seed)
    flow planner chain input |> ignore
    planner.Plans |> Array.map (fun plan -> plan.Name, plan.Reasons) |> List.ofArray

let tests =
    testList "runner" [
        testCase "the second run runs nothing and gives the same"
        <| inFolder (fun folder ->
            let first, value, _ = run folder 1UL plain
            let second, again, _ = run folder 1UL plain
            Expect.equal (names first) [ "lower"; "shuffle"; "join" ] "all of them"
            Expect.equal first[0] ("lower", [ NeverRan ]) "the reason"
            Expect.isEmpty second "cached"
            Expect.equal again value "the same")

        testCase "a changed setting that leaves the bytes as they were stops there"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, _, _ = run folder 1UL { plain with LowerCase = false }
            let reason = OtherSettings "LowerCase=true → LowerCase=false"
            Expect.equal ran [ "lower", [ reason ] ] "early cutoff")

        testCase "a changed setting runs its stage and what follows, not what stands before"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, value, _ = run folder 1UL { plain with Separator = "+" }
            Expect.equal (names ran) [ "join" ] "only the last"
            Expect.stringContains value[0] "+" "the new separator")

        testCase "a bumped version runs again"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, _, _ = run folder 1UL { plain with Version = 2 }
            Expect.equal ran [ "lower", [ OtherVersion(1, 2) ] ] "and its equal bytes stop there")

        testCase "a new seed runs the seeded stage and what follows, never a pure one before it"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, _, _ = run folder 2UL plain

            Expect.equal
                ran
                [ "shuffle", [ OtherSeed ]; "join", [ OtherInput [ "shuffle" ] ] ]
                "from the seed on")

        testCase "a missing or truncated object is made again, with its reason"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain

            for path in objects folder do
                File.Delete path

            let ran, again, _ = run folder 1UL plain
            Expect.equal (ran |> List.map snd) (List.replicate 3 [ ObjectMissing ]) "all are missing"
            Expect.equal again value "the same"

            for path in objects folder do
                use file = File.OpenWrite path
                file.SetLength(file.Length - 1L)

            let ran, again, _ = run folder 1UL plain
            Expect.equal (ran |> List.map snd) (List.replicate 3 [ ObjectDamaged ]) "all are damaged"
            Expect.equal again value "the same")

        testCase "an object with a changed byte is never a result: it is made again, with a warning"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain

            for path in objects folder do
                let bytes = File.ReadAllBytes path
                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 1uy
                File.WriteAllBytes(path, bytes)

            let ran, again, warnings = run folder 1UL plain
            Expect.isEmpty ran "the sizes fit, so nothing runs before somebody reads"
            Expect.equal again value "the same"
            Expect.equal warnings.Length 3 "each of the chain was damaged"

            Expect.isEmpty
                (StoreCare.verify (Store.openAt folder |> wantOk) |> wantOk).Damaged
                "and is mended")

        testCase "what a killed process leaves behind harms nothing and is collected"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain
            File.WriteAllText(Path.Combine(folder, "partial", "999999999-1"), "half of")
            File.WriteAllText(Path.Combine(folder, "runs", String('0', 64) + ".json"), "{ half of")
            let ran, again, _ = run folder 1UL plain
            Expect.isEmpty ran "still cached"
            Expect.equal again value "the same"
            let files, _ = StoreCare.collect (Store.openAt folder |> wantOk) |> wantOk
            Expect.equal files 2 "the half object and the half record")

        testCase "collecting keeps what the last runs name and drops the rest"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let _, value, _ = run folder 1UL { plain with Separator = "+" }
            let store = Store.openAt folder |> wantOk
            let files, bytes = StoreCare.collect store |> wantOk
            Expect.equal files 2 "the old join: its record and its object"
            Expect.isGreaterThan bytes 0L "freed"
            let ran, again, _ = run folder 1UL { plain with Separator = "+" }
            Expect.isEmpty ran "what is in use stays"
            Expect.equal again value "the same")

        testCase "verify names damaged and missing objects; sizes add up"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let store = Store.openAt folder |> wantOk
            let sizes = StoreCare.sizes store |> wantOk

            Expect.equal
                (sizes |> Array.map (fun (stage, _, _) -> stage) |> set)
                (set [ "lower"; "shuffle"; "join" ])
                "by stage"

            let files = objects folder
            File.WriteAllText(files[0], "damaged")
            File.Delete files[1]
            let health = StoreCare.verify store |> wantOk
            Expect.equal health.Damaged [| files[0] |] "one damaged"
            Expect.equal health.Missing.Length 1 "one missing")

        testCase "a plan runs nothing and says what would run, and why"
        <| inFolder (fun folder ->
            Expect.equal
                (plan folder 1UL plain)
                [
                    "lower", [ NeverRan ]
                    "shuffle", [ NeverRan; PendingInput [ "lower" ] ]
                    "join", [ NeverRan; PendingInput [ "shuffle" ] ]
                ]
                "before the first run"

            Expect.isEmpty (objects folder) "nothing was made"
            run folder 1UL plain |> ignore
            Expect.all (plan folder 1UL plain) (snd >> List.isEmpty) "all cached"

            Expect.equal
                (plan folder 2UL plain)
                [
                    "lower", []
                    "shuffle", [ OtherSeed ]
                    "join", [ PendingInput [ "shuffle" ] ]
                ]
                "a new seed")

        testCase "a store that cannot be one is refused in a sentence with its path"
        <| inFolder (fun folder ->
            let file = Path.Combine(folder, "file")
            File.WriteAllText(file, "")

            match Store.openAt (Path.Combine(file, "store")) with
            | Error(StoreFault sentence) -> Expect.stringContains sentence file "the path"
            | other -> failtest $"%A{other} should be refused")

        testCase "a disk that refuses to be written ends in a sentence and leaves no half object"
        <| inFolder (fun folder ->
            let store = Store.openAt folder |> wantOk
            let full = { words with Write = fun _ _ -> raise (IOException "No space left on device") }

            match Store.put store full input with
            | Error(StoreFault sentence) ->
                Expect.stringContains sentence "No space left" "the disk's reason"
            | other -> failtest $"%A{other} should be refused"

            Expect.isEmpty (Directory.GetFiles(Path.Combine(folder, "partial"))) "nothing is left"
            Expect.isEmpty (objects folder) "nothing is made")

        testCase "a stage's work can tell how far it is"
        <| inFolder (fun folder ->
            let told = ResizeArray<StageEvent>()
            let store = Store.openAt folder |> wantOk
            let runner = DiskRunner(store, "data", Seed.root 1UL, (fun event -> told.Add event))

            let count words =
                words |> Array.iteri (fun k _ -> runner.Advance(k + 1, Array.length words))
                Ok words

            let stage = { lower plain with Body = Pure count }
            let source = Artifact.create "words" (Digest.ofParts (List.ofArray input)) (lazy (Ok input))
            (runner :> IRunner).Run(stage, source) |> wantOk |> ignore

            Expect.equal
                (told |> Seq.filter _.IsAdvanced |> List.ofSeq)
                [ for k in 1..4 -> Advanced("lower", k, 4) ]
                "each, with the stage's name")

        testCase "in memory the same stages give the same"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain
            let artifact = flow (MemoryRunner(Seed.root 1UL)) plain input
            Expect.equal (artifact.Value.Force() |> wantOk) value "the runner does not matter")
    ]
