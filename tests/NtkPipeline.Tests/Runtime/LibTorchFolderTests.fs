module NtkPipeline.Tests.LibTorchFolderTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Runtime

/// A folder that looks like a LibTorch for CUDA.
let private install (folder: string) (version: string * string) =
    Directory.CreateDirectory(Path.Combine(folder, "lib")) |> ignore
    File.WriteAllText(Path.Combine(folder, fst version), snd version)

    for name in LibTorchFolder.libraries do
        File.WriteAllText(LibTorchFolder.library folder name, "")

let private says (part: string) (outcome: Result<string, PipelineError>) =
    Expect.stringContains (Expect.wantError outcome "refused").Sentence part part

let tests =
    testList "NTK_LIBTORCH" [
        testCase "a LibTorch or PyTorch of the version that TorchSharp needs is taken"
        <| Ntk.inFolder (fun folder ->
            Expect.stringStarts
                torch.__version__
                LibTorchFolder.version
                "what TorchSharp says it was built against"

            for version in
                [
                    "build-version", $"%s{LibTorchFolder.version}+cu128\n"
                    "version.py",
                    $"from typing import Optional\n__version__ = '%s{LibTorchFolder.version}+cu128'\n"
                ] do
                let own = Path.Combine(folder, fst version)
                install own version
                Expect.equal (LibTorchFolder.check own) (Ok(Path.GetFullPath own)) (fst version))

        testCase "what lacks CUDA or is of another version is refused"
        <| Ntk.inFolder (fun folder ->
            LibTorchFolder.check (Path.Combine(folder, "absent")) |> says "there is no folder"
            install folder ("build-version", "2.9.1+cu128")

            LibTorchFolder.check folder
            |> says $"is version 2.9.1, and this program needs %s{LibTorchFolder.version}"

            File.Delete(Path.Combine(folder, "build-version"))
            LibTorchFolder.check folder |> says "does not say its version"
            Directory.GetFiles(Path.Combine(folder, "lib"), "*torch_cuda*") |> Array.iter File.Delete
            LibTorchFolder.check folder |> says "built for CUDA")
    ]
