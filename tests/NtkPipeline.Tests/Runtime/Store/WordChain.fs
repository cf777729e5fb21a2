/// A chain of three stages in a store, and what of it ran.
module NtkPipeline.Tests.WordChain

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it should work"

/// Three stages: words → lower case (pure) → shuffled (seeded) → joined (pure).
type Chain = { LowerCase: bool; Version: int; Separator: string }

let plain = { LowerCase = true; Version = 1; Separator = "-" }

let words: Codec<string[]> = Codec.json "words/1"

let lower chain : Stage<string[], string[]> = {
    Name = "lower"
    Version = chain.Version
    Settings = Fingerprint.describe {| LowerCase = chain.LowerCase |}
    Codec = words
    Body = Pure(Array.map (fun (w: string) -> if chain.LowerCase then w.ToLowerInvariant() else w) >> Ok)
}

let shuffle: Stage<string[], string[]> = {
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

let join chain : Stage<string[], string[]> = {
    Name = "join"
    Version = 1
    Settings = Fingerprint.describe {| Separator = chain.Separator |}
    Codec = words
    Body = Pure(fun words -> Ok [| String.concat chain.Separator words |])
}

let flow (runner: IRunner) chain (input: string[]) =
    let source = Artifact.create "words" (Digest.ofParts (List.ofArray input)) (lazy (Ok input))
    let lowered = runner.Run(lower chain, source) |> wantOk
    let shuffled = runner.Run(shuffle, lowered) |> wantOk
    runner.Run(join chain, shuffled) |> wantOk

let input = [| "alpha"; "beta"; "gamma"; "delta" |]

/// What ran, with its reasons; what the chain gave; the warnings.
let run folder seed chain =
    let ran = ResizeArray<string * Reason list>()
    let warnings = ResizeArray<string>()

    let tell event =
        match event with
        | Started(stage, reasons) -> ran.Add(stage, reasons)
        | Warning sentence -> warnings.Add sentence
        | StageEvent.Cached _
        | Remade _
        | Waiting _
        | Advanced _
        | Finished _ -> ()

    let store = Store.openAt folder |> wantOk
    let runner = DiskRunner(store, "data", Seed.root seed, tell)
    let artifact = flow runner chain input
    List.ofSeq ran, (artifact.Value.Force() |> wantOk), List.ofSeq warnings

let objects folder = Directory.GetFiles(Path.Combine(folder, "objects"), "*", SearchOption.AllDirectories)
