module NtkPipeline.Tests.DescendTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

let private xs, zs = let all = points 34 in all[..24], all[25..]
let private kernel, cross = roughKernelOf xs xs, roughKernelOf zs xs
let private y = targets xs
let private wave k (points: float[][]) = points |> Array.map (fun x -> sin (k * x[0] + x[1]))

let private descend folder times rate extra =
    let out = Path.Combine(folder, "p.npy")

    [
        "descend"
        "--k-train"
        write folder "k" kernel
        "--y"
        writeVector folder "y" y
        "--times"
        times
        "--rate"
        rate
        "--out"
        out
    ]
    @ extra,
    out

let private onTest folder = [ "--k-test"; write folder "kt" cross ]

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

        testCase
            "what multiple of the stability limit the rate is, is told; past it steps are refused, flow is not"
        <| inFolder (fun folder ->
            let spectrum = Flip.Expect.wantOk "" (Spectrum.decompose "K" (KernelMatrix.Double kernel))
            let limit = 2.0 * 25.0 / spectrum.Computed[0]
            let json = descend folder "inf,3" "0.5" [ "--steps" ] |> fst |> wantJson
            wantClose 1e-9 "limit" [| real "stabilityLimit" json |] [| limit |]
            wantClose 1e-9 "multiple" [| real "ofStabilityLimit" json |] [| 0.5 / limit |]
            let past = string (1.01 * limit)
            descend folder "5" past [ "--steps" ] |> fst |> refused 1 [ "stable"; "diverge" ]
            descend folder "inf" past [ "--steps" ] |> fst |> refused 1 [ "stable" ]
            descend folder "5" past [ "--steps"; "--momentum"; "0.1" ] |> fst |> wantDone |> ignore
            descend folder "5" past [] |> fst |> wantDone |> ignore
            // All steps there are end where all time does.
            let ends flags =
                let arguments, out = descend folder "inf" "0.5" flags
                wantDone arguments |> ignore
                values out

            wantClose 1e-12 "the end" (ends [ "--steps" ]) (ends []))

        testCase
            "a repeated row learns the mean of its targets, in all time; a smooth kernel cannot be trained so long"
        <| inFolder (fun folder ->
            let twice = Array.append [| 0..24 |] [| 3 |]
            let k, out = Matrix.gather twice twice kernel, Path.Combine(folder, "p.npy")

            let call kernel times = [
                "descend"
                "--k-train"
                write folder "k" kernel
                "--y"
                writeVector folder "y" (Array.append y [| -y[3] |])
                "--times"
                times
                "--rate"
                "1"
                "--out"
                out
            ]

            wantDone (call k "inf,1e20") |> ignore
            let expected = Array.append (Array.mapi (fun i t -> if i = 3 then 0.0 else t) y) [| 0.0 |]
            wantClose 1e-9 "all time, and much of it" (values out) (Array.append expected expected)
            let xs = points 120 |> Array.map (Array.map ((*) 0.5))

            [
                "descend"
                "--k-train"
                write folder "k" (kernelOf xs xs)
                "--y"
                writeVector folder "y" (targets xs)
                "--times"
                "inf"
                "--rate"
                "1"
                "--out"
                out
            ]
            |> refused 1 [ "digits" ])

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

        testCase "what has an end is taken there, and infinity is the word inf in JSON"
        <| inFolder (fun folder ->
            let out = Path.Combine(folder, "p.npy")

            let call k y extra =
                wantJson (
                    [
                        "descend"
                        "--k-train"
                        write folder "k" k
                        "--y"
                        writeVector folder "y" y
                        "--out"
                        out
                    ]
                    @ [ "--rate"; "2" ]
                    @ extra
                )

            let p = y |> Array.map (fun label -> 0.5 + 0.4 * label)
            let json = call kernel p [ "--times"; "inf"; "--loss"; "logistic" ]

            wantClose
                1e-10
                "logits of soft targets"
                (values out)
                (p |> Array.map (fun p -> log (p / (1.0 - p))))

            let time = get "times" json |> items |> Array.exactlyOne
            Expect.equal (time.GetString()) "inf" "the time"
            let nothing = Matrix.init 25 25 (fun _ _ -> 0.0)
            let json = call nothing y [ "--times"; "3" ]
            Expect.equal (text "stabilityLimit" json) "inf" "a kernel of zeros learns nothing at any rate"
            Expect.all (values out) ((=) 0.0) "nothing")

        testCase "what is wrong on the line is told all at once"
        <| inFolder (fun folder ->
            let refused words times rate extra = descend folder times rate extra |> fst |> refused 2 words
            refused [ "'soon'"; "--rate 0"; "--momentum" ] "0,soon" "0" [ "--momentum"; "1" ]
            refused [ "'0.5' is not a number of steps" ] "0.5" "1" [ "--steps" ]
            refused [ "--momentum belongs to --steps" ] "1" "1" [ "--momentum"; "0.5" ]
            let a = [ "--f0-train"; writeVector folder "a" y ]
            refused [ "come together" ] "1" "1" (onTest folder @ a)
            let short = [ "--f0-train"; writeVector folder "a" y[1..] ]
            descend folder "1" "1" short |> fst |> Ntk.refused 1 [ "f₀"; "24"; "25" ])
    ]
