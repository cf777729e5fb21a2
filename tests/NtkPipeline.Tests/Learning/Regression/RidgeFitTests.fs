module NtkPipeline.Tests.RidgeFitTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private n = 60
let private xs = points n
let private y = targets xs
let private column = Matrix.create n 1 y
let private name = "the kernel of the tweets"

let private times kernel (alpha: float[]) =
    Array.init n (fun i -> Seq.sum (seq { for j in 0 .. n - 1 -> KernelMatrix.entry i j kernel * alpha[j] }))

let private settings kernel ridge : Result<RidgeSettings, PipelineError> =
    KernelMatrix.meanDiagonal name kernel
    |> Result.map (fun mean -> {
        Smallest = ridge / mean
        Largest = ridge / mean
        PointsPerDecade = 1
        ChooseBy = RidgeChoice.LeaveOneOut
    })

let private problem kernel spectrum : RidgeProblem = {
    Train = kernel
    Spectrum = spectrum
    Targets = y
    Coding = TargetCoding.PlusMinus
    Folds = Array.init n (fun i -> i % 3)
    Validation = kernel
    ValidationTargets = y
}

/// f on the training rows by the way of the pipeline's regression; its own refusals call the matrix by another name.
let private byClassifier kernel ridge =
    settings kernel ridge
    |> Result.bind (fun settings ->
        Spectrum.decompose "the kernel of the training rows" kernel
        |> Result.bind (problem kernel >> RidgeClassifier.fit settings))

let private sound =
    lazy (Expect.wantOk (byClassifier (KernelMatrix.Double(roughKernelOf xs xs)) 1.0) "it solves")

let private refit kernel ridge =
    let chosen = { sound.Value.Chosen with Ridge = ridge }

    RidgeClassifier.withTest kernel TargetCoding.PlusMinus y y kernel { sound.Value with Chosen = chosen }
    |> Result.map _.TestOutputs

let private posterior kernel ridge =
    Spectrum.decompose name kernel
    |> Result.bind (fun spectrum ->
        SolveTrust.certify name spectrum kernel ridge column
        |> Result.bind (fun _ ->
            GaussianProcess.regression name spectrum ridge column { Cross = kernel; Own = kernel }))
    |> Result.map _.Mean.Values

