module NtkPipeline.Tests.FolderTests

open System.IO
open System.Text.RegularExpressions
open Expecto

/// The folders of Core, lowest first. In F# a file sees only what is compiled before it; so where every folder's files stand
/// together, in this order, none sees a folder above its own.
let private layers = [
    "Foundation"
    "Numerics"
    "Schedule"
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
    "Kernel/Sequence"
    "Learning/LargeSolve"
    "Learning/Dynamics"
    "Learning/Hyperparameters"
    "Learning/Posterior"
    "Learning/Selection"
    "Learning/Training"
    "Transformer"
    "OwnModel"
    "Experiment"
    "Experiment/Claims"
    "Stages"
    "Experiments"
    "Report"
    "Config"
]

/// The folders of Runtime, likewise; the first are the files of none.
let private runtimeLayers = [ ""; "Store"; "Runner"; "Encoder"; "Fetch"; "Bench"; "Arrays" ]

let private runtimeFolder folder = if folder = "" then "Runtime" else $"Runtime/%s{folder}"

/// The folders of the tests: what several of them share, those of Core and of Runtime, Host's, what all readers must
/// stand, and the tests of the clone itself.
let private testFolders = [
    ""
    yield! layers
    yield! List.map runtimeFolder runtimeLayers
    "Host"
    "Torture"
    "Readers"
    ""
]

let private core, runtime, testing =
    "src/NtkPipeline.Core/NtkPipeline.Core.fsproj",
    "src/NtkPipeline.Runtime/NtkPipeline.Runtime.fsproj",
    "tests/NtkPipeline.Tests/NtkPipeline.Tests.fsproj"

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

let tests =
    testList "folders" [
        testCase "no folder of Core sees one above it"
        <| fun () ->
            Expect.equal
                (runsOf (compiled core))
                layers
                "each folder's files together, in the order of the layers"

            Expect.equal (runsOf [ "A/x.fs"; "B/y.fs"; "A/z.fs" ]) [ "A"; "B"; "A" ] "a torn folder is seen"

        testCase "no folder of Runtime sees one above it"
        <| fun () ->
            Expect.equal
                (runsOf (compiled runtime))
                runtimeLayers
                "each folder's files together, in the order of the layers"

        testCase "tests stand in the folders, and in the order, of what they test"
        <| fun () ->
            let runs = runsOf (compiled testing)

            Expect.equal
                runs
                (testFolders |> List.filter (fun folder -> List.contains folder runs))
                "each folder's files together, in the order of the layers"

            let nameOf (file: string) = nonNull (Path.GetFileNameWithoutExtension file)

            let sources =
                Map [
                    for file in compiled core do
                        nameOf file, folderOf file
                    for file in compiled runtime do
                        nameOf file, runtimeFolder (folderOf file)
                ]

            let strays = [
                for file in compiled testing do
                    let name = (nameOf file).Replace("Tests", "")

                    match folderOf file, Map.tryFind name sources with
                    | ("" | "Host" | "Torture"), _ -> ()
                    | folder, Some home when folder <> home -> $"%s{file}: %s{name}.fs stands in %s{home}"
                    | _ -> ()
            ]

            Expect.isEmpty strays "name for name"
    ]
