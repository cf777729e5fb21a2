/// A store that is damaged, collected, verified or cannot be written.
module NtkPipeline.Tests.StoreTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

let tests =
    testList "runner" [
        testCase
            "a stage whose name is longer than a file's may be is remembered under it, and apart from its like"
        <| inFolder (fun folder ->
            let store = Expect.wantOk (Store.openAt folder |> Result.mapError _.Sentence) "a store"
            let name (k: int) = String.replicate 40 "dense m | relu | " + string k
            let key (k: int) = Digest.ofParts [ string k ]

            for k in 1..2 do
                Expect.isOk (Store.noteLatest store "tweets" (name k) (key k)) "noted"

            let files = Directory.GetFiles(Path.Combine(folder, "latest", "tweets"))
            let noted = files |> Array.map File.ReadAllText |> Array.sort
            Expect.equal noted (Array.sort [| (key 1).Hex; (key 2).Hex |]) "both")

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
            let freed = StoreCare.collect (Store.openAt folder |> wantOk) |> wantOk
            Expect.equal freed.Files 2 "the half object and the half record")

        testCase "collecting keeps what the last runs name and drops the rest"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let _, value, _ = run folder 1UL { plain with Separator = "+" }
            let store = Store.openAt folder |> wantOk
            let freed = StoreCare.collect store |> wantOk
            Expect.equal freed.Files 2 "the old join: its record and its object"
            Expect.isGreaterThan freed.Bytes 0L "freed"
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
    ]