/// Every way from a matrix to f on its rows, and what it calls the matrix.
let private doors: (string * string * (KernelMatrix -> float -> Result<float[], PipelineError>)) list = [
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

let private double = KernelMatrix.Double
let private twice = Array.append [| 0..49 |] [| 0..9 |]
let private rough = roughKernelOf xs xs
// exp(−‖x − z‖²/20): most of its eigenvalues are below rounding.
let private smooth = kernelOf xs xs |> Matrix.map (fun entry -> entry ** 0.1)
let private duplicates = Matrix.gather twice twice rough
let private indefinite = Matrix.init n n (fun i j -> if i = 5 && j = 5 then -0.5 else rough[i, j])
let private rounded = KernelMatrix.Single(Matrix.map float32 smooth)

let tests =
    testList "RidgeFit" [
        for what, kernel, ridge, tolerance in
            [
                "a well-conditioned matrix", double rough, 0.1, 1e-11
                "a nearly singular matrix", double smooth, 1e-8, 1e-6
                "rows that stand twice, with opposite targets", double duplicates, 1e-3, 1e-10
                "a float32 matrix that rounding made indefinite", rounded, 1e-3, 1e-4
            ] do
            testCase $"%s{what} has one answer through every door"
            <| fun () ->
                let expected = solve ridge (Matrix.init n n (fun i j -> KernelMatrix.entry i j kernel)) y

                for door, _, f in doors do
                    wantClose tolerance door (Expect.wantOk (f kernel ridge) door) (times kernel expected)

        for what, kernel, ridge, reason in
            [
                "a nearly singular matrix", double smooth, 1e-13, "digits"
                "an indefinite matrix", double indefinite, 0.1, "not positive semi-definite"
                "an indefinite matrix that the ridge would hide",
                double indefinite,
                9.0,
                "not positive semi-definite"
                "rows that stand twice", double duplicates, 1e-14, "digits"
                "a ridge below the rounding of float32", rounded, 1e-9, "rounding"
            ] do
            testCase $"%s{what}: refused through every door, by name"
            <| fun () ->
                for _, name, f in doors do
                    f kernel ridge |> wantRefusal [ name; reason ]

        testCase "from hopeless to harmless ridges, every door gives the same verdict"
        <| fun () ->
            for what, kernel in
                [
                    "rough", double rough
                    "smooth", double smooth
                    "twice", double duplicates
                    "indefinite", double indefinite
                    "float32", rounded
                    "float32, twice", KernelMatrix.Single(Matrix.map float32 duplicates)
                ] do
                let verdicts =
                    [ -60 .. 4 ]
                    |> List.map (fun k ->
                        let ridge = 10.0 ** (float k / 4.0)

                        let each = doors |> List.map (fun (door, _, f) -> door, Result.isOk (f kernel ridge))

                        let first = snd each.Head

                        Expect.equal
                            each
                            (each |> List.map (fun (door, _) -> door, first))
                            $"%s{what}, %g{ridge}"

                        first)

                Expect.equal verdicts (List.sort verdicts) $"%s{what}: a larger ridge is never worse"
                Expect.equal (List.last verdicts) (what <> "indefinite") $"%s{what}: at a large ridge"
                Expect.equal verdicts.Head (what = "rough") $"%s{what}: at a ridge of 1e-15"

        testCase "without a ridge, every door gives the solution of least norm, or refuses noise"
        <| fun () ->
            let withoutRidge = doors |> List.filter (fun (door, _, _) -> door <> "fit-ridge, select")
            let pseudo = (dense duplicates).PseudoInverse()
            let alpha = (pseudo * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense y).ToArray()

            for door, name, f in withoutRidge do
                // Regress says what it fits, y without what no function of the kernel can.
                wantClose
                    1e-9
                    door
                    (Expect.wantOk (f (double duplicates) 0.0) door)
                    (times (double duplicates) alpha)

                f rounded 0.0 |> wantRefusal [ name; "ridge 0" ]

        testCase "a trial of views and a kernel that is learnt are trusted where a regression is"
        <| fun () ->
            use _ = TorchSharp.torch.NewDisposeScope()

            for k in -24 .. 4 do
                let ridge = 10.0 ** (float k / 2.0)
                let fit = RidgeFit.fit name (RidgeSource.Given ridge) None rounded column
                let trial = LeaveOneOutTrial.at name (Matrix.map float32 smooth) y ridge
                Expect.equal (Result.isOk trial) (Result.isOk fit) $"a trial at %g{ridge}"

                match trial, fit with
                | Ok trial, Ok fit when ridge >= 1e-3 ->
                    wantClose 1e-3 "its error" [| trial.Error |] [| fit.Chosen.LooError |]
                | Error refusal, _ -> Expect.stringContains refusal.Sentence name "by name"
                | Ok _, _ -> ()

                let fit = RidgeFit.fit name (RidgeSource.Given ridge) None (double smooth) column

                let learnt =
                    KernelEvidence.value
                        LearnBy.Likelihood
                        (Tensors.ofMatrix64 smooth)
                        (log ridge)
                        (Tensors.ofMatrix64 column)

                Expect.equal learnt.IsSome (Result.isOk fit) $"learnt at %g{ridge}"

        testCase "targets that are none, and sizes that disagree, are refused by name"
        <| fun () ->
            let refused fragments targets =
                RidgeFit.fit name (RidgeSource.Given 1.0) None (double rough) targets |> wantRefusal fragments
                RidgeFit.solve name (double rough) 1.0 targets |> wantRefusal fragments

            refused [ name; "59 rows of targets" ] (Matrix.create 59 1 y[1..])
            refused [ name; "60 rows" ] (Matrix.create 60 0 [||])
            refused [ "row 3"; "NaN" ] (Matrix.init n 1 (fun i _ -> if i = 3 then nan else y[i]))
            refused [ "all targets are 0" ] (Matrix.create n 1 (Array.zeroCreate n))
            RidgeFit.solve name (double rough) -1.0 column |> wantRefusal [ "-1" ]
    ]
