module NtkPipeline.Tests.SelectTests

open System
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

let private inputs (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0))

/// A circle that noise blurs: a matter of curvature, so a linear kernel must lose. Some rows come twice.
let private x =
    let rows = inputs 1 120 3
    Matrix.gatherRows (Array.append [| 0..119 |] [| 0..19 |]) rows

let private y =
    let random = Random 2
    let noise = Array.init 120 (fun _ -> 0.3 * (random.NextDouble() - 0.5))

    Array.init 140 (fun i ->
        let row = i % 120

        if x[row, 0] * x[row, 0] + x[row, 1] * x[row, 1] + noise[row] > 1.2 then
            1.0
        else
            -1.0)

let private problem: SelectionProblem = {
    Networks =
        [
            "dense 1"
            "dense 9 w=1.5 b=0.5 | relu | dense 1"
            "dense 9 b=0.5 | erf | dense 9 | erf | dense 1"
        ]
        |> List.map Networks.parse
    Kinds = [ KernelKind.Ntk; KernelKind.Nngp ]
    X = x
    Targets = y
}

let private settings: SelectionSettings = {
    Ridges = {
        Smallest = 1e-2
        Largest = 10.0
        PointsPerDecade = 2
        ChooseBy = RidgeChoice.LeaveOneOut
    }
    Times = [| 1.0; 10.0; 100.0 |]
    Folds = 4
    HoldOut = 0.25
    Seed = Seed.root 1UL
    IsSingle = false
}

let private run settings = Expect.wantOk (ModelSelection.run settings (fun _ _ _ _ -> ()) problem) "selected"
let private decompose k = Expect.wantOk (Spectrum.decompose "K" (KernelMatrix.Double k)) "K"

let private stopping =
    testList "training times" [
        testCase "their residuals, dimension and coefficients are those of the smoother written out"
        <| fun () ->
            let k = kernelOf (points 40) (points 40)
            let y, n = targets (points 40), 40
            let spectrum = decompose k
            let time = 30.0<flow>
            let found = (Expect.wantOk (StoppingPath.along spectrum y [| time |]) "a score")[0]
            // exp(−Kt/N) by its own eigendecomposition.
            let evd = (dense k).Evd()

            let decay =
                evd.EigenVectors
                * MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfDiagonalVector(
                    evd.EigenValues.Map(fun v -> exp (-v.Real * float time / float n))
                )
                * evd.EigenVectors.Transpose()

            let rest = (decay * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense y).ToArray()
            let kept = decay.Diagonal().ToArray()
            let share = Array.average kept
            Expect.floatClose Accuracy.high found.EffectiveDimension (40.0 * (1.0 - share)) "Σ (1 − decay)"

            Expect.floatClose
                Accuracy.high
                (Expect.wantSome found.Gcv "something is left")
                (Array.averageBy (fun r -> r * r) rest / (share * share))
                "GCV"

            Expect.floatClose
                Accuracy.high
                (Expect.wantSome found.LooError "something is left")
                (Array.map2 (fun r s -> (r / s) ** 2.0) rest kept |> Array.average)
                "leave-one-out, as estimated"

            wantClose
                1e-8
                "K α = y − rest"
                ((dense k * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense found.Coefficients)
                    .ToArray())
                (Array.map2 (-) y rest)

        testCase "their leave-one-out error is an estimate, within a tenth of retraining without each row"
        <| fun () ->
            let xs = points 60
            let k, y = kernelOf xs xs, targets xs
            let spectrum = decompose k

            for units in [ 5.0; 50.0 ] do
                let rate = 60.0 / (Spectrum.values spectrum)[0]
                let time = units * rate * 1.0<flow>
                let found = (Expect.wantOk (StoppingPath.along spectrum y [| time |]) "a score")[0]
                let estimate = Expect.wantSome found.LooError "something is left"

                let retrained =
                    Array.init 60 (fun out ->
                        let kept = [| 0..59 |] |> Array.except [ out ]
                        let smaller = decompose (Matrix.gather kept kept k)
                        let target = kept |> Array.map (fun i -> y[i])
                        // The same η t/N for every row that is left.
                        let time = time * 59.0 / 60.0

                        let point =
                            (Expect.wantOk (StoppingPath.along smaller target [| time |]) "a score")[0]

                        let f = Array.fold2 (fun sum i c -> sum + k[out, i] * c) 0.0 kept point.Coefficients
                        (y[out] - f) ** 2.0)
                    |> Array.average

                Expect.isLessThan
                    (abs (estimate / retrained - 1.0))
                    0.1
                    $"%g{units} units: %g{estimate} for %g{retrained}"
    ]

