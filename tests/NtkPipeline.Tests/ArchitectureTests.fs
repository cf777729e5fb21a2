module NtkPipeline.Tests.ArchitectureTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SourceFiles

/// Where a file is about more than one thing, as a rule.
let private longest = 200

/// Files past that which are being divided.
let private tooLongYet: string list = []

let tests =
    testList "architecture" [
        testCase $"no file of source or tests is longer than %d{longest} lines"
        <| fun () ->
            let files = written ()
            Expect.isGreaterThan files.Length 400 "the files were found"

            let tooLong =
                files
                |> Array.filter (fun (name, lines) -> lines > longest && not (List.contains name tooLongYet))
                |> Array.map (fun (name, lines) -> $"%s{name}: %d{lines} lines")

            Expect.isEmpty tooLong $"""to be divided by topic: %s{String.concat "; " tooLong}"""

            let excused = Map.ofArray files

            for name in tooLongYet do
                match Map.tryFind name excused with
                | Some lines -> Expect.isGreaterThan lines longest $"%s{name} needs no exception any more"
                | None -> failtest $"%s{name} is not there, and needs no exception"

        testCase "Core names no file, clock, console, environment or global generator"
        <| fun () ->
            let core = sources "src/NtkPipeline.Core" "*.fs"
            Expect.isGreaterThan core.Length 10 "the sources were found"

            core
            |> expectNone
                @"\b(File|Directory|Console|Environment|DateTime|DateTimeOffset\.(Now|UtcNow)|Stopwatch)\.|\be?printfn?\b|manual_seed|\bRandom\(\)|Guid\.NewGuid"

        testCase "no source raises a text, swallows every exception or takes an option's value unasked"
        <| fun () ->
            sources "src" "*.fs"
            |> expectNone @"\bfailwithf?\b|with\s+_\s*->\s*\(\)|\|\s*_\s*->\s*\(\)\s*//swallow|AutoOpen"

        testCase "Core knows neither Runtime nor Host, and Runtime knows no Host"
        <| fun () ->
            sources "src/NtkPipeline.Core" "*.fs" |> expectNone @"NtkPipeline\.(Runtime|Host)"
            sources "src/NtkPipeline.Runtime" "*.fs" |> expectNone @"NtkPipeline\.Host"

        testCase "what the program says to a terminal passes one writer, and so one escape"
        <| fun () ->
            Array.append (sources "src/NtkPipeline.Host" "*.cs") (sources "src/NtkPipeline.Cluster" "*.cs")
            |> Array.filter (fun path -> Path.GetFileName path <> "Terminal.cs")
            |> expectNone
                @"\b(Output|Error|Out|Console)\.Write|AnsiConsole\.|MarkupInterpolated|MarkupLineInterpolated|Markup\.Escape"

            sources "src" "*.fs"
            |> Array.filter (fun path -> not (path.EndsWith ".fsx"))
            |> expectNone @"\bConsole\.|\be?printfn?\b"

        testCase "the visible top level is what was asked for"
        <| fun () ->
            let asked = [
                "LICENSE"
                "NtkPipeline.sln"
                "README.md"
                "build.fsx"
                "data"
                "paket.dependencies"
                "paket.lock"
                "src"
                "tests"
            ]

            let ignored = [ "paket-files" ]

            let found =
                Directory.GetFileSystemEntries Clone.root
                |> Array.map (Path.GetFileName >> nonNull)
                |> Array.filter (fun name -> not (name.StartsWith '.') && not (List.contains name ignored))
                |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))
                |> List.ofArray

            Expect.equal
                found
                (List.sortWith (fun a b -> String.CompareOrdinal(a, b)) asked)
                "no more, no less"

        testCase "no tracked settings file names a package registry"
        <| fun () ->
            Array.concat [
                [|
                    Clone.path "paket.dependencies"
                    Clone.path "paket.lock"
                    Clone.path "build.fsx"
                |]
                Directory.GetFiles(Clone.path ".paket", "*.proj")
                Directory.GetFiles(Clone.path ".paket", "*.fsx")
            ]
            |> expectNone @"https?:"

        testCase "a seed's child depends on its name alone"
        <| fun () ->
            let parent = Seed.root 1UL
            let before = Seed.derive "b" parent
            Seed.derive "a" parent |> ignore
            Expect.equal (Seed.derive "b" parent) before "not on the order of calls"

        PackagesTests.tests
    ]
