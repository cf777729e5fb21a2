/// An outside oracle's numbers for regression, training in closed form and posteriors: fixtures/kernels.json, made with
/// mpmath and checked against neural-tangents' definitions.
module NtkPipeline.Tests.LearningGoldenTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private dynamics =
    lazy
        (let document =
            JsonDocument.Parse(File.ReadAllText(Clone.path "tests/NtkPipeline.Tests/fixtures/kernels.json"))

         document.RootElement.GetProperty "dynamics")

let private get (name: string) (element: JsonElement) = element.GetProperty name
let private items (element: JsonElement) = element.EnumerateArray() |> Array.ofSeq
let private numbers element = items element |> Array.map _.GetDouble()

let private matrix element =
    let rows = items element |> Array.map numbers
    Matrix.ofRows rows[0].Length rows

/// A number, or a text that holds one ("1e-3", "inf").
let private number (element: JsonElement) =
    match element.ValueKind with
    | JsonValueKind.String when element.GetString() = "inf" -> infinity
    | JsonValueKind.String -> float (nonNull (element.GetString()))
    | _ -> element.GetDouble()

let private text name element = get name element |> _.GetString()
let private problem () = get "problems" dynamics.Value |> items |> Array.exactlyOne
let private columns (chosen: int[]) (m: Matrix<float>) = Matrix.gather [| 0 .. m.Rows - 1 |] chosen m
let private train, test = [| 0..9 |], [| 10..14 |]

/// (training, cross, own) kernels of one kind.
let private kernels kind =
    let all = problem () |> get $"%s{kind}_all" |> matrix
    Matrix.gather train train all, Matrix.gather test train all, Matrix.gather test test all

let private decompose m = Expect.wantOk (Spectrum.decompose "the kernel" (KernelMatrix.Double m)) "a kernel"

/// The spectrum with the entry's relative ridge added.
let private ridged (m: Matrix<float>) (entry: JsonElement) =
    let mean = Array.average (KernelMatrix.diagonal (KernelMatrix.Double m))
    decompose m |> Spectrum.shift (number (get "diag_reg" entry) * mean)

let private targets () = dynamics.Value |> get "y_train_2col" |> matrix
let private firstTarget () = (targets () |> columns [| 0 |]).Values

let tests =
    testList "learning goldens" [
        testCase "gradient flow, one output and two, with and without a ridge, from 0 to infinity"
        <| fun () ->
            let entries = problem () |> get "gd" |> items
            Expect.equal entries.Length 48 "all of them"

            for entry in entries do
                let kernel, cross, _ = kernels (nonNull (text "kernel" entry))
                let chosen = if text "targets" entry = "one" then [| 0 |] else [| 0; 1 |]
                let pick name = dynamics.Value |> get name |> matrix |> columns chosen

                let trained =
                    ClosedForm.train (ridged kernel entry) (pick "f0_train_2col") (pick "y_train_2col") [
                        Training.flow 1.0 (number (get "t" entry))
                    ]

                let trained = Expect.wantOk trained "" |> List.exactlyOne
                let f = ClosedForm.predict (KernelMatrix.Double cross) (pick "f0_test_2col") trained
                wantClose 1e-9 "training rows" trained.Fitted.Values (matrix (get "f_train" entry)).Values
                wantClose 1e-9 "test rows" f.Values (matrix (get "f_test" entry)).Values

        testCase "ensembles of trained networks: mean and covariance"
        <| fun () ->
            let nngp, cross, own = kernels "nngp"
            let entries = problem () |> get "ensemble" |> items
            Expect.equal entries.Length 24 "all of them"

            for entry in entries do
                let tangent, tangentCross, _ = kernels (nonNull (text "kernel" entry))
                let spectrum = ridged tangent entry
                let training = Training.flow 1.0 (number (get "t" entry))
                // The fixture's ridge belongs to the kernel that drives the training.
                let mean = Array.average (KernelMatrix.diagonal (KernelMatrix.Double nngp))

                let ridge =
                    if text "kernel" entry = "nngp" then
                        number (get "diag_reg" entry) * mean
                    else
                        0.0

                let prior = Matrix.init 10 10 (fun i j -> nngp[i, j] + if i = j then ridge else 0.0)

                let posterior =
                    GaussianProcess.ensemble
                        "Θ"
                        spectrum
                        (KernelMatrix.Double prior)
                        training
                        (targets () |> columns [| 0 |])
                        (KernelMatrix.Double tangentCross)
                        { Cross = KernelMatrix.Double cross; Own = KernelMatrix.Double own }

                let posterior = Expect.wantOk posterior ""

                let what =
                    $"""%s{nonNull (text "kernel" entry)}, t = %g{number (get "t" entry)}, ridge %g{ridge}"""

                wantClose 1e-9 $"mean of %s{what}" posterior.Mean.Values (numbers (get "mean" entry))

                wantClose
                    1e-9
                    $"covariance of %s{what}"
                    posterior.Covariance.Values
                    (matrix (get "cov" entry)).Values

        testCase "kernel ridge regression: coefficients, predictions, leave-one-out, five folds"
        <| fun () ->
            let kernel, cross, _ = kernels "ntk"
            let y = firstTarget ()

            for entry in problem () |> get "krr" |> items do
                let spectrum, ridge = decompose kernel, number (get "lam" entry)
                let path = RidgePath.along spectrum y [| ridge |]
                let alpha = path.Coefficients.Values
                wantClose 1e-9 "α" alpha (numbers (get "alpha" entry))
                let direct = RidgeFit.solve "K" (KernelMatrix.Double kernel) ridge (Matrix.create 10 1 y)
                let direct = (Expect.wantOk direct "").Coefficients.Values
                wantClose 1e-9 "α by Cholesky" direct (numbers (get "alpha" entry))
                let f = Array.init 5 (fun i -> dot ((Matrix.row i cross).ToArray()) alpha)
                wantClose 1e-9 "f" f (numbers (get "f_test" entry))
                let held = Array.map2 (-) y

                wantClose
                    1e-9
                    "left out"
                    (held (RidgePath.leaveOneOut 0 path))
                    (numbers (get "loo_pred" entry))

                let folds = CrossValidation.residuals spectrum path (Array.init 10 (fun i -> i / 2))

                wantClose
                    1e-9
                    "five folds"
                    (held (Expect.wantOk folds "").Values)
                    (numbers (get "cv5_contiguous_pred" entry))

        testCase "the greatest stable learning rate"
        <| fun () ->
            let kernel, _, _ = kernels "ntk"
            let largest = (Spectrum.values (decompose kernel))[0]
            let limit = LearningRate.resolve largest 10 (LearningRate.Multiple 2.0)

            wantClose 1e-9 "2 N/Λ_max" [| limit |] [|
                (problem () |> get "max_learning_rate_gd").GetDouble()
            |]
    ]
