/// Commands on arrays.
module NtkPipeline.Tests.ArrayCommandTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let tests =
    testList "refusals" [
        testCase "kernel reads and writes arrays, and refuses what is none"
        <| inFolder (fun folder ->
            let x, k, other =
                Path.Combine(folder, "x.npy"), Path.Combine(folder, "k.npy"), Path.Combine(folder, "z.npy")

            array x 5 3
            array other 4 2
            let kernel network extra = [ "kernel"; "--network"; network; "--x"; x; "--out"; k ] @ extra
            kernel "dense 512 | relu | dense 1" [ "--precision"; "float32" ] |> wantDone |> ignore
            use file = File.OpenRead k

            match Npy.readAny file with
            | Ok(Choice1Of2 matrix) -> Expect.equal (matrix.Rows, matrix.Columns) (5, 5) "float32, square"
            | other -> failtest $"%A{other}"

            kernel "dense 512 | rely | dense 1" [] |> refused 2 [ "did you mean relu?" ]
            kernel "dense 512 | relu | dense 1" [ "--z"; other ] |> refused 1 [ "columns" ]
            File.WriteAllText(other, "no array")

            kernel "dense 512 | relu | dense 1" [ "--z"; other ]
            |> refused 1 [ $"%s{other}: it is not a .npy file" ])

        testCase
            "kernel computes one random network's kernel by every method, with its cost, and prints closed forms"
        <| inFolder (fun folder ->
            let x = Path.Combine(folder, "x.npy")
            array x 6 3

            let empirical method =
                let k = Path.Combine(folder, $"%s{method}.npy")

                let answer =
                    [
                        "kernel"
                        "--empirical"
                        "--network"
                        "dense 40 | relu | dense 1"
                        "--seed"
                        "7"
                    ]
                    @ [ "--method"; method; "--x"; x; "--out"; k; "--json" ]
                    |> wantDone

                Expect.stringContains answer.Error "flop" "the cost comes first"
                Expect.stringContains answer.Output "\"rows\":6" "the outcome as JSON"
                use file = File.OpenRead k
                Npy.read64 file |> Flip.Expect.wantOk "an array" |> _.Values

            let kernels = [ "auto"; "structured"; "jacobian"; "vector-product" ] |> List.map empirical

            for kernel in kernels.Tail do
                for a, b in Array.zip kernel kernels.Head do
                    Expect.floatClose Accuracy.veryHigh a b "the methods agree"

            let network = [ "kernel"; "--network"; "dense 40 | relu | dense 1" ]
            Expect.stringContains (network @ [ "--latex" ] |> wantDone).Output "\\Theta" "LaTeX"
            refused 2 [ "--x and --out" ] network)
    ]
