module NtkPipeline.Tests.ModelKernelTests

open System.IO
open System.IO.Compression
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.TorchScriptFile
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let private network = Networks.parse "dense 6 b=0.2 | relu | dense 5 b=0.1 | erf | dense 2"

let private theta = lazy Forward.draw network 3 (Seed.root 7UL) torch.float64

/// The folder's model files and rows.
let private files folder =
    let at name = Path.Combine(folder, name)
    File.WriteAllBytes(at "model.pt", OwnNetworks.torchScript true network theta.Value)
    File.WriteAllBytes(at "model.onnx", OwnNetworks.onnx false network theta.Value)
    write folder "x" (Matrices.random 1 9 3) |> ignore
    write folder "z" (Matrices.random 2 4 3) |> ignore
    at

let private call at model extra =
    [ "kernel"; "--model"; at model; "--x"; at "x.npy"; "--out"; at "K.npy" ] @ extra

let private oracle (x: Matrix<float>) (z: Matrix<float>) =
    use _ = torch.NewDisposeScope()
    let jacobian (m: Matrix<float>) = EmpiricalNtk.jacobian network theta.Value (Tensors.ofMatrix64 m)
    Tensors.toMatrix64 ((jacobian x).mm((jacobian z).t()))

let tests =
    testList "kernel of a model's file, by command" [
        testCase "TorchScript and ONNX give the oracle's kernel in the model's precision, its cost first"
        <| inFolder (fun folder ->
            let at = files folder
            let x, z = load (at "x.npy"), load (at "z.npy")
            let answer = wantDone (call at "model.pt" [ "--json" ])

            Expect.stringContains
                answer.Error
                "TorchScript, 69 parameters in 5 tensors, 2 outputs"
                "what it is"

            Expect.stringContains answer.Error "on this machine" "and costs"
            Expect.equal ((json answer).GetProperty("precision").GetString()) "float64" "its own"
            Expect.equal (shape (at "K.npy")) "9, 9" "mean of outputs"
            OwnNetworks.near 1e-9 (OwnNetworks.inForm Trace 2 (oracle x x)) (load (at "K.npy")).Values
            let answer = wantJson (call at "model.onnx" [ "--z"; at "z.npy"; "--outputs"; "full" ])
            Expect.equal (answer.GetProperty("precision").GetString()) "float32" "its own"
            Expect.equal (answer.GetProperty("parameters").GetInt64()) 69L "all of them"
            Expect.equal (shape (at "K.npy")) "9, 4, 2, 2" "all pairs"
            let wide = [ "--precision"; "float64"; "--outputs"; "full"; "--z"; at "z.npy" ]
            wantDone (call at "model.onnx" wide) |> ignore
            OwnNetworks.near 1e-6 (OwnNetworks.inForm Full 2 (oracle x z)) (values (at "K.npy")))

        testCase "rows may lie in an archive, x.npz:name, stored or packed"
        <| inFolder (fun folder ->
            let at = files folder
            wantDone (call at "model.pt" [ "--z"; at "z.npy" ]) |> ignore
            let expected = File.ReadAllBytes(at "K.npy")

            for level in [ CompressionLevel.NoCompression; CompressionLevel.Optimal ] do
                let packed =
                    ArrayFileTests.archive folder "rows.npz" level [
                        "train", File.ReadAllBytes(at "x.npy")
                        "test", File.ReadAllBytes(at "z.npy")
                    ]

                wantDone [
                    "kernel"
                    "--model"
                    at "model.pt"
                    "--x"
                    $"%s{packed}:train"
                    "--z"
                    $"%s{packed}:test"
                    "--out"
                    at "P.npy"
                ]
                |> ignore

                Expect.equal (File.ReadAllBytes(at "P.npy")) expected "the same kernel"

            refused 1 [ "rows.npz" ] [
                "kernel"
                "--model"
                at "model.pt"
                "--x"
                at "rows.npz:nothing"
                "--out"
                at "P.npy"
            ])

        testCase
            "smaller tiles give the same bytes; another precision than TorchScript's and too little memory are refused"
        <| inFolder (fun folder ->
            let at = files folder
            let rows = Matrices.random 3 200 3
            write folder "x" rows |> ignore
            wantDone (call at "model.pt" []) |> ignore
            let whole = File.ReadAllBytes(at "K.npy")
            let small = [ "--memory"; "220200kB" ]
            wantDone (call at "model.pt" small) |> ignore
            Expect.equal (File.ReadAllBytes(at "K.npy")) whole "smaller tiles, the same bytes"
            wantDone (call at "model.pt" [ "--precision"; "float64" ]) |> ignore
            refused 1 [ "leave --precision out" ] (call at "model.pt" [ "--precision"; "float32" ])
            refused 1 [ "a tile of one row needs"; "may be used" ] (call at "model.pt" [ "--memory"; "1kB" ]))

        testCase "a program that this LibTorch cannot compile is refused, and ends nothing"
        <| inFolder (fun folder ->
            let at = files folder
            let w = trained "w" [ 3L; 1L ] [| 1.0; 2.0; 3.0 |]
            let save body = File.WriteAllBytes(at "model.pt", TorchScriptFile.write true [ w ] body)
            save [ "return torch.roi_pool_of_somebody(x, self.w)" ]

            refused
                1
                [ "model.pt: LibTorch cannot run its program"; "aten::roi_pool_of_somebody" ]
                (call at "model.pt" [])

            save [ "return (x, torch.matmul(x, self.w))" ]

            refused
                1
                [
                    "model.pt: LibTorch cannot run its program"
                    "Tensor but is actually of type Tuple"
                ]
                (call at "model.pt" [])

            save [ "return torch.matmul(x, torch.t(self.w))" ]

            refused
                1
                [ "model.pt: on the first row: it cannot be computed: mat1 and mat2 shapes" ]
                (call at "model.pt" [])

            Expect.isFalse (File.Exists(at "K.npy")) "nothing is written")

        testCase "options that go with networks alone are refused, and one of both is wanted"
        <| inFolder (fun folder ->
            let at = files folder

            for option in
                [
                    [ "--empirical" ]
                    [ "--seed"; "3" ]
                    [ "--parts" ]
                    [ "--latex" ]
                    [ "--kind"; "ntk" ]
                    [ "--workers"; "2" ]
                ] do
                refused
                    2
                    [ $"%s{option.Head} belongs to a network of --network" ]
                    (call at "model.pt" option)

            refused
                2
                [ "--network and --model: the kernel is of one of them" ]
                (call at "model.pt" [ "--network"; "dense 1" ])

            refused 2 [ "kernel needs --network, or --model" ] [
                "kernel"
                "--x"
                at "x.npy"
                "--out"
                at "K.npy"
            ]

            refused 2 [ "--input-shape belongs to --model" ] [
                "kernel"
                "--network"
                "dense 1"
                "--x"
                at "x.npy"
                "--out"
                at "K.npy"
                "--input-shape"
                "3"
            ]

            refused
                2
                [ "--input-shape: '3x-1' is no shape of a row" ]
                (call at "model.pt" [ "--input-shape"; "3x-1" ])

            refused
                1
                [ "--input-shape 2 × 2 is 4 numbers a row" ]
                (call at "model.pt" [ "--input-shape"; "2x2" ])

            refused 1 [ "there is no such file" ] (call at "absent.pt" []))
    ]