let private selection =
    testList "networks, kernels, ridges and times" [
        testCase "are ranked by the score asked for, each with its best"
        <| fun () ->
            for by in RidgeChoice.all do
                let times = if TimeSelection.isPossible by then settings.Times else [||]
                let settings = { settings with Ridges.ChooseBy = by; Times = times; HoldOut = 0.5 }
                let problem = { problem with Networks = List.truncate 2 problem.Networks }

                let found =
                    ModelSelection.run settings (fun _ _ _ _ -> ()) problem |> Flip.Expect.wantOk "selected"

                let scores = found.Candidates |> Array.map _.Score
                Expect.equal scores (Array.sort scores) "best first"

                Expect.equal
                    found.Candidates.Length
                    (if times.Length > 0 then 8 else 4)
                    "each network, kernel and regularisation"

                let linear (candidate: Candidate) = NetworkText.print candidate.Network = "dense 1"
                Expect.isFalse (linear found.Candidates[0]) "a linear kernel cannot win on a circle"

        testCase "a candidate's numbers are those of its own regression on the fitted rows"
        <| fun () ->
            let found = run { settings with Times = [||] }
            let fitted, held = ModelSelection.split settings problem
            let best = found.Candidates[0]
            let inner, targets = Matrix.gatherRows fitted x, fitted |> Array.map (fun i -> y[i])
            let gram z = Expect.wantOk (KernelKind.gram64 best.Kind best.Network inner z) "K"
            let k = gram None

            match best.Regularisation with
            | Regularisation.Time _ -> failtest "no times were asked for"
            | Regularisation.Ridge relative ->
                let ridge = relative * (Array.init k.Rows (fun i -> k[i, i]) |> Array.average)
                wantClose 1e-8 "coefficients" best.Coefficients (solve ridge k targets)

                let loo =
                    Array.init k.Rows (fun i -> (targets[i] - (heldOut ridge k targets [| i |])[0]) ** 2.0)

                Expect.floatClose
                    { absolute = 1e-9; relative = 1e-9 }
                    (Expect.wantSome best.LooError "a ridge has one")
                    (Array.average loo)
                    "refits"

                let cross =
                    Expect.wantOk
                        (KernelKind.gram64 best.Kind best.Network (Matrix.gatherRows held x) (Some inner))
                        "K"

                let outputs =
                    (dense cross
                     * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(solve ridge k targets))
                        .ToArray()

                let judged = Expect.wantSome found.HeldOut "rows were held out"

                Expect.equal
                    judged.Accuracy
                    (Metrics.accuracy (held |> Array.map (fun i -> y[i])) outputs)
                    "accuracy"

                Expect.equal judged.Rows held.Length "on the rows held out"

        testCase "the winner's accuracy on rows held out cuts targets of 0 and 1 at a half"
        <| fun () ->
            let y = y |> Array.map (fun label -> (1.0 + label) / 2.0)
            let problem = { problem with Targets = y; Networks = [ problem.Networks[1] ] }

            let found =
                ModelSelection.run settings (fun _ _ _ _ -> ()) problem |> Flip.Expect.wantOk "selected"

            let fitted, held = ModelSelection.split settings problem
            let best = found.Candidates[0]

            let cross =
                KernelKind.gram64
                    best.Kind
                    best.Network
                    (Matrix.gatherRows held x)
                    (Some(Matrix.gatherRows fitted x))
                |> Flip.Expect.wantOk "K"

            let right =
                held
                |> Array.mapi (fun k row ->
                    dot ((Matrix.row k cross).ToArray()) best.Coefficients > 0.5 = (y[row] = 1.0))
                |> Array.filter id

            let judged = Expect.wantSome found.HeldOut "rows were held out"

            Expect.floatClose
                Accuracy.veryHigh
                judged.Accuracy
                (float right.Length / float held.Length)
                "at ½"

        testCase "what cannot be ranked or folded is refused before anything is computed"
        <| fun () ->
            let refused words settings problem =
                ModelSelection.run settings (fun _ _ _ _ -> failtest "computed") problem |> wantRefusal words

            refused
                [ "training time"; "likelihood" ]
                { settings with Ridges.ChooseBy = RidgeChoice.Likelihood }
                problem

            let copies = {
                problem with
                    X = Matrix.gatherRows (Array.create 6 0) x
                    Targets = [| 1.0; -1.0; 1.0; -1.0; 1.0; -1.0 |]
            }

            refused [ "4 folds"; "1 different" ] { settings with HoldOut = 0.0 } copies

        testCase "no row has its copy on the other side of the split"
        <| fun () ->
            for seed in 1UL .. 5UL do
                let fitted, held = ModelSelection.split { settings with Seed = Seed.root seed } problem
                Expect.equal (Array.sort (Array.append fitted held)) [| 0..139 |] "every row once"

                let copies rows =
                    rows |> Array.filter (fun i -> i % 120 < 20) |> Array.map (fun i -> i % 120) |> set

                Expect.isEmpty (Set.intersect (copies fitted) (copies held)) "copies together"
    ]

