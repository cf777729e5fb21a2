/// What C# and scripts see is the same mathematics: against the core, against fits without a row, and against descent in closed form.
module NtkPipeline.Tests.ArraysTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Arrays

let private plane = KernelSamples.points 12
let private x = Array2D.init 12 2 (fun i j -> plane[i][j])
let private y = KernelSamples.targets plane
let private hidden = "dense 40 b=0.3 | erf | dense 1"

let private network (text: string) =
    match NetworkText.parse text with
    | Ok network -> network
    | Error reason -> failtest reason

let private expectNear (tolerance: float) (actual: float[,]) (expected: float[,]) (what: string) =
    let gap =
        Seq.map2 (fun a b -> abs (a - b)) (Seq.cast<float> actual) (Seq.cast<float> expected) |> Seq.max

    Expect.equal (Array2D.length2 actual) (Array2D.length2 expected) what
    Expect.isLessThan gap tolerance what

let private refused (work: unit -> 'a) (word: string) =
    try
        work () |> ignore
        failtest $"nothing was refused, and it should have named %s{word}"
    with :? RefusedException as refusal ->
        Expect.stringContains refusal.Message word "the sentence says what is wrong"

/// f(x; θ) = θ·x/√d − f(x; θ₀): its kernel is K = x zᵀ/d for ever, and full-batch descent has f_T = y − (I − ηK/N)^T y.
let private linear = "dense 1 | centred"

let private described (rate: float) (epochs: int) =
    let k = Array2D.init 12 12 (fun i j -> (x[i, 0] * x[j, 0] + x[i, 1] * x[j, 1]) / 2.0)
    let step = Matrix<float>.Build.DenseIdentity 12 - rate / 12.0 * Matrix<float>.Build.DenseOfArray k
    let goal = Vector<float>.Build.Dense y
    k, goal - step.Power(epochs).Multiply goal

let tests =
    testList "arrays" [
        testCase "defaults are those of the settings"
        <| fun () ->
            let setting key = (Config.settings |> List.find (fun setting -> setting.Key = key)).Default

            for key, value in
                [
                    "ridge.smallest", Defaults.SmallestRidge
                    "ridge.largest", Defaults.LargestRidge
                    "ridge.points-per-decade", float Defaults.PointsPerDecade
                    "train.epochs", float Defaults.Epochs
                    "train.rate", Defaults.Rate
                    "train.batch-size", float Defaults.BatchSize
                    "seed", float Defaults.Seed
                ] do
                Expect.equal (float (setting key)) value key

            Expect.equal (setting "train.optimiser") Defaults.Optimiser "train.optimiser"

        testCase "kernels are the core's, of rows with themselves and with others"
        <| fun () ->
            let some = x[0..2, *]
            let all = NetworkKernel.Ntk(hidden, x)
            expectNear 1e-15 (NetworkKernel.Ntk(hidden, some, x)) all[0..2, *] "rows of the whole"

            match Gram.ntk64 (network hidden) (Matrix.ofRows 2 plane) None with
            | Ok expected -> Expect.equal all[0, 5] expected[0, 5] "the core's"
            | Error refusal -> failtest refusal.Sentence

            let before = NetworkKernel.Nngp(hidden, x)
            Expect.isLessThan before[0, 0] all[0, 0] "K is a part of Θ"

        testCase "the kernel of a finite network is the contraction of its Jacobian"
        <| fun () ->
            use _ = TorchSharp.torch.NewDisposeScope()
            let theta = Forward.draw (network hidden) 2 (Seed.root 7UL) TorchSharp.torch.float64
            let rows = Tensors.ofMatrix64 (Matrix.init 12 2 (fun i j -> x[i, j]))
            let naive = EmpiricalNtk.contraction (network hidden) theta rows None |> Tensors.toMatrix64

            expectNear
                1e-12
                (NetworkKernel.Empirical(hidden, x, seed = 7UL))
                (Array2D.init 12 12 (fun i j -> naive[i, j]))
                "one network, by its seed"

        testCase "leave-one-out is what fits without each row say"
        <| fun () ->
            let kernel = NetworkKernel.Ntk(hidden, x)
            let fit = KernelRegression.Choose(kernel, y)

            let without row =
                let kept = [| 0..11 |] |> Array.except [ row ]
                let part = Array2D.init 11 11 (fun i j -> kernel[kept[i], kept[j]])
                let cross = Array2D.init 1 11 (fun _ j -> kernel[row, kept[j]])
                let answer = KernelRegression.Fit(part, kept |> Array.map (fun i -> y[i]), fit.Ridge)
                answer.Predict(cross)[0, 0]

            expectNear 1e-9 fit.LeftOut (Array2D.init 12 1 (fun i _ -> without i)) "row by row"
            expectNear 1e-9 (fit.Predict kernel) fit.Fitted "predictions on the training rows"
            let errors = Array.init 12 (fun i -> (fit.LeftOut[i, 0] - y[i]) ** 2.0)
            Expect.isLessThan (abs (Array.average errors - fit.LeaveOneOutError)) 1e-12 "their mean square"

        testCase "a linear network follows descent in closed form"
        <| fun () ->
            let model = NetworkTraining.Train(linear, x, y, epochs = 30, batchSize = 0)
            let kernel, expected = described model.Rate 30
            let column (values: float[]) = Array2D.init 12 1 (fun i _ -> values[i])
            expectNear 1e-10 (column (model.Predict x)) (column (expected.ToArray())) "f after 30 steps"
            expectNear 1e-12 (model.TangentKernel x) kernel "its kernel"
            Expect.equal model.Losses.Length 31 "a loss before training and after each epoch"
            Expect.isLessThan (Array.last model.Losses) model.Losses[0] "it falls"

        testCase "a rate past stability is a divergence, and no loss is told from there on"
        <| fun () ->
            let model = NetworkTraining.Train(linear, x, y, epochs = 500, batchSize = 0, rate = 40.0)
            Expect.isTrue model.IsDiverged "it says so"
            Expect.isTrue (Array.forall Double.IsFinite model.Losses) "of finite losses"
            Expect.isLessThan model.Losses.Length 501 "of fewer epochs"

        testCase "what cannot be is refused by name"
        <| fun () ->
            refused (fun () -> NetworkKernel.Ntk("dense 4 | relux | dense 1", x)) "relux"

            refused
                (fun () -> NetworkKernel.Empirical("dense 4 | exp-normalised | dense 1", x))
                "exp-normalised"

            refused (fun () -> NetworkTraining.Train(linear, x, y[1..])) "y has 11"
            refused (fun () -> NetworkTraining.Train("dense 3", x, y)) "3 outputs"
            refused (fun () -> NetworkTraining.Train(linear, x, y, optimiser = "newton")) "newton"
            refused (fun () -> NetworkTraining.Train(linear, x, y, rate = nan)) "rate"
            refused (fun () -> NetworkTraining.Train(linear, x, y, epochs = 0)) "epochs"
            refused (fun () -> KernelRegression.Choose(x, y)) "kernel"

            refused
                (fun () -> KernelRegression.Choose(NetworkKernel.Ntk(linear, x), y, smallest = -1.0))
                "ridge"

            let fit = KernelRegression.Fit(NetworkKernel.Ntk(hidden, x), y, 0.1)
            refused (fun () -> fit.Predict x) "2 columns"
            let model = NetworkTraining.Train(linear, x, y, epochs = 1)
            refused (fun () -> model.Predict(Array2D.create 1 3 1.0)) "3 columns"
            refused (fun () -> model.Predict(Array2D.create 1 2 nan)) "(0, 0)"
    ]
