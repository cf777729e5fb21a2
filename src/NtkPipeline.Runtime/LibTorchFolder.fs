namespace NtkPipeline.Runtime

open System
open System.IO
open System.Text.RegularExpressions
open NtkPipeline.Core

/// A LibTorch built for CUDA that somebody else installed, named by the environment variable NTK_LIBTORCH: the folder of a
/// LibTorch, or the folder `torch` of a PyTorch, of the version that TorchSharp was built against. No package of ours holds one.
[<RequireQualifiedAccess>]
module LibTorchFolder =

    let variable = "NTK_LIBTORCH"

    /// What TorchSharp 0.107 was built against.
    let version = "2.10.0"

    let private fileOf (name: string) =
        if OperatingSystem.IsWindows() then $"%s{name}.dll" else $"lib%s{name}.so"

    /// What it must hold; each needs those before it.
    let libraries: string list = [ "c10"; "torch_cpu"; "c10_cuda"; "torch_cuda"; "torch" ]

    /// LibTorch says its version in a file of its own, PyTorch in one of Python: '2.10.0+cu128'.
    let private versionIn (folder: string) : string option =
        [
            "build-version", @"^\s*(\d[\w.]*)"
            "version.py", @"__version__\s*=\s*'(\d[\w.]*)"
        ]
        |> List.tryPick (fun (file, pattern) ->
            let path = Path.Combine(folder, file)

            if File.Exists path then
                let found = Regex.Match(File.ReadAllText path, pattern)
                if found.Success then Some found.Groups[1].Value else None
            else
                None)

    let private refuse reason = Error(MachineLacks $"%s{variable}: %s{reason}")

    /// The folder, if it can be used.
    let check (folder: string) : Result<string, PipelineError> =
        let missing =
            libraries |> List.filter (fun name -> not (File.Exists(Path.Combine(folder, "lib", fileOf name))))

        match missing, versionIn folder with
        | _ when not (Directory.Exists folder) -> refuse $"there is no folder %s{folder}"
        | first :: _, _ ->
            refuse
                $"%s{folder} holds no lib/%s{fileOf first}; it must be the folder of a LibTorch or PyTorch built for CUDA"
        | [], None -> refuse $"%s{folder} does not say its version in build-version or version.py"
        | [], Some found when found <> version ->
            refuse $"%s{folder} is version %s{found}, and this program needs %s{version}"
        | [], Some _ -> Ok(Path.GetFullPath folder)

    /// What the environment names; none where it names nothing.
    let named () : Result<string option, PipelineError> =
        match Environment.GetEnvironmentVariable variable with
        | null
        | "" -> Ok None
        | _ when OperatingSystem.IsMacOS() -> refuse "there is no CUDA on macOS"
        | folder -> check folder |> Result.map Some

    /// The folder's library of a name such as "torch_cuda".
    let library (folder: string) (name: string) : string = Path.Combine(folder, "lib", fileOf name)
