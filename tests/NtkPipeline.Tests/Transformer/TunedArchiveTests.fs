module NtkPipeline.Tests.TunedArchiveTests

open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1
let private seed = Seed.root 3UL
let private head: LinearHead = { Weights = Array.init 32 (fun i -> 0.1f * float32 (i % 5 - 2)); Bias = 0.5f }
let private texts = SmallEncoder.texts 5 12
let private others = SmallEncoder.texts 6 9

let private trained method =
    let settings = { TuningSettings.defaults method with Epochs = 1; Batch = 4; Rate = 1e-2 }
    let targets = Array.init 12 (fun i -> if i % 2 = 0 then 1.0 else -1.0)
    let start = FineTune.start method seed weights head
    let epoch = FineTune.epoch Device.Cpu settings seed weights texts targets start (fun _ _ -> ())
    Expect.wantOk epoch "trained"

let private bytes state =
    use stream = new MemoryStream()
    EncoderArchive.write weights state stream
    stream.ToArray()

let private read (bytes: byte[]) = TunedArchive.read weights (new MemoryStream(bytes))
let private outputs encoder state = Expect.wantOk (FineTune.outputs Device.Cpu encoder state others) "outputs"

let private again state =
    let archive = Expect.wantOk (read (bytes state)) "read"
    archive, outputs archive.Encoder (TunedArchive.state archive)

/// The archive with other entries.
let private changed (change: ZipArchive -> unit) =
    use stream = new MemoryStream()
    stream.Write(bytes (FineTune.start TuningMethod.Full seed weights head))

    do
        use archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen = true)
        change archive

    stream.ToArray()

let private replace (name: string) (values: Matrix<float32>) (archive: ZipArchive) =
    archive.GetEntry($"%s{name}.npy") |> Option.ofObj |> Option.iter _.Delete()
    use stream = archive.CreateEntry($"%s{name}.npy").Open()
    Npy.write stream values

let tests =
    testList "TunedArchive" [
        testCase "what full or linearised training has made computes the same outputs, to the last bit"
        <| fun () ->
            for method in [ TuningMethod.Full; TuningMethod.Linearised ] do
                let state = trained method
                let expected = outputs weights state

                Expect.notEqual
                    expected
                    (outputs weights (FineTune.start method seed weights head))
                    "training has moved them"

                Expect.equal (snd (again state)) expected (TuningMethod.print method)

        testCase "an adapted encoder computes them with W + s B A in one matrix: to rounding"
        <| fun () ->
            let state = trained (TuningMethod.Lora 2)
            let archive, found = again state
            Expect.isNone archive.Delta "an encoder like any"

            for f, expected in Array.zip found (outputs weights state) do
                Expect.floatClose { absolute = 1e-5; relative = 1e-5 } f expected "f"

        testCase "an encoder is had of it, but of a linearised one"
        <| fun () ->
            let full = trained TuningMethod.Full
            let encoder = TunedArchive.encoder (fst (again full)) |> Expect.wantOk <| "encoder"
            Expect.equal encoder.Values (TunedEncoder.weights weights full).Values "θ"
            let refusal = TunedArchive.encoder (fst (again (trained TuningMethod.Linearised)))
            Expect.stringContains (Expect.wantError refusal "refused") "`ntk embed --outputs`" "how to go on"

        testCase "arrays that are not the encoder's are refused by name"
        <| fun () ->
            let refused (words: string) bytes =
                match read bytes with
                | Ok _ -> failtest words
                | Error reason -> Expect.stringContains reason words words

            let word = "embeddings.word_embeddings.weight"

            changed (fun archive -> archive.GetEntry(word + ".npy") |> Option.ofObj |> Option.iter _.Delete())
            |> refused $"no array '%s{word}', which the encoder has"

            let delta = "delta.head.bias"

            changed (replace delta (Matrix.create 1 1 [| 0.0f |]))
            |> refused "no array 'delta.embeddings.word_embeddings.weight'"

            changed (replace "pooler" (Matrix.create 1 1 [| 0.0f |]))
            |> refused "its array 'pooler' is none of this encoder's parameters"

            changed (replace word (Matrix.create 2 3 (Array.zeroCreate 6)))
            |> refused $"its array '%s{word}' is 2 × 3, and the encoder's is 64 × 32"

            changed (replace word (Matrix.create 64 32 (Array.create 2048 nanf)))
            |> refused $"its array '%s{word}' holds a number that is not finite"

            refused "no archive of NumPy's" [| 1uy; 2uy; 3uy |]
            let whole = bytes (FineTune.start TuningMethod.Full seed weights head)
            refused "no archive of NumPy's" whole[.. whole.Length / 2]
    ]
