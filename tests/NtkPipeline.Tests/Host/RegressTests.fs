module NtkPipeline.Tests.RegressTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

let private xs, zs = let all = points 60 in all[..44], all[45..]
let private kernel, cross = roughKernelOf xs xs, roughKernelOf zs xs
let private y = targets xs
let private column (values: float[]) = Matrix.create values.Length 1 values

/// A folder with K, Kt and y, and a call on them.
let private regress folder (kernel: Matrix<float>) (y: string) extra =
    let k, kt = write folder "k" kernel, write folder "kt" cross
    let out = Path.Combine(folder, "pred.npy")

    [ "regress"; "--k-train"; k; "--k-test"; kt; "--y"; y; "--out"; out ] @ extra, out

let private f ridge kernel (y: float[]) =
    let alpha = solve ridge kernel y
    Array.init zs.Length (fun i -> dot ((Matrix.row i cross).ToArray()) alpha)

let private table (path: string) =
    let lines = File.ReadAllLines path
    lines[0].Split ',', lines[1..] |> Array.map _.Split(',')

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

        testCase "a grid is searched by each score, and path.csv has its row for each ridge"
        <| inFolder (fun folder ->
            let y' = writeVector folder "y" y
            let csv = Path.Combine(folder, "path.csv")

            for choice, name, sign in
                [
                    "loo", "loo-error", 1.0
                    "gcv", "gcv", 1.0
                    "likelihood", "log-likelihood", -1.0
                    "cv", "cv-error", 1.0
                    "loo-accuracy", "loo-accuracy", -1.0
                ] do
                let arguments, out = regress folder kernel y' [ "--select"; choice; "--path"; csv ]
                let json = wantJson arguments
                let header, rows = table csv
                Expect.equal rows.Length 22 "three a decade, from 1e-4 to 1e3"
                let place = Array.IndexOf(header, name)
                let best = rows |> Array.rev |> Array.minBy (fun row -> sign * float row[place])
                wantClose 1e-15 choice [| float best[0] |] [| real "ridge" json |]
                wantClose 1e-10 "f" (values out) (f (real "ridge" json) kernel y)

                Expect.equal
                    (Array.contains "cv-error" header)
                    (choice = "cv")
                    "folds only where they are used")

        testCase "--refine goes on to where the score is stationary, and path.csv has that row too"
        <| inFolder (fun folder ->
            let csv, y' = Path.Combine(folder, "path.csv"), writeVector folder "y" y
            let select extra = regress folder kernel y' ([ "--select"; "likelihood"; "--path"; csv ] @ extra)
            let grid = select [] |> fst |> wantJson
            let arguments, out = select [ "--refine" ]
            let json = wantJson arguments
            let header, rows = table csv
            let cell name (row: string[]) = float row[Array.IndexOf(header, name)]
            Expect.equal rows.Length 23 "the grid's 22 and one more"
            Expect.contains (rows |> Array.map (cell "ridge")) (real "ridge" json) "its row"
            Expect.equal (real "stationaryRidge" json) (real "ridge" json) "chosen"
            Expect.isGreaterThan (real "logLikelihood" json) (real "logLikelihood" grid) "better"
            wantClose 1e-10 "f" (values out) (f (real "ridge" json) kernel y)
            let answer = wantDone arguments
            Expect.stringContains answer.Output "where it is stationary" "said"
            let answer = select [ "--refine"; "--largest"; "0.01" ] |> fst |> wantDone
            Expect.stringContains answer.Output "--largest widens the grid" "or why not")

        testCase "the path's numbers are those of refits, and rows of one group leave together"
        <| inFolder (fun folder ->
            let csv, y' = Path.Combine(folder, "path.csv"), writeVector folder "y" y
            let groups = Array.init 45 (fun i -> float (i / 5))
            let folds = Array.init 45 (fun i -> float (i / 5 % 3))

            let grid = [
                "--select"
                "cv"
                "--smallest"
                "0.01"
                "--largest"
                "1"
                "--points-per-decade"
                "1"
            ]

            let arguments, _ =
                regress
                    folder
                    kernel
                    y'
                    (grid @ [ "--folds"; writeVector folder "folds" folds; "--path"; csv ])

            wantDone arguments |> ignore
            let header, rows = table csv
            let cell name (row: string[]) = float row[Array.IndexOf(header, name)]

            for row in rows do
                let ridge = cell "ridge" row
                let held = Array.zeroCreate 45

                for k in 0..2 do
                    let out = [| 0..44 |] |> Array.filter (fun i -> folds[i] = float k)
                    heldOut ridge kernel y out |> Array.iteri (fun n value -> held[out[n]] <- value)

                let error = Array.map2 (fun a b -> (a - b) ** 2.0) held y |> Array.average
                wantClose 1e-9 "folds as given" [| cell "cv-error" row |] [| error |]

            let grouped, _ =
                regress folder kernel y' (grid @ [ "--groups"; writeVector folder "groups" groups ])

            wantDone grouped |> ignore

            let few, _ =
                regress
                    folder
                    kernel
                    y'
                    (grid @ [ "--groups"; writeVector folder "few" (Array.create 45 1.0) ])

            few |> refused 1 [ "5 folds"; "1 groups" ]
            // Stratified folds of groups, apart from the command: no group is torn.
            let targets = column y

            let made =
                FitFolds.stratified 3 (Seed.root 1UL) (Some("g", column groups)) targets
                |> Flip.Expect.wantOk ""

            for _, rows in Array.zip groups made |> Array.groupBy fst do
                Expect.hasLength (rows |> Array.map snd |> Array.distinct) 1 "together")

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

        testCase "what is no kernel or does not fit is refused with its file and entry"
        <| inFolder (fun folder ->
            let y' = writeVector folder "y" y

            let change i j value =
                Matrix.init 45 45 (fun a b -> if (a, b) = (i, j) then value else kernel[a, b])

            let refused words kernel extra = regress folder kernel y' extra |> fst |> refused 1 words
            refused [ "k.npy"; "(3, 7)"; "NaN" ] (change 3 7 nan) []
            refused [ "k.npy"; "(7, 3)"; "not symmetric" ] (change 3 7 0.1) []
            refused [ "k.npy"; "not positive semi-definite" ] (change 5 5 -0.5) [ "--ridge"; "9" ]
            refused [ "k.npy"; "44 rows and 45 columns" ] (Matrix.gather [| 0..43 |] [| 0..44 |] kernel) []

            refused
                [ "k.npy"; "44 rows"; "45 rows of targets" ]
                (Matrix.gather [| 0..43 |] [| 0..43 |] kernel)
                []

            let bad = writeVector folder "bad" (Array.mapi (fun i t -> if i = 9 then infinity else t) y)
            regress folder kernel bad [] |> fst |> Ntk.refused 1 [ "training row 9" ]
            let numbers = writeVector folder "numbers" (Array.init 45 float)
            let wide = [ "--smallest"; "1e-300"; "--largest"; "1e300"; "--points-per-decade"; "1" ]
            regress folder kernel y' wide |> fst |> Ntk.refused 1 [ "1e-300"; "must lie between" ]
            let json = regress folder kernel y' [ "--ridge"; "1e300" ] |> fst |> wantJson
            wantClose 1e-12 "GCV of a fit of nothing" [| real "gcv" json |] [| 1.0 |]
            let byAccuracy, _ = regress folder kernel numbers [ "--select"; "loo-accuracy" ]
            byAccuracy |> Ntk.refused 1 [ "no classes" ]
            let usage words extra = regress folder kernel y' extra |> fst |> Ntk.refused 2 words
            usage [ "--ridge"; "--select" ] [ "--ridge"; "1"; "--select"; "loo" ]
            usage [ "--ridge -1" ] [ "--ridge"; "-1" ]
            usage [ "best" ] [ "--select"; "best" ]
            usage [ "--refine"; "cv"; "no derivative" ] [ "--refine"; "--select"; "cv" ]
            usage [ "--ridge"; "--refine" ] [ "--refine"; "--ridge"; "1" ]
            usage [ "--smallest" ] [ "--smallest"; "0" ])
    ]
