namespace NtkPipeline.Runtime

open NtkPipeline.Core

/// A file that is to be fetched, and what it must be.
type WantedFile = {
    /// Where it lies under the source's address, the first place first: "onnx/model.onnx", "model.onnx".
    Places: string list
    /// What it is called in the folder that it is fetched into.
    Name: string
    Bytes: int64
    Sha256: Digest
}

/// A model that can be fetched: its files, each of one size and digest, and the address that they lie under.
type ModelSource = { Name: string; Address: string; Files: WantedFile list }

[<RequireQualifiedAccess>]
module ModelSource =

    let private digest (hex: string) =
        match Digest.parse hex with
        | Ok digest -> digest
        | Error reason -> invalidArg (nameof hex) reason

    /// The sentence transformer that a run uses once it is there, at one revision of its public repository.
    let miniLm: ModelSource = {
        Name = "all-MiniLM-L6-v2"
        Address =
            "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
        Files = [
            {
                Places = [ "vocab.txt" ]
                Name = "vocab.txt"
                Bytes = 231508L
                Sha256 = digest "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
            }
            {
                Places = [ "onnx/model.onnx"; "model.onnx" ]
                Name = "model.onnx"
                Bytes = 90405214L
                Sha256 = digest "6fd5d72fe4589f189f8ebc006442dbb529bb7ce38f8082112682524616046452"
            }
        ]
    }
