module NtkPipeline.Tests.ModelSelectionTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.BlurredCircle
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Ntk

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

let private settings = { BlurredCircle.settings with Times = [| 1.0; 10.0; 100.0 |] }

let private run settings = Expect.wantOk (ModelSelection.run settings (fun _ _ _ _ -> ()) problem) "selected"

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
                    (Some(Metrics.accuracy (held |> Array.map (fun i -> y[i])) outputs))
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
                (Expect.wantSome judged.Accuracy "two classes")
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

let tests = testList "selection" [ selection ]
