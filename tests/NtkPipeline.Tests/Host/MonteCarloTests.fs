module NtkPipeline.Tests.MonteCarloTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk

/// The mean and its standard error of these matrices' entries, by their definition.
let private summed (samples: float[][]) =
    let count = float samples.Length

    Array.transpose samples
    |> Array.map (fun entry ->
        let mean = Array.sum entry / count
        let variance = (entry |> Array.sumBy (fun v -> (v - mean) * (v - mean))) / (count - 1.0)
        mean, sqrt (variance / count))
    |> Array.unzip

let private near message (actual: float[]) (expected: float[]) =
    Expect.equal actual.Length expected.Length "as many"

    for a, e in Array.zip actual expected do
        Expect.isLessThan (abs (a - e)) (1e-11 * (1.0 + abs e)) message

let tests =
    testList "kernel --monte-carlo" [
        testCase "the mean lies within four standard errors of the analytic kernel"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let rows, others = random 1 5 3, random 2 4 3
            let x, z = KernelFiles.write folder "x" rows, KernelFiles.write folder "z" others

            for text in [ "dense 1024 b=0.2 | relu | dense 2"; "dense 1024 | erf | dense 2 w=1.3" ] do
                for kind, exact in [ "ntk", Gram.ntk64; "nngp", Gram.nngp64 ] do
                    let json =
                        [ "kernel"; "--monte-carlo"; "48"; "--kind"; kind; "--network"; text ]
                        @ [ "--x"; x; "--z"; z; "--out"; at "k.npy"; "--error-out"; at "e.npy" ]
                        |> KernelFiles.wantJson

                    let exact = Expect.wantOk (exact (Networks.parse text) rows (Some others)) text
                    let mean, error = load (at "k.npy"), load (at "e.npy")
                    Expect.equal (mean.Rows, mean.Columns, error.Rows, error.Columns) (5, 4, 5, 4) "shapes"

                    let away =
                        Array.map3 (fun m k e -> abs (m - k) / e) mean.Values exact.Values error.Values

                    Expect.isLessThan (Array.max away) 4.0 $"%s{kind} of %s{text}"
                    Expect.all error.Values (fun e -> e > 0.0) "it varies"
                    let analytic = KernelFiles.get "analytic" json

                    Expect.floatClose
                        Accuracy.high
                        (KernelFiles.real "largestErrors" analytic)
                        (Array.max away)
                        "told")

        testCase "mean and error are those of the networks one by one, and the same bytes again"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let rows = random 3 6 4
            let x = KernelFiles.write folder "x" rows
            let text = "dense 20 b=0.3 | tanh | dense 2"

            let kernel kind out seed =
                [
                    "kernel"
                    "--monte-carlo"
                    "7"
                    "--kind"
                    kind
                    "--network"
                    text
                    "--seed"
                    string seed
                ]
                @ [ "--x"; x; "--out"; at out ]
                |> wantDone
                |> ignore

            let seeds = [| for k in 0..6 -> MonteCarlo.sampleSeed (Seed.root 5UL) k |]

            let alone (seed: Seed) =
                [ "kernel"; "--empirical"; "--network"; text; "--seed"; string seed.Value ]
                @ [ "--x"; x; "--out"; at "one.npy" ]
                |> wantDone
                |> ignore

                (load (at "one.npy")).Values

            kernel "ntk" "k.npy" 5
            let mean, error = seeds |> Array.map alone |> summed
            near "Θ" (load (at "k.npy")).Values mean
            near "its error" (load (at "k.error.npy")).Values error
            let before = File.ReadAllBytes(at "k.npy"), File.ReadAllBytes(at "k.error.npy")
            kernel "ntk" "k.npy" 5
            Expect.equal (File.ReadAllBytes(at "k.npy"), File.ReadAllBytes(at "k.error.npy")) before "again"
            kernel "ntk" "other.npy" 6
            Expect.notEqual (File.ReadAllBytes(at "other.npy")) (fst before) "another seed"

            let outer (seed: Seed) =
                use _ = torch.NewDisposeScope()
                let network = Networks.parse text

                let f =
                    Forward.apply
                        network
                        (Forward.draw network 4 seed torch.float64)
                        (Tensors.ofMatrix64 rows)

                Tensors.toArray64 (f.mm(f.t ()).div(2.0.ToScalar()))

            kernel "nngp" "k.npy" 5
            let mean, error = seeds |> Array.map outer |> summed
            near "K" (load (at "k.npy")).Values mean
            near "its error" (load (at "k.error.npy")).Values error)

        testCase "the rows with themselves have a symmetric kernel, to the last bit"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = KernelFiles.write folder "x" (random 5 700 9)

            for kind in [ "ntk"; "nngp" ] do
                [
                    "kernel"
                    "--monte-carlo"
                    "2"
                    "--kind"
                    kind
                    "--network"
                    "dense 64 | relu | dense 3"
                ]
                @ [ "--x"; x; "--out"; at "k.npy" ]
                |> wantDone
                |> ignore

                for name in [ "k.npy"; "k.error.npy" ] do
                    let k = load (at name)
                    let turned = Matrix.init 700 700 (fun i j -> k[j, i])
                    Expect.isTrue (k.Values = turned.Values) $"%s{name} of %s{kind}")

        testCase "a kernel that is the same for every network has no error"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = KernelFiles.write folder "x" (random 4 4 3)

            let answer =
                [
                    "kernel"
                    "--monte-carlo"
                    "3"
                    "--network"
                    "dense 1"
                    "--x"
                    x
                    "--out"
                    at "k.npy"
                ]
                |> wantDone

            Expect.stringContains answer.Output "distance to the analytic kernel: 0% of its norm" "exact"
            Expect.isFalse (answer.Output.Contains "standard errors") "nothing to count in"
            Expect.stringContains answer.Error "of 3 networks the standard error itself" "few"
            Expect.all (load (at "k.error.npy")).Values (fun e -> e < 1e-15) "no error")
    ]
