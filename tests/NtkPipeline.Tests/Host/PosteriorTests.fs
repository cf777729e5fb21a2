module NtkPipeline.Tests.PosteriorTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

let private network =
    "dense 64 w=1.4142135623730951 b=0.05 | relu | dense 1 w=1.4142135623730951 b=0.05"

let private inputs name folder = dynamics () |> get name |> matrix |> write folder name
let private path folder name = Path.Combine(folder, $"%s{name}.npy")

let private call folder kind y extra =
    [
        "posterior"
        "--kind"
        kind
        "--network"
        network
        "--x"
        inputs "x_train" folder
        "--y"
        y
        "--z"
        inputs "x_test" folder
        "--out-mean"
        path folder "m"
        "--out-cov"
        path folder "c"
    ]
    @ extra

let private targets folder =
    dynamics () |> get "y_train_2col" |> matrix |> columns [| 0 |] |> _.Values |> writeVector folder "y"

let tests =
    testList "posterior" [
        testCase "the oracle's posteriors come out of the command, at every time, with and without a ridge"
        <| inFolder (fun folder ->
            let entries = problem () |> get "ensemble" |> items
            Expect.equal entries.Length 24 "all of them"

            for entry in entries do
                let kind = text "kernel" entry
                let _, _, ridge = kernels kind (float (text "diag_reg" entry))
                let time = (get "t" entry).ToString()
                let kind = if kind = "ntk" then "ntk-ensemble" else kind

                let json =
                    call folder kind (targets folder) [ "--time"; time; "--ridge"; ridge.ToString "R" ]
                    |> wantJson

                let what = $"%s{kind}, t = %s{time}, ridge %g{ridge}"
                wantClose 1e-9 $"mean of %s{what}" (values (path folder "m")) (numbers (get "mean" entry))

                wantClose
                    1e-9
                    $"covariance of %s{what}"
                    (values (path folder "c"))
                    (matrix (get "cov" entry)).Values

                Expect.isLessThan (real "residual" (get "certificate" json)) 1e-12 "certified")

        testCase
            "a process with the tangent kernel is its formula, each output has its mean, all have one covariance"
        <| inFolder (fun folder ->
            let y = dynamics () |> get "y_train_2col" |> matrix |> write folder "y2"
            let s = path folder "s"
            call folder "ntk-gp" y [ "--ridge"; "0.2"; "--out-std"; s ] |> wantDone |> ignore
            let own, cross, _ = kernels "ntk" 0.0
            let asked = problem () |> get "ntk_all" |> matrix |> Matrix.gather [| 10..14 |] [| 10..14 |]
            let weights = dense cross * (shifted 0.2 own).Inverse()
            let mean = weights * dense (dynamics () |> get "y_train_2col" |> matrix)
            let covariance = dense asked - weights * (dense cross).Transpose()
            Expect.equal (shape (path folder "m")) "5, 2" "y's form"
            wantClose 1e-10 "means" (values (path folder "m")) (mean.ToRowMajorArray())
            wantClose 1e-10 "covariance" (values (path folder "c")) (covariance.ToRowMajorArray())
            wantClose 1e-10 "deviations" (values s) (covariance.Diagonal().PointwiseSqrt().ToArray()))

        testCase "inputs that repeat are known without doubt, and variances are never negative"
        <| inFolder (fun folder ->
            let x = dynamics () |> get "x_train" |> matrix
            let twice = Matrix.gatherRows (Array.append [| 0..9 |] [| 0; 4 |]) x
            let y = dynamics () |> get "y_train_2col" |> matrix |> columns [| 0 |] |> _.Values
            let doubled = Array.append y [| y[0]; y[4] |]

            for kind in [ "nngp"; "ntk-gp"; "ntk-ensemble" ] do
                [
                    "posterior"
                    "--kind"
                    kind
                    "--network"
                    network
                    "--x"
                    write folder "x" twice
                    "--y"
                    writeVector folder "y" doubled
                    "--z"
                    write folder "z" x
                    "--out-mean"
                    path folder "m"
                    "--out-cov"
                    path folder "c"
                    "--out-std"
                    path folder "s"
                ]
                |> wantDone
                |> ignore

                wantClose 1e-9 "the targets themselves" (values (path folder "m")) y
                Expect.all (values (path folder "s")) (fun s -> s >= 0.0 && s < 1e-5) "certain"
                let c = Matrix.create 10 10 (values (path folder "c"))
                Expect.equal (Matrix.init 10 10 (fun i j -> c[j, i])) c "symmetric to the last bit"
                let least = (dense c).Evd().EigenValues |> Seq.map _.Real |> Seq.min
                Expect.isGreaterThan least -1e-12 "positive semi-definite to rounding")

        testCase "what does not fit is refused"
        <| inFolder (fun folder ->
            let y = writeVector folder "short" [| 1.0; -1.0 |]
            call folder "nngp" y [] |> refused 1 [ "10 training inputs"; "2 rows" ]
            call folder "nngp" (targets folder) [ "--time"; "-1" ] |> refused 2 [ "'-1' is not a time" ]
            call folder "nngp" (targets folder) [ "--ridge"; "NaN" ] |> refused 2 [ "--ridge" ]
            call folder "gp" (targets folder) [] |> refused 2 [ "gp" ])
    ]
