/// A small sentence encoder, and a vocabulary made up for it.
module NtkPipeline.Tests.TinyEncoder

open System.IO

let model = Clone.path "tests/NtkPipeline.Tests/fixtures/tiny-minilm/model.onnx"

/// As many pieces as the model knows: the special ones, letters, and what fills the rest.
let vocabulary count = [|
    "[PAD]"
    "[UNK]"
    "[CLS]"
    "[SEP]"
    "[MASK]"
    for letter in 'a' .. 'z' do
        string letter
        $"##%c{letter}"
    for k in 58..count do
        $"filler%d{k}"
|]

/// The tiny model and a vocabulary of its size.
let write (folder: string) =
    File.Copy(model, Path.Combine(folder, "model.onnx"))
    File.WriteAllLines(Path.Combine(folder, "vocab.txt"), vocabulary 30522)

/// What makes a run use it, written into a folder of this one.
let settings (folder: string) : string list =
    let tiny = Directory.CreateDirectory(Path.Combine(folder, "tiny")).FullName
    write tiny
    [ "--set"; $"embed.model=%s{tiny}" ]
