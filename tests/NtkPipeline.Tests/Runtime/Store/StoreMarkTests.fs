/// What is a store and what is none.
module NtkPipeline.Tests.StoreMarkTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

let private write (folder: string) (name: string) (text: string) =
    let path = Path.Combine(folder, name)
    Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
    File.WriteAllText(path, text)

/// Refused in these words, and nothing in the folder has changed.
let private refusedUntouched (words: string list) (folder: string) =
    let before = Trees.snapshot folder

    for openIt in [ Store.openAt; Store.openThere ] do
        match openIt folder with
        | Error(StoreFault sentence) ->
            for word in folder :: words do
                Expect.stringContains sentence word word
        | Error other -> failtest $"%A{other}"
        | Ok _ -> failtest $"%s{folder} is no store"

    refused 1 [ folder ] [ "store"; "gc"; "--store"; folder ]
    Expect.equal (Trees.snapshot folder) before "untouched"

let private mark folder = Path.Combine(folder, "ntk-store")

/// As a build leaves it that knew no mark.
let private age (folder: string) = File.Delete(mark folder)

let tests =
    testList "the mark of a store" [
        testCase "folders of other things are refused, each by the first thing that no store holds"
        <| inFolder (fun folder ->
            let named = (Digest.ofParts [ "x" ]).Hex

            let others = [
                // A bare repository of git.
                "git",
                [ "HEAD"; "config"; $"objects/ab/%s{String('a', 38)}"; "refs/heads/main" ],
                "objects/ab/"
                "project", [ "objects/"; "readme.md" ], "readme.md"
                "meshes", [ "objects/cube.obj" ], "objects/cube.obj"
                "home", [ ".profile"; "Documents/letter.txt" ], ".profile"
                // Other programs name files by their digests too.
                "cache", [ $"objects/%s{named[..1]}/%s{named}.txt" ], named
                "notes", [ "objects/"; "runs/mine.json"; "latest/"; "partial/" ], "runs/mine.json"
            ]

            for name, files, stray in others do
                for file in files do
                    if file.EndsWith '/' then
                        Directory.CreateDirectory(Path.Combine(folder, name, file)) |> ignore
                    else
                        write (Path.Combine(folder, name)) file "mine"

                refusedUntouched [ "no store"; stray ] (Path.Combine(folder, name)))

        testCase
            "a folder that is new, or holds only what disks put there, becomes a store of its owner's alone"
        <| inFolder (fun folder ->
            let fresh, disk = Path.Combine(folder, "a", "fresh"), Path.Combine(folder, "disk")
            Directory.CreateDirectory(Path.Combine(disk, "lost+found")) |> ignore

            for store in [ fresh; disk ] do
                run store 1UL plain |> ignore
                Expect.stringStarts (File.ReadAllText(mark store)) "ntk-store 1\n" "marked"

                if not (OperatingSystem.IsWindows()) then
                    let shared =
                        UnixFileMode.GroupRead ||| UnixFileMode.OtherRead ||| UnixFileMode.OtherExecute

                    for path, _ in Trees.snapshot store do
                        if not (path.EndsWith "lost+found") then
                            Expect.equal (File.GetUnixFileMode path &&& shared) UnixFileMode.None path)

        if not (OperatingSystem.IsWindows()) then
            testCase "what is added to a store has its rights, so that one that is shared stays so"
            <| inFolder (fun folder ->
                run folder 1UL plain |> ignore
                let all = enum<UnixFileMode> 0o755

                for path, kind in Trees.snapshot folder do
                    if kind = "folder" then
                        File.SetUnixFileMode(path, all)

                run folder 2UL { plain with Separator = "+" } |> ignore

                let modes = objects folder |> Array.map File.GetUnixFileMode |> set

                Expect.isTrue
                    (modes.Contains(enum 0o644))
                    "those of before stay, the new ones are like the folders")

        testCase "an older build's store is known by what lies in it, keeps its results and gets the mark"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            age folder
            write folder "notes.md" "mine"
            let ran, _, _ = run folder 1UL plain
            Expect.isEmpty ran "all is cached"
            Expect.isTrue (File.Exists(mark folder)) "marked now"
            age folder
            write folder "runs/mine.json" "mine"
            refusedUntouched [ "runs/mine.json" ] folder)

        testCase "a damaged mark is set aside with a warning and made again, where a store lies beside it"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore

            for text in [ ""; "ntk-store 3\n"; String('x', 20_000) ] do
                File.WriteAllText(mark folder, text)
                let ran, _, warnings = run folder 1UL plain
                Expect.isEmpty ran "all is cached"
                Expect.stringContains (String.concat "" warnings) (mark folder) "it is told of"
                Expect.stringStarts (File.ReadAllText(mark folder)) "ntk-store 1\n" "made again"

            let other = Path.Combine(folder, "other")
            write other "ntk-store" "mine"
            write other "letter.txt" "mine"
            refusedUntouched [ "letter.txt" ] other)

        testCase "a later version is refused with both versions"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let check = (Digest.ofParts [ "ntk-store"; "7" ]).Hex
            File.WriteAllText(mark folder, $"ntk-store 7\n%s{check}\nmore\n")
            refusedUntouched [ "version 7"; "version 1"; "use that build" ] folder)

        testCase "where there is no store, looking after it is refused and makes none"
        <| inFolder (fun folder ->
            for name in [ "none"; "empty" ] do
                let path = Path.Combine(folder, name)

                if name = "empty" then
                    Directory.CreateDirectory path |> ignore

                for care in [ "verify"; "gc"; "size" ] do
                    refused 1 [ "there is no store"; path ] [ "store"; care; "--store"; path ]

            Expect.equal
                (Trees.snapshot folder)
                [ Path.Combine(folder, "empty"), "folder" ]
                "nothing is made")
    ]
