module NtkPipeline.Tests.EncoderArchiveTests

open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1
let private head = { Weights = Array.init 32 float32; Bias = 0.5f }

let private read method =
    let state = FineTune.start method (Seed.root 1UL) weights head
    use stream = new MemoryStream()
    EncoderArchive.write weights state stream
    use archive = new ZipArchive(stream)

    Map [
        for entry in archive.Entries do
            use part = entry.Open()
            entry.FullName, Expect.wantOk (Npy.read32 part) entry.FullName
    ]

let tests =
    testList "EncoderArchive" [
        testCase "every parameter stands in it by its name, in its shape"
        <| fun () ->
            for method in [ TuningMethod.Full; TuningMethod.Lora 2; TuningMethod.Linearised ] do
                let arrays = read method

                for name, sizes in EncoderShape.parameters weights.Shape do
                    let array = arrays[$"%s{name}.npy"]
                    Expect.equal array.Values weights.Values[name] name
                    Expect.equal array.Rows (int sizes[0]) name

                Expect.equal arrays["head.weight.npy"].Values head.Weights "w"
                Expect.equal arrays["head.bias.npy"].Values [| head.Bias |] "b"

        testCase "of a linearised encoder, what is added stands beside"
        <| fun () ->
            let arrays = read TuningMethod.Linearised
            let names = TuningLayout.parameters TuningMethod.Full weights.Shape |> List.map fst
            Expect.equal arrays.Count (2 * names.Length) "each twice"

            for name in names do
                Expect.allEqual arrays[$"delta.%s{name}.npy"].Values 0.0f name
    ]
