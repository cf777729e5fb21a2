module NtkPipeline.Tests.RegressTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RegressCall

let tests =
    testList "regress" [
        testCase "the oracle's coefficients, predictions, leave-one-out and folds come out of the command"
        <| inFolder (fun folder ->
            let own, cross, _ = kernels "ntk" 0.0
            let k, kt = write folder "k" own, write folder "kt" cross
            let y = dynamics () |> get "y_train_2col" |> matrix |> columns [| 0 |] |> _.Values
            let y = writeVector folder "y" y
            let path name = Path.Combine(folder, $"%s{name}.npy")

            for entry in problem () |> get "krr" |> items do
                let json =
                    wantJson [
                        "regress"
                        "--k-train"
                        k
                        "--y"
                        y
                        "--k-test"
                        kt
                        "--ridge"
                        text "lam" entry
                        "--out"
                        path "f"
                        "--out-loo"
                        path "loo"
                        "--out-alpha"
                        path "alpha"
                    ]

                Expect.equal (shape (path "f")) "5," "y's form"
                wantClose 1e-9 "f" (values (path "f")) (numbers (get "f_test" entry))
                wantClose 1e-9 "left out" (values (path "loo")) (numbers (get "loo_pred" entry))
                wantClose 1e-9 "α" (values (path "alpha")) (numbers (get "alpha" entry))
                wantClose 1e-9 "error" [| real "looError" json |] [| real "loo_mse" entry |]
                Expect.isLessThan (real "residual" (get "certificate" json)) 1e-13 "certified")

        testCase "several outputs share the kernel, and each is as if alone; one column stays a column"
        <| inFolder (fun folder ->
            let other = xs |> Array.map (fun x -> sin x[0])
            let both = Matrix.init 45 2 (fun i k -> if k = 0 then y[i] else other[i])
            let arguments, out = regress folder kernel (write folder "y" both) [ "--ridge"; "0.3" ]
            wantDone arguments |> ignore
            let found = Matrix.create zs.Length 2 (values out)
            Expect.equal (shape out) "15, 2" "a column each"

            for k, y in [ 0, y; 1, other ] do
                wantClose 1e-11 "as if alone" (columns [| k |] found).Values (f 0.3 kernel y)

            let arguments, out = regress folder kernel (write folder "y1" (column y)) [ "--ridge"; "0.3" ]
            wantDone arguments |> ignore
            Expect.equal (shape out) "15, 1" "y's form")

        testCase
            "without K-TEST the fit of the training rows is written; float32 kernels are solved in float64"
        <| inFolder (fun folder ->
            let single = Matrix.map float32 kernel
            let k = Path.Combine(folder, "k32.npy")
            let file = File.Create k
            Npy.write file single
            file.Dispose()
            let out = Path.Combine(folder, "fit.npy")

            wantDone [
                "regress"
                "--k-train"
                k
                "--y"
                writeVector folder "y" y
                "--ridge"
                "0.5"
                "--out"
                out
            ]
            |> ignore

            let wide = Matrix.map float single
            let alpha = solve 0.5 wide y
            let expected = Array.init 45 (fun i -> dot ((Matrix.row i wide).ToArray()) alpha)
            wantClose 1e-11 "Kα" (values out) expected)

        testCase "no ridge on a singular kernel gives the limit of ever smaller ones, or a refusal, never NaN"
        <| inFolder (fun folder ->
            // Rows 0, 1 and 2 stand twice; the copies of 0 contradict each other.
            let twice = Array.append [| 0..44 |] [| 0; 1; 2 |]
            let k = Matrix.gather twice twice kernel
            let kt = Matrix.gather [| 0..14 |] twice cross
            let y = Array.append y [| -y[0]; y[1]; y[2] |]
            let path name = Path.Combine(folder, name)

            let call ridge =
                wantJson [
                    "regress"
                    "--k-train"
                    write folder "k" k
                    "--y"
                    writeVector folder "y" y
                    "--k-test"
                    write folder "kt" kt
                    "--ridge"
                    ridge
                    "--out"
                    path $"f{ridge}.npy"
                    "--out-loo"
                    path $"loo{ridge}.npy"
                ]

            let limit, near = call "0", call "1e-7"
            Expect.equal ((get "rank" limit).GetInt32()) 45 "three copies"
            wantClose 1e-5 "f" (values (path "f0.npy")) (values (path "f1e-7.npy"))
            wantClose 1e-5 "left out" (values (path "loo0.npy")) (values (path "loo1e-7.npy"))
            let left = values (path "loo0.npy")
            wantClose 1e-12 "a copy's own target" left[..2] y[45..]
            wantClose 1e-4 "GCV" [| real "gcv" limit / real "gcv" near |] [| 1.0 |]
            Expect.isLessThan (real "residual" (get "certificate" limit)) 1e-12 "certified"
            // A smooth kernel's eigenvalues run into rounding without a gap: no limit can be told.
            let near = xs |> Array.map (Array.map ((*) 0.3))

            let smooth, _ =
                regress folder (kernelOf near near) (writeVector folder "y" y[..44]) [ "--ridge"; "0" ]

            smooth |> refused 1 [ "k.npy"; "ridge 0"; "digits" ])
    ]
