/// Every way into ridge regression, for one matrix.
module NtkPipeline.Tests.RidgeDoors

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let n = 60
let xs = points n
let y = targets xs
let column = Matrix.create n 1 y
let name = "the kernel of the tweets"

let times kernel (alpha: float[]) =
    Array.init n (fun i -> Seq.sum (seq { for j in 0 .. n - 1 -> KernelMatrix.entry i j kernel * alpha[j] }))

let settings kernel ridge : Result<RidgeSettings, PipelineError> =
    KernelMatrix.meanDiagonal name kernel
    |> Result.map (fun mean -> {
        Smallest = ridge / mean
        Largest = ridge / mean
        PointsPerDecade = 1
        ChooseBy = RidgeChoice.LeaveOneOut
    })

let problem kernel spectrum : RidgeProblem = {
    Train = kernel
    Spectrum = spectrum
    Targets = y
    Coding = TargetCoding.PlusMinus
    Folds = Array.init n (fun i -> i % 3)
    Validation = kernel
    ValidationTargets = y
}

/// f on the training rows by the way of the pipeline's regression; its own refusals call the matrix by another name.
let byClassifier kernel ridge =
    settings kernel ridge
    |> Result.bind (fun settings ->
        Spectrum.decompose "the kernel of the training rows" kernel
        |> Result.bind (problem kernel >> RidgeClassifier.fit settings))

let sound =
    lazy (Expect.wantOk (byClassifier (KernelMatrix.Double(roughKernelOf xs xs)) 1.0) "it solves")

let refit kernel ridge =
    let chosen = { sound.Value.Chosen with Ridge = ridge }

    RidgeClassifier.withTest kernel TargetCoding.PlusMinus y y kernel { sound.Value with Chosen = chosen }
    |> Result.map _.TestOutputs

let posterior kernel ridge =
    Spectrum.decompose name kernel
    |> Result.bind (fun spectrum ->
        SolveTrust.certify name spectrum kernel ridge column
        |> Result.bind (fun _ ->
            GaussianProcess.regression name spectrum ridge column { Cross = kernel; Own = kernel }))
    |> Result.map _.Mean.Values

/// Every way from a matrix to f on its rows, and what it calls the matrix.
let doors: (string * string * (KernelMatrix -> float -> Result<float[], PipelineError>)) list = [
    "regress",
    name,
    (fun kernel ridge ->
        RidgeFit.fit name (RidgeSource.Given ridge) None kernel column |> Result.map _.Fitted.Values)
    "regress, many rows",
    name,
    (fun kernel ridge -> RidgeFit.at name kernel ridge column |> Result.map _.Fitted.Values)
    "explain-network, solve",
    name,
    (fun kernel ridge ->
        RidgeFit.solve name kernel ridge column
        |> Result.map (fun solution -> times kernel solution.Coefficients.Values))
    "fit-ridge, select",
    "the kernel of the training rows",
    (fun kernel ridge -> byClassifier kernel ridge |> Result.map _.ValidationOutputs)
    "fit-ridge, the test rows", "the kernel of all labelled rows", refit
    "posterior", name, posterior
]

let double = KernelMatrix.Double
let twice = Array.append [| 0..49 |] [| 0..9 |]
let rough = roughKernelOf xs xs
// exp(−‖x − z‖²/20): most of its eigenvalues are below rounding.
let smooth = kernelOf xs xs |> Matrix.map (fun entry -> entry ** 0.1)
let duplicates = Matrix.gather twice twice rough
let indefinite = Matrix.init n n (fun i j -> if i = 5 && j = 5 then -0.5 else rough[i, j])
let rounded = KernelMatrix.Single(Matrix.map float32 smooth)
