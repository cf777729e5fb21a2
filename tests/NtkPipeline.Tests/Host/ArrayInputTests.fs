/// Arrays of every form, given to commands.
module NtkPipeline.Tests.ArrayInputTests

open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Tests.ArrayFileTests
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let tests =
    testList "arrays of every form" [
        testCase "commands take them wherever they take a .npy, and write over none"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let plain = write folder "x" x
            let packed = archive folder "x.npz" CompressionLevel.Optimal [ "x", npy x ] + ":x"
            let text = String.concat "\n" [ for i in 0..6 -> $"%g{x[i, 0]},%g{x[i, 1]},%g{x[i, 2]}" ]
            let csv = table folder "x.csv" text

            let kernel x =
                wantDone [
                    "kernel"
                    "--network"
                    "dense 4 | relu | dense 1"
                    "--x"
                    x
                    "--out"
                    at "k.npy"
                ]
                |> ignore

                File.ReadAllBytes(at "k.npy")

            let expected = kernel plain
            Expect.equal (kernel packed) expected "an archive's"
            Expect.equal (kernel csv) expected "a table's"
            let y = table folder "y.csv" "1\n-1\n1\n-1\n1\n-1\n1\n"
            let k = at "k.npy"
            let fit y = [ "regress"; "--k-train"; k; "--y"; y; "--ridge"; "0.1"; "--out"; at "p.npy" ]
            wantDone (fit y) |> ignore
            Expect.equal (shape (at "p.npy")) "7," "in the targets' form"

            refused 2 [ "--x" ] [ "kernel"; "--network"; "dense 1"; "--x"; packed; "--out"; at "x.npz" ])
    ]
