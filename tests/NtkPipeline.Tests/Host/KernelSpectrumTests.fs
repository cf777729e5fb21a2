module NtkPipeline.Tests.KernelSpectrumTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk

let tests =
    testList "kernel --spectrum" [
        testCase "the eigenvalues are those of the matrix that --empirical writes"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = KernelFiles.write folder "x" (random 1 40 5)

            for text in
                [
                    "dense 30 b=0.2 | relu | dense 1"
                    "dense 20 | tanh | dense 3 | scale(2) | centred"
                    "dense 2"
                ] do
                let kernel extra = [ "kernel"; "--network"; text; "--seed"; "9"; "--x"; x ] @ extra

                kernel [ "--empirical"; "--out"; at "k.npy" ] |> wantDone |> ignore

                let json =
                    kernel [ "--empirical"; "--spectrum"; "5"; "--out"; at "values.npy" ]
                    |> KernelFiles.wantJson

                use _ = torch.NewDisposeScope()
                let k = (Tensors.ofArray64 (KernelFiles.values (at "k.npy"))).reshape(40L, 40L)
                let exact = torch.linalg.eigvalsh(k).flip(0L) |> Tensors.toArray64
                let found = KernelFiles.values (at "values.npy")
                Expect.equal (KernelFiles.shape (at "values.npy")) "5," "a vector"

                Expect.equal
                    (KernelFiles.get "eigenvalues" json |> KernelFiles.numbers)
                    found
                    "told as they are written"

                for k in 0..4 do
                    Expect.isLessThan
                        (abs (found[k] - exact[k]))
                        (1e-9 * exact[0])
                        $"%s{text}, eigenvalue %d{k}"

                Expect.all
                    (KernelFiles.get "residuals" json |> KernelFiles.numbers)
                    (fun residual -> residual <= 1e-9 * exact[0])
                    "certified")

        testCase "a kernel that is 0 has eigenvalues of 0"
        <| inFolder (fun folder ->
            let x = KernelFiles.write folder "x" (Matrix.create 4 2 (Array.zeroCreate 8))

            let answer =
                [
                    "kernel"
                    "--network"
                    "dense 8 | relu | dense 1"
                    "--x"
                    x
                    "--spectrum"
                    "2"
                ]
                |> wantDone

            Expect.stringContains answer.Output "residuals at most 0 of" "no division by 0")

        testCase "what has no spectrum is refused"
        <| inFolder (fun folder ->
            let x = KernelFiles.write folder "x" (random 1 6 3)

            let kernel network count extra =
                [ "kernel"; "--network"; network; "--x"; x; "--spectrum"; count ] @ extra

            let relu = "dense 8 | relu | dense 1"
            refused 2 [ "--spectrum: 0 eigenvalues: at least 1" ] (kernel relu "0" [])

            refused
                2
                [ "--method, --parts: these do not go with --spectrum" ]
                (kernel relu "1" [ "--parts"; "--method"; "auto" ])

            refused 2 [ "neither --kind nngp nor --z" ] (kernel relu "1" [ "--kind"; "nngp" ])
            refused 2 [ "--out: it is the file of --x" ] (kernel relu "1" [ "--out"; x ])
            refused 2 [ "needs --x" ] [ "kernel"; "--network"; relu; "--spectrum"; "1" ]
            refused 1 [ "7 eigenvalues of a kernel of 6 rows" ] (kernel relu "7" [])
            refused 1 [ "exp-normalised" ] (kernel "dense 8 | exp-normalised | dense 1" "1" [])
            refused 1 [ "6 rows need"; "1 kB may be used" ] (kernel relu "1" [ "--memory"; "1kB" ]))
    ]
