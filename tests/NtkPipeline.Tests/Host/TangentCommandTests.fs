/// `ntk tangent`.
module NtkPipeline.Tests.TangentCommandTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A folder with the tiny encoder, and tweets beside it.
let private inTweets test =
    inFolder (fun folder ->
        TinyEncoder.write folder
        test folder (Path.Combine(tweets folder 40, "train.csv")))

/// A command line on the folder's tweets.
let private arguments folder texts (others: string list) =
    [
        "tangent"
        "--encoder"
        $"minilm:%s{folder}"
        "--texts"
        texts
        "--column"
        "text"
        "--most-tokens"
        "24"
        "--store"
        Path.Combine(folder, "store")
    ]
    @ others

let private head folder = KernelFiles.writeVector folder "w" (Matrices.normal 3 1 16).Values

/// The encoder of a folder and the ids of a file's tweets.
let private inputs folder texts =
    let weights = Expect.wantOk (EncoderFile.openWeights folder) "encoder"
    let weights = Expect.wantOk (weights.Value.Force()) "weights"
    let wordPiece, _ = Expect.wantOk (EncoderFile.tokeniser folder) "tokeniser"
    let bytes = Expect.wantOk (SourceFile.readBytes texts) "file"
    let tweets = Expect.wantOk (TextColumn.ofCsv texts "text" bytes) "texts"
    weights, tweets |> Array.map (WordPiece.idsWithin 24 wordPiece)

let private records folder =
    Directory.GetFiles(Path.Combine(folder, "store", "runs"), "*.json")
    |> Array.filter (fun path -> File.ReadAllText(path).Contains "sketch-texts")

let tests =
    testList "tangent" [
        testCase "the exact kernel of a head is that of backward passes by every parameter"
        <| inTweets (fun folder texts ->
            use _ = torch.NewDisposeScope()
            let out, w = Path.Combine(folder, "K.npy"), head folder

            let answer =
                arguments folder texts [ "--head"; w; "--method"; "exact"; "--out"; out ] |> wantDone

            Expect.stringContains
                answer.Output
                "exact tangent kernel of 1 head, 40 × 40, float32"
                "what was written"

            Expect.stringContains
                answer.Error
                "exact gradients of 40 texts: about a second on this machine"
                "its price"

            let weights, ids = inputs folder texts
            let head = KernelFiles.load w |> Matrix.map float32

            let expected =
                TangentWitness.kernel
                    weights
                    (TangentWitness.headTensor (Matrix.create 1 16 head.Values))
                    ids

            Expect.isLessThan (TangentWitness.relativeGap (KernelFiles.load out) expected) 1e-5 "kernel")

        testCase "sketched features have the sketched kernel as inner products, which is near the exact one"
        <| inTweets (fun folder texts ->
            let path name = Path.Combine(folder, name)
            let run others = arguments folder texts others |> wantDone |> ignore
            let sketch = [ "--heads"; "2"; "--seed"; "3"; "--rank"; "64"; "--block"; "32" ]
            run (sketch @ [ "--out"; path "K.npy" ])
            run (sketch @ [ "--features"; "--out"; path "F.npy" ])
            run [ "--heads"; "2"; "--seed"; "3"; "--method"; "exact"; "--out"; path "E.npy" ]
            let kernel, features = KernelFiles.load (path "K.npy"), KernelFiles.load (path "F.npy")
            Expect.equal (Matrix.init 40 40 (fun i j -> kernel[j, i])) kernel "symmetric to the bit"

            use _ = torch.NewDisposeScope()
            let f = Tensors.ofMatrix64 features
            let products = f.mm (f.t ()) |> Tensors.toMatrix64
            Expect.isLessThan (TangentWitness.relativeGap kernel products) 1e-5 "F Fᵀ"

            let single = Matrix.map float32
            let error = SketchError.measure (single (KernelFiles.load (path "E.npy"))) (single kernel)
            Expect.isLessThan (Expect.wantOk error "error").OffDiagonal 0.1 "of a small sketch")

        testCase
            "the same command again sketches nothing again and gives the same bytes; a lost chunk alone is made anew"
        <| inTweets (fun folder texts ->
            let out = Path.Combine(folder, "K.npy")
            let command = arguments folder texts [ "--heads"; "16"; "--rank"; "8"; "--out"; out ]
            wantDone command |> ignore
            let bytes, first = File.ReadAllBytes out, records folder
            Expect.equal first.Length 2 "two chunks of 32 texts"
            let times = first |> Array.map File.GetLastWriteTimeUtc
            File.Delete out
            wantDone command |> ignore
            Expect.equal (File.ReadAllBytes out) bytes "the same bytes"
            Expect.equal (first |> Array.map File.GetLastWriteTimeUtc) times "nothing was made again"
            File.Delete first[1]
            wantDone command |> ignore
            Expect.equal (File.ReadAllBytes out) bytes "the same bytes"
            Expect.equal (records folder |> Array.sort) (Array.sort first) "the lost one is there again"
            Expect.equal (File.GetLastWriteTimeUtc first[0]) times[0] "and the other was left")

        testCase "what cannot be is refused in a sentence"
        <| inTweets (fun folder texts ->
            let out = [ "--out"; Path.Combine(folder, "K.npy") ]
            let refuse code words others = arguments folder texts (others @ out) |> refused code words
            let w = head folder

            refuse 2 [ "--heads: random heads do not go with --head" ] [ "--head"; w; "--heads"; "3" ]
            refuse 2 [ "--heads 0: 1 to 1000" ] [ "--heads"; "0" ]

            refuse 2 [ "--rank: this is of a sketch"; "--features: this is of a sketch" ] [
                "--method"
                "exact"
                "--rank"
                "64"
                "--features"
            ]

            refuse 2 [ "block 7: the rank, 128, is no multiple of it" ] [ "--block"; "7" ]

            refuse 1 [ "exact tangent kernel needs"; "100 MB are allowed" ] [
                "--method"
                "exact"
                "--memory"
                "100MB"
            ]

            refuse 1 [ "sketched tangent kernel needs" ] [ "--memory"; "100MB" ]
            let short = KernelFiles.writeVector folder "v" [| 1.0; 2.0 |]

            refuse 1 [
                $"%s{short}: each row is a head, of 2 entries, and the encoder's vectors have 16"
            ] [ "--head"; short ]

            for size, norm in [ 1e20, "8e+20"; 1e-20, "8e-20" ] do
                let head = KernelFiles.writeVector folder "h" (Array.create 16 (2.0 * size))
                refuse 1 [ head; $"norm %s{norm}" ] [ "--head"; head ]

            arguments folder texts [ "--head"; w; "--out"; w ]
            |> refused 2 [ "--out: it is the file of --head" ])
    ]
