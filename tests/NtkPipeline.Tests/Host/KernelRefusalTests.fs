module NtkPipeline.Tests.KernelRefusalTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.SingleRows

let tests =
    testList "kernel command" [
        testCase "what cannot be asked for is refused before anything is computed or replaced"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 6 3)
            save (at "z.npy") (random 2 4 3)
            let before = File.ReadAllBytes(at "x.npy")
            let relu = "dense 8 | relu | dense 1"

            let kernel network x out extra =
                [ "kernel"; "--network"; network; "--x"; x; "--out"; out ] @ extra

            let usage words arguments = refused 2 words arguments
            usage [ "--x: the name of a file is empty"; "--out: the name" ] (kernel relu "" "" [])
            usage [ "--out: it is the file of --x" ] (kernel relu (at "x.npy") (at "./x.npy") [])

            usage
                [ "--out: it is the file of --z" ]
                (kernel relu (at "x.npy") (at "z.npy") [ "--z"; at "z.npy" ])

            usage
                [ "--seed, --method: these are of a finite network" ]
                (kernel relu (at "x.npy") (at "k.npy") [ "--seed"; "3"; "--method"; "jacobian" ])

            usage
                [ "there is no layer 'Dense'; did you mean dense?" ]
                (kernel "Dense 8" (at "x.npy") (at "k.npy") [])

            usage [ "99999999999 is not between" ] (kernel "dense 99999999999" (at "x.npy") (at "k.npy") [])

            refused 1 [ "it is a folder" ] (kernel relu folder (at "k.npy") [])
            refused 1 [ "is a folder" ] (kernel relu (at "x.npy") folder [])
            KernelFiles.write folder "far" (Matrix.create 1 2 [| 1.0; 1e60 |]) |> ignore

            refused
                1
                [ "far.npy: it holds 1e+60 at row 0, column 1"; "more than float32 holds" ]
                (kernel relu (at "far.npy") (at "k.npy") [ "--precision"; "float32" ])

            Expect.equal (File.ReadAllBytes(at "x.npy")) before "the input is what it was"
            Expect.isFalse (File.Exists(at "k.npy")) "and there is no output")

        testCase "norms of 1e150 have a distance to the analytic kernel, and a header that lies is found out"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            KernelFiles.write folder "x" (Matrix.create 2 2 [| 1e150; 0.0; 0.0; -1e150 |]) |> ignore

            let gap =
                [ "kernel"; "--empirical"; "--network"; "dense 4096 | relu | dense 1" ]
                @ [ "--x"; at "x.npy"; "--out"; at "k.npy"; "--json" ]
                |> wantDone
                |> json

            Expect.isLessThan
                (gap.GetProperty("analytic").GetProperty("gap").GetDouble())
                0.1
                "squares do not overflow"

            let lie (shape: int64 list) (part: string) =
                File.WriteAllBytes(at "lie.npy", Npy.header<float> shape)

                [ "kernel"; "--network"; "dense 1"; "--x"; at "lie.npy"; "--out"; at "k.npy" ]
                |> refused 1 [ part ]

            lie [ 2_000_000_000L; 2_000_000_000L ] "it ends before its last value"
            lie [ 99_999_999_999L; 3L ] "at most 2147483647 rows and columns")
    ]