let private file folder name = Path.Combine(folder, name)

let private prepare folder =
    let write name matrix =
        Expect.wantOk (SourceFile.writeValue (file folder name) Codec.matrix64 matrix) "written"

    write "x.npy" x
    write "y.npy" (Matrix.create 140 1 y)

let private json (answer: Answer) =
    JsonDocument.Parse(answer.Output.Trim().Split('\n') |> Array.last).RootElement

let private commands =
    testList "select and learn" [
        testCase "select writes its ranking and judges the winner on rows held out"
        <| inFolder (fun folder ->
            prepare folder

            let select extra =
                [
                    "select"
                    "--x"
                    file folder "x.npy"
                    "--y"
                    file folder "y.npy"
                    "--out"
                    file folder "t.csv"
                    "--network"
                    "dense 1"
                    "--network"
                    "dense 9 b=0.5 | relu | dense 1"
                ]
                @ extra

            let answer = select [ "--by"; "loo-accuracy"; "--times"; "3,30"; "--json" ] |> wantDone

            Expect.stringContains
                answer.Error
                "4 kernels of 112 rows, one eigendecomposition each"
                "the cost comes first"

            Expect.equal ((json answer).GetProperty("heldOut").GetProperty("rows").GetInt32()) 28 "a fifth"
            let lines = File.ReadAllLines(file folder "t.csv")
            Expect.equal lines.Length 9 "a line a candidate"
            Expect.stringStarts lines[0] "rank,network,kind" "a header"
            Expect.stringStarts lines[1] "1,\"dense 9 b=0.5 | relu | dense 1\"" "the winner"
            let answer = select [ "--hold-out"; "0"; "--rows"; "100" ] |> wantDone
            Expect.stringContains answer.Output "optimistic" "honest without"
            Expect.stringContains answer.Error "100 of 140 rows" "a subset is said"

            select [ "--by"; "likelihood"; "--times"; "1"; "--folds"; "1"; "--ridges"; "1:0:2" ]
            |> refused 2 [ "--times"; "--folds"; "--ridges" ]

            let answer = select [ "--by"; "cv"; "--times"; "30,3"; "--json" ] |> wantDone
            Expect.stringContains answer.Error "and 5 of rows held out from times" "what it costs"
            let lines = File.ReadAllLines(file folder "t.csv") |> Array.map _.Split(',')
            let place = Array.IndexOf(lines[0], "cv_error")
            Expect.all lines[1..] (fun cells -> float cells[place] > 0.0) "times have folds too"
            select [ "--kinds"; "ntk,ntp" ] |> refused 2 [ "'ntp'" ]
            select [ "--network"; "dense 1 | relu |" ] |> refused 2 [ "^" ])

        testCase "learn writes a network that kernel reads, and a lower objective"
        <| inFolder (fun folder ->
            prepare folder

            let learn extra =
                [
                    "learn"
                    "--x"
                    file folder "x.npy"
                    "--y"
                    file folder "y.npy"
                    "--out"
                    file folder "l.json"
                    "--rows"
                    "60"
                ]
                @ extra

            let outcome =
                learn [
                    "--network"
                    "dense 9 w=1.5 b=0.5 | relu | dense 1 b=0.1"
                    "--steps"
                    "8"
                    "--json"
                ]
                |> wantDone
                |> json

            let number (name: string) = outcome.GetProperty(name).GetDouble()
            Expect.isLessThan (number "end") (number "start") "better"
            let stored = Expect.wantOk (SourceFile.readText (file folder "l.json")) "written"
            let network = (outcome.GetProperty("networks")[0]).GetProperty("network").GetString() |> nonNull
            Expect.stringContains stored network "the same"

            [
                "kernel"
                "--network"
                network
                "--x"
                file folder "x.npy"
                "--out"
                file folder "k.npy"
            ]
            |> wantDone
            |> ignore

            learn [
                "--network"
                "dense 9 | relu | dense 1"
                "--network"
                "dense 1"
                "--by"
                "loo"
                "--steps"
                "3"
            ]
            |> wantDone
            |> ignore

            learn [ "--network"; "dense 9 | tanh | dense 1" ] |> refused 1 [ "no closed form" ]

            learn [ "--network"; "dense 1"; "--steps"; "0"; "--ridge"; "0" ]
            |> refused 2 [ "--steps 0"; "--ridge 0" ])
    ]

let tests = testList "selection" [ stopping; selection; commands ]
