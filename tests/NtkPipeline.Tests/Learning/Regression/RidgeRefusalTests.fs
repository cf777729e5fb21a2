/// What no ridge regression answers with noise.
module NtkPipeline.Tests.RidgeRefusalTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.RidgeSamples

let tests =
    testList "RidgeClassifier" [
        testCase "rows that stand twice with opposite targets: a limit for any ridge, and without one"
        <| fun () ->
            let twice = Array.append [| 0 .. xs.Length - 1 |] [| 0; 1; 2 |]
            let xs = twice |> Array.map (fun i -> xs[i])
            let kernel = KernelMatrix.Double(roughKernelOf xs xs)
            let y = Array.append y (Array.map (~-) y[..2])

            let problem = {
                problem with
                    Train = kernel
                    Spectrum = decompose kernel
                    Targets = y
                    Folds = Array.append problem.Folds problem.Folds[..2]
                    Validation = KernelMatrix.Double(roughKernelOf zs xs)
            }

            let fit = fit { settings with Smallest = 1e-8 } problem
            Expect.all fit.ValidationOutputs Double.IsFinite "no NaN"
            // As λ → 0 each pair's fit tends to the mean of its two targets.
            let f = Array.map2 (-) y (RidgePath.residuals 0 (RidgePath.along problem.Spectrum y [| 1e-8 |]))
            wantClose 1e-6 "half way" f[..2] (Array.zeroCreate 3)
            wantClose 1e-6 "and the others are met" f[3..79] y[3..79]

            RidgeClassifier.fit { settings with Smallest = 1e-16 } problem
            |> wantRefusal [ "the kernel of the training rows"; "digits"; "1e-16" ]

            let limit = RidgeFit.solve "the kernel" kernel 0.0 (Matrix.create 83 1 y)
            let alpha = (Expect.wantOk limit "the solution of least norm").Coefficients.Values
            let pseudo = (dense (roughKernelOf xs xs)).PseudoInverse() * Vector<float>.Build.Dense y
            wantClose 1e-9 "without one, the limit" alpha (pseudo.ToArray())

        testCase "a ridge below the kernel's own rounding is refused, not answered with noise"
        <| fun () ->
            let single = KernelMatrix.Single(Matrix.map float32 kernel)

            RidgeClassifier.fit { settings with Smallest = 1e-9 } {
                problem with
                    Train = single
                    Spectrum = decompose single
            }
            |> wantRefusal [ "the kernel of the training rows"; "rounding" ]

        testCase "what cannot be fitted is refused by name"
        <| fun () ->
            let refused fragments settings problem =
                RidgeClassifier.fit settings problem |> wantRefusal fragments

            refused [ "ridge is 0" ] { settings with Smallest = 0.0 } problem
            refused [ "no grid" ] { settings with Largest = 1e-4 } problem

            refused [ "row 3"; "NaN" ] settings {
                problem with
                    Targets = y |> Array.mapi (fun i x -> if i = 3 then nan else x)
            }

            // Beyond either end leave-one-out would choose by noise: squares are 0, or no number.
            for size, words in
                [
                    1e-163, "squares of its errors vanish"
                    1e160, "holds no sums of such squares"
                ] do
                refused [ words ] settings { problem with Targets = y |> Array.map ((*) size) }

            refused [ "all targets are 0" ] settings { problem with Targets = Array.zeroCreate y.Length }

            let poisoned = kernelOf zs xs
            poisoned.Values[5] <- nan

            refused [ "validation rows"; "(0, 5)" ] settings {
                problem with
                    Validation = KernelMatrix.Double poisoned
            }

            let indefinite = kernel |> Matrix.map id
            indefinite.Values[0] <- -40.0

            RidgeFit.solve "the matrix" (KernelMatrix.Double indefinite) 1.0 (Matrix.create y.Length 1 y)
            |> wantRefusal [ "the matrix"; "not positive semi-definite" ]

            Expect.throwsT<ArgumentException>
                (fun () -> RidgeClassifier.fit settings { problem with Targets = y[1..] } |> ignore)
                "sizes that disagree are the caller's bug"
    ]
