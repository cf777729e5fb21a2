module NtkPipeline.Tests.LeaveOneOutTests

open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private decompose m = Expect.wantOk (Spectrum.decompose "K" (KernelMatrix.Double m)) "a kernel"

let tests =
    testList "leave-one-out" [
        testCase "all 200 rows left out one after the other, by refitting, are the exact formula"
        <| fun () ->
            let xs = points 200
            let kernel, y = roughKernelOf xs xs, targets xs
            let path = RidgePath.along (decompose kernel) y [| 0.05 |]
            let found = Array.map2 (-) y (RidgePath.leaveOneOut 0 path)
            let whole = shifted 0.05 kernel

            let refit i =
                let kept = [| 0..199 |] |> Array.except [ i ]
                let right = Vector<float>.Build.Dense(kept |> Array.map (fun k -> y[k]))
                let alpha = (whole.RemoveRow(i).RemoveColumn i).Cholesky().Solve right
                kept |> Array.mapi (fun n k -> alpha[n] * kernel[i, k]) |> Array.sum

            wantClose 1e-9 "200 refits" found (Array.init 200 refit)

        testCase "without a ridge on a singular kernel, leaving a copy out asks its twin"
        <| fun () ->
            let xs = points 30
            let twice = Array.append [| 0..29 |] [| 4; 4; 9 |]
            let kernel = Matrix.gather twice twice (roughKernelOf xs xs)
            let y = Array.append (targets xs) [| 3.0; -5.0; 0.5 |]
            let spectrum = decompose kernel
            let rank = Expect.wantOk (SolveTrust.checkRank "K" spectrum) "a gap"
            Expect.equal rank 30 "three copies"
            let least = LeastNorm.solve spectrum rank (Matrix.create 33 1 y)
            let held i = y[i] - least.LeaveOneOut[i, 0]
            wantClose 1e-9 "one twin" [| held 9; held 32 |] [| 0.5; y[9] |]

            wantClose 1e-9 "two" [| held 4; held 30; held 31 |] [|
                -1.0
                (y[4] - 5.0) / 2.0
                (y[4] + 3.0) / 2.0
            |]

            let near = RidgePath.along spectrum y [| 1e-8 |]
            wantClose 1e-5 "the limit" least.LeaveOneOut.Values (RidgePath.leaveOneOut 0 near)
            wantClose 1e-5 "its GCV" [| least.Gcv[0] / near.Gcv[0] |] [| 1.0 |]
            let pseudo = (dense kernel).PseudoInverse() * Vector<float>.Build.Dense y
            wantClose 1e-9 "least norm" least.Coefficients.Values (pseudo.ToArray())

        testCase "rounding that shows in negative eigenvalues is no limit"
        <| fun () ->
            let xs = points 60
            let single = KernelMatrix.Single(Matrix.map float32 (kernelOf xs xs))
            let spectrum = Expect.wantOk (Spectrum.decompose "K" single) "within float32"
            SolveTrust.checkRank "K" spectrum |> wantRefusal [ "K"; "ridge 0"; "rounding" ]
    ]
