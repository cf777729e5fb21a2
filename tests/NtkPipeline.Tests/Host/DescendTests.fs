module NtkPipeline.Tests.DescendTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.DescendCall
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

let private wave k (points: float[][]) = points |> Array.map (fun x -> sin (k * x[0] + x[1]))

let tests =
    testList "descend" [
        testCase
            "the oracle's gradient flow comes out of the command, at every time, with and without a ridge"
        <| inFolder (fun folder ->
            let out = Path.Combine(folder, "p.npy")

            let groups =
                problem ()
                |> get "gd"
                |> items
                |> Array.groupBy (fun entry ->
                    text "kernel" entry, text "diag_reg" entry, text "targets" entry)

            Expect.equal groups.Length 8 "all of them"

            for (kind, relative, targets), entries in groups do
                let ridged, cross, _ = kernels kind (float relative)
                let chosen = if targets = "one" then [| 0 |] else [| 0; 1 |]
                let pick name = dynamics () |> get name |> matrix |> columns chosen |> write folder name

                let times =
                    entries |> Array.map (fun entry -> (get "t" entry).ToString()) |> String.concat ","

                let call extra =
                    [
                        "descend"
                        "--k-train"
                        write folder "k" ridged
                        "--y"
                        pick "y_train_2col"
                        "--times"
                        times
                        "--rate"
                        "1"
                        "--f0-train"
                        pick "f0_train_2col"
                        "--out"
                        out
                    ]
                    @ extra
                    |> wantDone
                    |> ignore

                let expected name = entries |> Array.collect (fun entry -> (matrix (get name entry)).Values)
                call [ "--k-test"; write folder "kt" cross; "--f0-test"; pick "f0_test_2col" ]
                Expect.equal (shape out) $"6, 5, %d{chosen.Length}" "one row a time"
                wantClose 1e-9 $"%s{kind} %s{relative} %s{targets}" (values out) (expected "f_test")
                call []
                wantClose 1e-9 "training rows" (values out) (expected "f_train"))

        testCase "steps are what stepping gives, with momentum too, from any start"
        <| inFolder (fun folder ->
            let a, b = wave 1.0 xs, wave 1.0 zs

            let f0 = [
                "--f0-train"
                writeVector folder "a" a
                "--f0-test"
                writeVector folder "b" b
            ]

            for momentum in [ 0.0; 0.8 ] do
                let arguments, out =
                    descend
                        folder
                        "0,1,7,200"
                        "1.5"
                        (onTest folder @ f0 @ [ "--steps"; "--momentum"; string momentum ])

                wantDone arguments |> ignore
                Expect.equal (shape out) "4, 9" "times × rows"
                let found = Matrix.create 4 9 (values out)
                let f, g, c = Array.copy a, Array.copy b, Array.zeroCreate 25
                let velocity: float[] = Array.zeroCreate 25

                for step in 0..200 do
                    match List.tryFindIndex ((=) step) [ 0; 1; 7; 200 ] with
                    | Some row -> wantClose 1e-10 $"step %d{step}" ((Matrix.row row found).ToArray()) g
                    | None -> ()

                    for i in 0..24 do
                        velocity[i] <- momentum * velocity[i] - 1.5 / 25.0 * (f[i] - y[i])
                        c[i] <- c[i] + velocity[i]

                    for i in 0..24 do
                        f[i] <- a[i] + dot ((Matrix.row i kernel).ToArray()) c

                    for i in 0..8 do
                        g[i] <- b[i] + dot ((Matrix.row i cross).ToArray()) c)

        testCase "cross-entropy is trained by the same command"
        <| inFolder (fun folder ->
            let arguments, out =
                descend folder "0,4,1" "2" (onTest folder @ [ "--loss"; "logistic"; "--steps" ])

            let json = wantJson arguments
            let c = Array.zeroCreate 25
            let mutable losses = []

            let f (k: Matrix<float>) = Array.init k.Rows (fun i -> dot ((Matrix.row i k).ToArray()) c)

            let found = Matrix.create 3 9 (values out)

            for step in 0..4 do
                let own = f kernel
                losses <- (Array.map2 (fun y f -> log (1.0 + exp (-y * f))) y own |> Array.average) :: losses

                match List.tryFindIndex ((=) step) [ 0; 4; 1 ] with
                | Some row -> wantClose 1e-12 $"step %d{step}" ((Matrix.row row found).ToArray()) (f cross)
                | None -> ()

                for i in 0..24 do
                    c[i] <- c[i] + 2.0 / 25.0 * y[i] / (1.0 + exp (y[i] * own[i]))

            let losses = Array.rev (Array.ofList losses)
            wantClose 1e-12 "loss" (numbers (get "losses" json)) [| losses[0]; losses[4]; losses[1] |]
            descend folder "inf" "2" [ "--loss"; "logistic" ] |> fst |> refused 1 [ "k.npy"; "no end" ])
    ]
