module NtkPipeline.Tests.ArchitectureTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SourceFiles

/// The folders of Core, lowest first. In F# a file sees only what is compiled before it; so where every folder's files stand
/// together, in this order, none sees a folder above its own.
let private layers = [
    "Foundation"
    "Numerics"
    "Frames"
    "Network/Pairs"
    "Network/Activations"
    "Network"
    "Sample"
    "Text"
    "Kernel/Analytic"
    "Kernel/Tiled"
    "Kernel/Differentiable"
    "Learning/Regression"
    "Kernel/Empirical"
    "Learning/LargeSolve"
    "Learning/Dynamics"
    "Learning/Hyperparameters"
    "Learning/Posterior"
    "Learning/Selection"
    "Learning/Training"
    "Experiment"
    "Experiment/Claims"
    "Stages"
    "Experiments"
    "Report"
    "Config"
]

/// The folders of Runtime, likewise; the first are the files of none.
let private runtimeLayers = [ ""; "Store"; "Runner"; "Encoder"; "Fetch"; "Bench" ]

let private compiled (project: string) =
    Regex.Matches(File.ReadAllText(Clone.path project), "<Compile Include=\"(.+?)\"")
    |> Seq.map _.Groups[1].Value
    |> List.ofSeq

let private folderOf (file: string) = file.Substring(0, max 0 (file.LastIndexOf '/'))

/// The folders of files as they follow one another, each as often as its files are torn apart.
let private runsOf files =
    files
    |> List.map folderOf
    |> List.fold
        (fun runs folder ->
            match runs with
            | last :: _ when last = folder -> runs
            | _ -> folder :: runs)
        []
    |> List.rev

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

        testCase "no folder of Core sees one above it"
        <| fun () ->
            let project = "src/NtkPipeline.Core/NtkPipeline.Core.fsproj"

            Expect.equal
                (runsOf (compiled project))
                layers
                "each folder's files together, in the order of the layers"

            Expect.equal (runsOf [ "A/x.fs"; "B/y.fs"; "A/z.fs" ]) [ "A"; "B"; "A" ] "a torn folder is seen"

        testCase "no folder of Runtime sees one above it"
        <| fun () ->
            Expect.equal
                (runsOf (compiled "src/NtkPipeline.Runtime/NtkPipeline.Runtime.fsproj"))
                runtimeLayers
                "each folder's files together, in the order of the layers"

        testCase "tests stand in the folders of what they test"
        <| fun () ->
            let sources =
                compiled "src/NtkPipeline.Core/NtkPipeline.Core.fsproj"
                |> List.map (fun file -> nonNull (Path.GetFileNameWithoutExtension file), folderOf file)
                |> Map.ofList

            let strays = [
                for file in compiled "tests/NtkPipeline.Tests/NtkPipeline.Tests.fsproj" do
                    let name = (nonNull (Path.GetFileNameWithoutExtension file)).Replace("Tests", "")

                    match folderOf file, Map.tryFind name sources with
                    | ("" | "Host" | "Runtime"), _ -> ()
                    | folder, Some home when folder <> home -> $"%s{file}: %s{name}.fs stands in %s{home}"
                    | folder, None when not (List.contains folder layers) ->
                        $"%s{file}: Core has no such folder"
                    | _ -> ()
            ]

            Expect.isEmpty strays "name for name"

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
    ]
