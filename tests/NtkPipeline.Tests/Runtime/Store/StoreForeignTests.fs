/// What lies in a store and is none of its own: it is left alone, and named; no link is followed.
module NtkPipeline.Tests.StoreForeignTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

let private opened folder = Store.openAt folder |> wantOk
let private old (path: string) = File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays -9.0)

let private write (folder: string) (name: string) =
    let path = Path.Combine(folder, name)
    Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
    File.WriteAllText(path, "mine")
    old path
    name

let private hex (digit: char) = String(digit, 64)

let tests =
    testList "what is not the store's" [
        testCase "gc leaves it alone wherever it lies, and verify and gc name it"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore

            let foreign =
                [
                    "letter.txt"
                    "objects/notes.txt"
                    "objects/ab/notes.txt"
                    $"objects/ab/%s{hex 'c'}.npy"
                    $"objects/ab/%s{hex 'a'}"
                    "objects/photos/cat.jpg"
                    "runs/mine.json"
                    $"runs/%s{hex 'a'}.txt"
                    "texts/mine/a.zip"
                    "partial/2024-notes"
                    "partial/999999999-1.txt"
                    "claims/mine/x.lease"
                    "live/mine/pins"
                    "damaged/mine.txt"
                ]
                |> List.map (write folder)

            let store = opened folder
            let freed = StoreCare.collect store |> wantOk
            Expect.equal freed.Files 0 "nothing is the store's to delete"

            for name in foreign do
                Expect.isTrue (File.Exists(Path.Combine(folder, name))) name
                let named = freed.Foreign |> Array.exists (fun known -> name.StartsWith known)
                Expect.isTrue named $"%s{name} is named"

            let health = StoreCare.verify store |> wantOk
            Expect.equal health.Foreign freed.Foreign "verify names the same"
            Expect.isEmpty health.Damaged "and takes none for an object"
            let said = ([ "store"; "gc"; "--store"; folder ] |> wantDone).Output
            Expect.stringContains said "entries are not the store's and left alone: " "for a person"
            Expect.stringContains said "letter.txt" "by name")

        testCase "links are not followed: what they lead to is neither read, written nor deleted"
        <| inFolder (fun folder ->
            let store, outside = Path.Combine(folder, "store"), Path.Combine(folder, "outside")
            run store 1UL plain |> ignore
            let at name = Path.Combine(store, name)
            let shard = Path.Combine(outside, "ab")
            write shard $"ab%s{(hex 'a')[2..]}.txt" |> ignore
            write outside $"%s{hex 'a'}.json" |> ignore
            write (Path.Combine(outside, "lease")) "x.lease" |> ignore
            write (Path.Combine(outside, "lease")) "pins" |> ignore

            for name, target in
                [
                    "objects/ab", shard
                    "objects/cd", outside
                    $"claims/%s{hex 'b'}", Path.Combine(outside, "lease")
                    $"live/%s{Holder.unusedName ()}", Path.Combine(outside, "lease")
                    "partial/999999999-7", Path.Combine(outside, "lease")
                    "latest/linked", outside
                ] do
                if not (Directory.Exists(at name)) then
                    Directory.CreateSymbolicLink(at name, target) |> ignore

            File.CreateSymbolicLink(at $"runs/%s{hex 'a'}.json", Path.Combine(outside, $"%s{hex 'a'}.json"))
            |> ignore

            let before = Trees.snapshot outside
            let freed = StoreCare.collect (opened store) |> wantOk
            Expect.equal freed.Files 0 "nothing behind a link is the store's"
            Expect.equal (Trees.snapshot outside) before "untouched"
            Expect.isTrue (freed.Foreign |> Array.exists _.StartsWith("live/")) "a link is named"
            StoreCare.verify (opened store) |> wantOk |> ignore
            Expect.equal (Trees.snapshot outside) before "nor by verify")

        testCase "a link in the place of one of a store's folders is refused by every command"
        <| inFolder (fun folder ->
            let store, outside = Path.Combine(folder, "store"), Path.Combine(folder, "outside")
            run store 1UL plain |> ignore
            Directory.Move(Path.Combine(store, "objects"), outside)
            Directory.CreateSymbolicLink(Path.Combine(store, "objects"), outside) |> ignore
            let before = Trees.snapshot outside

            for care in [ "verify"; "gc"; "size" ] do
                refused 1 [ Path.Combine(store, "objects"); "it is a link" ] [
                    "store"
                    care
                    "--store"
                    store
                ]

            Expect.equal (Trees.snapshot outside) before "untouched"
            // The folder of a whole store may be a link.
            Directory.Delete(Path.Combine(store, "objects"))
            Directory.Move(outside, Path.Combine(store, "objects"))
            Directory.CreateSymbolicLink(Path.Combine(folder, "link"), store) |> ignore
            let ran, _, _ = run (Path.Combine(folder, "link")) 1UL plain
            Expect.isEmpty ran "all is cached")

        testCase "gc removes what dead processes were writing, and only that"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let mine = Holder.unusedName ()
            let dead = mine.Replace($"-%d{Environment.ProcessId}-", "-999999999-")
            let at name = Path.Combine(folder, name)
            let gone = [ $"partial/%s{dead}"; $".ntk-%s{dead}.tmp" ]
            let kept = [ $"partial/%s{mine}"; $".ntk-%s{mine}.tmp"; ".ntk-mine.tmp"; "partial/x.tmp" ]
            (gone @ kept) |> List.iter (write folder >> ignore)
            let leases = dead.Replace("-999999999-", "-999999998-")
            write folder $"partial/%s{leases}/x.lease" |> ignore
            StoreCare.collect (opened folder) |> wantOk |> ignore

            for name in gone do
                Expect.isFalse (File.Exists(at name)) $"%s{name} is nobody's"

            Expect.isFalse (Directory.Exists(at $"partial/%s{leases}")) "nor the lease"

            for name in kept do
                Expect.isTrue (File.Exists(at name)) $"%s{name} is somebody's")
    ]
