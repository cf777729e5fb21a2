module NtkPipeline.Tests.GaussianProcessTests

open Expecto
open MathNet.Numerics
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs, zs = let all = points 40 in all[..29], all[30..]
let private k = roughKernelOf xs xs

/// A tangent kernel unlike the prior's.
let private tangentOf xs zs =
    let rough, smooth = roughKernelOf xs zs, kernelOf xs zs
    Matrix.init rough.Rows rough.Columns (fun i j -> rough[i, j] + 0.5 * smooth[i, j])

let private theta = tangentOf xs xs
let private y = targets xs
let private decompose m = Expect.wantOk (Spectrum.decompose "K" (KernelMatrix.Double m)) "a kernel"

let private asked: Asked = {
    Cross = KernelMatrix.Double(roughKernelOf zs xs)
    Own = KernelMatrix.Double(roughKernelOf zs zs)
}

let private column (values: float[]) = Matrix.create values.Length 1 values
let private rowMajor (m: LinearAlgebra.Matrix<float>) = m.ToRowMajorArray()

let tests =
    testList "GaussianProcess" [
        testCase "the posterior is its textbook formula, noise included"
        <| fun () ->
            for noise in [ 0.0; 0.3 ] do
                let posterior =
                    Expect.wantOk (GaussianProcess.regression "K" (decompose k) noise (column y) asked) ""

                let inverse = (shifted noise k).Inverse()
                let cross = dense (roughKernelOf zs xs)
                let mean = cross * inverse * Vector<float>.Build.Dense y
                let covariance = dense (roughKernelOf zs zs) - cross * inverse * cross.Transpose()
                wantClose 1e-10 "mean" posterior.Mean.Values (mean.ToArray())
                wantClose 1e-11 "covariance" posterior.Covariance.Values (rowMajor covariance)

        testCase "variances are never negative, where the truth is 0 and where rows repeat"
        <| fun () ->
            let twice = Array.append [| 0..29 |] [| 4; 5 |]
            let kernel = Matrix.gather twice twice k

            let atTraining: Asked = {
                Cross = KernelMatrix.Double(Matrix.gather [| 0..29 |] twice k)
                Own = KernelMatrix.Double k
            }

            let targets = twice |> Array.map (fun i -> y[i]) |> column

            let posterior =
                Expect.wantOk (GaussianProcess.regression "K" (decompose kernel) 1e-10 targets atTraining) ""

            Expect.all posterior.StandardDeviations (fun s -> s >= 0.0 && s < 1e-4) "known rows are certain"

            // Without noise, rows that repeat leave a singular kernel: the limit is certain of what it knows, and half way between
            // targets that contradict each other.
            let turned = { targets with Values = Array.append targets.Values[..29] [| -y[4]; y[5] |] }

            let limit =
                Expect.wantOk (GaussianProcess.regression "K" (decompose kernel) 0.0 turned atTraining) ""

            Expect.all limit.StandardDeviations (fun s -> s >= 0.0 && s < 1e-6) "certain"
            let expected = y |> Array.mapi (fun i t -> if i = 4 then 0.0 else t)
            wantClose 1e-9 "the limit" limit.Mean.Values expected

        testCase
            "on a kernel that is nearly singular, variances stay at least 0 and the covariance positive semi-definite"
        <| fun () ->
            // Close points of a smooth kernel: its eigenvalues run through fifteen digits and past them.
            let near = points 60 |> Array.map (Array.map ((*) 0.4))
            let kernel = kernelOf near near
            let between = Array.init 59 (fun i -> Array.map2 (fun a b -> (a + b) / 2.0) near[i] near[i + 1])

            for asked in [ near; between ] do
                let asked: Asked = {
                    Cross = KernelMatrix.Double(kernelOf asked near)
                    Own = KernelMatrix.Double(kernelOf asked asked)
                }

                for noise in [ 1e-10; 1e-6; 1e-2 ] do
                    let posterior =
                        Expect.wantOk
                            (GaussianProcess.regression
                                "K"
                                (decompose kernel)
                                noise
                                (column (targets near))
                                asked)
                            ""

                    let covariance = posterior.Covariance

                    Expect.all
                        posterior.StandardDeviations
                        (fun s -> s >= 0.0 && s <= 1.0)
                        "no NaN, below the prior"

                    let turned = Matrix.init covariance.Columns covariance.Rows (fun i j -> covariance[j, i])
                    Expect.equal turned covariance "symmetric to the last bit"
                    let least = (dense covariance).Evd().EigenValues |> Seq.map _.Real |> Seq.min
                    Expect.isGreaterThan least -1e-9 "rounding"

        testCase "kernels that do not fit together are refused rather than given a negative variance"
        <| fun () ->
            GaussianProcess.regression "K" (decompose k) 0.1 (column y) {
                asked with
                    Cross = KernelMatrix.Double(roughKernelOf zs xs |> Matrix.map ((*) 3.0))
            }
            |> wantRefusal [ "K"; "variance of row" ]

        testCase "an ensemble starts as the prior and has the law that its linear map says"
        <| fun () ->
            let spectrum = decompose theta
            let tangent = KernelMatrix.Double(tangentOf zs xs)

            let ensemble training =
                Expect.wantOk
                    (GaussianProcess.ensemble
                        "Θ"
                        spectrum
                        (KernelMatrix.Double k)
                        training
                        (column y)
                        tangent
                        asked)
                    ""

            let start = ensemble (Training.flow 1.0 0.0)
            wantClose 1e-14 "no mean" start.Mean.Values (Array.zeroCreate 10)
            wantClose 1e-14 "the prior" start.Covariance.Values (roughKernelOf zs zs).Values
            // At any time f(x) = f₀(x) + A (y − f₀(X)), linear in f₀: its law by the same map on a joint square root of K.
            let training = Training.flow 1.0 40.0
            let joint = roughKernelOf (Array.append zs xs) (Array.append zs xs)
            let root = (dense joint).Cholesky().Factor

            let images = [|
                for column in root.EnumerateColumns() do
                    let f0 = column.ToArray()
                    let zeros = Matrix.create 30 1 (Array.zeroCreate 30)
                    let trained = ClosedForm.train spectrum (Matrix.create 30 1 f0[10..]) zeros [ training ]
                    let trained = Expect.wantOk trained "" |> List.exactlyOne
                    (ClosedForm.predict tangent (Matrix.create 10 1 f0[..9]) trained).Values
            |]

            let image = Matrix<float>.Build.DenseOfColumnArrays images

            wantClose
                1e-11
                "covariance"
                (ensemble training).Covariance.Values
                (rowMajor (image * image.Transpose()))

        testCase "contributions add up to the prediction, and leaving a row out has the effect of a refit"
        <| fun () ->
            let spectrum = decompose k
            let path = RidgePath.along spectrum y [| 0.02; 0.2 |]
            let cross = (Matrix.row 3 (roughKernelOf zs xs)).ToArray()
            let another = (Matrix.row 5 (roughKernelOf zs xs)).ToArray()

            let fit: FittedKernel = {
                Spectrum = spectrum
                Ridge = 0.2
                Coefficients = RidgePath.column 1 path.Coefficients
                LeftOut = RidgePath.leaveOneOut 1 path
            }

            let carriers = (Contributions.carriers fit 30 [| another; cross |])[1]
            let f = dot cross (solve 0.2 k y)
            wantClose 1e-11 "they add up" [| carriers |> Array.sumBy _.Contribution |] [| f |]

            Expect.equal
                (carriers |> Array.sortByDescending (fun c -> abs c.Contribution))
                carriers
                "greatest first"

            let few = (Contributions.carriers fit 3 [| cross |])[0]
            Expect.equal (few |> Array.map _.Row) (carriers[..2] |> Array.map _.Row) "as many as asked for"

            for carrier in carriers do
                let kept = [| 0..29 |] |> Array.except [ carrier.Row ]
                let alpha = solve 0.2 (Matrix.gather kept kept k) (kept |> Array.map (fun i -> y[i]))
                let without = dot (kept |> Array.map (fun i -> cross[i])) alpha
                wantClose 1e-11 "refitted" [| carrier.EffectOfLeavingOut |] [| f - without |]

        testCase "a row whose label was turned round is the first suspect"
        <| fun () ->
            let y = xs |> Array.map (fun x -> if x[0] > 2.0 then 1.0 else -1.0)
            let odd = [| 0..29 |] |> Array.maxBy (fun i -> xs[i][0])
            let turned = y |> Array.mapi (fun i t -> if i = odd then -t else t)
            let path = RidgePath.along (decompose k) turned [| 0.2 |]
            let leftOut = RidgePath.leaveOneOut 0 path |> Array.map2 (-) turned
            let suspects = Contributions.suspects leftOut turned 5
            Expect.equal suspects[0].Row odd "found"
            wantClose 1e-11 "as the others see it" [| suspects[0].LeftOut |] (heldOut 0.2 k turned [| odd |])
            Expect.all suspects (fun s -> s.Target * s.LeftOut < 0.0) "each is contradicted"
    ]
