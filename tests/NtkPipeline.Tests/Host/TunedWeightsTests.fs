/// `--weights`: what `ntk finetune` has written, used again.
module NtkPipeline.Tests.TunedWeightsTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// What a test has: the folder with the tiny encoder, its tweets, and M.npz, which training by these options has made; P.npy has its
/// outputs at test.csv. In a command line a word that begins with @ is a path in the folder.
type private Place = {
    Folder: string
} with

    member this.Path(name: string) = Path.Combine(this.Folder, name)

    /// A command's words on the folder's encoder and texts.
    member this.Line(texts: string, command: string) =
        $"%s{command} --encoder minilm:@ --texts @tweets/%s{texts} --column text".Split ' '
        |> List.ofArray
        |> List.filter ((<>) "")
        |> List.map _.Replace("@", this.Folder + "/")

    member this.Do(texts, command) = wantDone (this.Line(texts, command))

    member this.Train(options: string, out: string) =
        this.Do("train.csv", $"finetune --label target --epochs 1 --store @store %s{options} --out @%s{out}")

    member this.Array(name: string) = Expect.wantOk (SourceFile.readNpy64 (this.Path name)) name

    /// Token ids of the test texts.
    member this.Ids =
        let file = this.Path "tweets/test.csv"
        let wordPiece, _ = Expect.wantOk (EncoderFile.tokeniser this.Folder) "tokeniser"

        Expect.wantOk (TextColumn.ofCsv file "text" (File.ReadAllBytes file)) "texts"
        |> Array.map (WordPiece.idsWithin 64 wordPiece)

    member this.Pretrained =
        let opened = Expect.wantOk (EncoderFile.openWeights this.Folder) "encoder"
        Expect.wantOk (opened.Value.Force()) "weights"

    /// M.npz array by array, by no reader of ours for archives.
    member this.Tuned = {
        this.Pretrained with
            Values =
                this.Pretrained.Values
                |> Map.map (fun name _ -> (this.Array $"M.npz:%s{name}").Values |> Array.map float32)
    }

let private tuned (options: string) (test: Place -> unit) =
    inFolder (fun folder ->
        TinyEncoder.write folder
        tweets folder 40 |> ignore
        let place = { Folder = folder }

        place.Train($"--rate 1e-2 %s{options} --predict @tweets/test.csv --predictions @P.npy", "M.npz")
        |> ignore

        test place)

let private close = Expect.floatClose { absolute = 1e-5; relative = 1e-5 }

let tests =
    testList "tuned weights" [
        for method in [ "full"; "linearised" ] do
            testCase $"a model of finetune (%s{method}) predicts the same numbers again"
            <| tuned $"--method %s{method} " (fun place ->
                place.Do("test.csv", "embed --weights @M.npz --outputs --out @f.npy") |> ignore

                Expect.equal
                    (File.ReadAllBytes(place.Path "f.npy"))
                    (File.ReadAllBytes(place.Path "P.npy"))
                    "the same bytes")

        testCase "its vectors are of norm 1, and its head's outputs those of finetune"
        <| tuned "" (fun place ->
            place.Do("test.csv", "embed --weights @M.npz --out @E.npy") |> ignore

            let unit, outputs = place.Array "E.npy", place.Array "P.npy"
            let w = (place.Array "M.npz:head.weight").Values
            let b = (place.Array "M.npz:head.bias").Values[0]
            let phi = Expect.wantOk (EncodeTexts.pooled Device.Cpu place.Tuned ignore place.Ids) "φ"

            for i in 0 .. unit.Rows - 1 do
                let row = (Matrix.row i phi).ToArray() |> Array.map float
                let norm = sqrt (Array.sumBy (fun x -> x * x) row)
                let direction = (Matrix.row i unit).ToArray()
                close (Array.sumBy (fun x -> x * x) direction) 1.0 "norm"
                close (norm * (Array.map2 (*) w direction |> Array.sum) + b) outputs.Values[i] "w·φ + b")

        testCase "an encoder that training left as it was has the vectors of ONNX Runtime"
        <| inFolder (fun folder ->
            TinyEncoder.write folder
            tweets folder 40 |> ignore
            let place = { Folder = folder }
            place.Train("--rate 1e-30", "M.npz") |> ignore

            let embed name options =
                place.Do("test.csv", $"embed --out %s{place.Path name}%s{options}") |> ignore
                (place.Array name).Values

            let own = embed "own.npy" " --store @store"
            let again = embed "again.npy" " --weights @M.npz --most-tokens 256"
            Array.iter2 (fun a b -> close a b "entry") own again)

        testCase "its tangent kernel is that of backward passes at its own parameters, by its own head"
        <| tuned "" (fun place ->
            use _ = torch.NewDisposeScope()

            place.Do(
                "test.csv",
                "tangent --weights @M.npz --head @M.npz:head.weight --method exact --out @K.npy"
            )
            |> ignore

            let w = (place.Array "M.npz:head.weight").Values |> Array.map float32
            let head = TangentWitness.headTensor (Matrix.create 1 w.Length w)

            let gap weights =
                TangentWitness.relativeGap
                    (KernelFiles.load (place.Path "K.npy"))
                    (TangentWitness.kernel weights head place.Ids)

            Expect.isLessThan (gap place.Tuned) 1e-5 "at the tuned weights"
            Expect.isGreaterThan (gap place.Pretrained) 1e-2 "which are not the pretrained ones")

        testCase "training goes on from it"
        <| tuned "" (fun place ->
            let before = place.Train("", "F.npz")
            let after = place.Train("--weights @M.npz", "G.npz")
            Expect.isFalse (before.Error.Contains "cached") "at the usual rate it is another training"
            Expect.isFalse (after.Error.Contains "cached") "and so it is from another beginning"
            let bytes name = File.ReadAllBytes(place.Path name)
            Expect.notEqual (bytes "G.npz") (bytes "F.npz") "another encoder")

        testCase "what is of a linearised encoder, of no encoder or not there is refused by name"
        <| tuned "--method linearised " (fun place ->
            let refused code words command = refused code [ words ] (place.Line("train.csv", command))

            let train = "finetune --label target --out @x.npz --weights"
            refused 1 "M.npz: it is of a linearised encoder" "embed --out @x.npy --weights @M.npz"
            refused 1 "M.npz: it is of a linearised encoder" $"%s{train} @M.npz"
            refused 1 "no archive of NumPy's" $"%s{train} @tweets/test.csv"
            refused 1 "there is no such file" $"%s{train} @none.npz"
            refused 2 "--outputs belongs to --weights" "embed --out @x.npy --outputs"
            refused 2 "--most-tokens belongs to --weights" "embed --out @x.npy --most-tokens 9")
    ]
