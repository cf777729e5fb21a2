module NtkPipeline.Tests.TargetCodingTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private all = points 90
let private xs, zs = all[..59], all[60..]

/// Two positive rows of three, so that codings differ.
let private labels (xs: float[][]) =
    xs |> Array.map (fun x -> if sin (2.0 * x[0]) + x[1] > 1.0 then 1.0 else -1.0)

let private settings: RidgeSettings = {
    Smallest = 0.5
    Largest = 8.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.CrossValidation
}

let private fit coding =
    let kernel = KernelMatrix.Double(roughKernelOf xs xs)

    let problem: RidgeProblem = {
        Train = kernel
        Spectrum = Expect.wantOk (Spectrum.decompose "K" kernel) "a kernel"
        Targets = labels xs
        Coding = coding
        Folds = Array.init 60 (fun i -> i % 4)
        Validation = KernelMatrix.Double(roughKernelOf zs xs)
        ValidationTargets = labels zs
    }

    Expect.wantOk (RidgeClassifier.fit settings problem) "it can be solved"

let private coded coding = TargetCoding.encode coding (labels xs)

let tests =
    testList "TargetCoding" [
        for coding in TargetCoding.all do
            let name = TargetCoding.print coding

            testCase
                $"%s{name}: outputs are those of a regression on its targets, brought to where 0 is the boundary"
            <| fun () ->
                let regression, y = fit coding, coded coding
                let slope, offset = TargetCoding.decision coding
                let alpha = solve regression.Chosen.Ridge (roughKernelOf xs xs) y
                let cross = roughKernelOf zs xs

                let expected =
                    Array.init 30 (fun i -> offset + slope * dot ((Matrix.row i cross).ToArray()) alpha)

                wantClose 1e-10 "validation" regression.ValidationOutputs expected
                Expect.equal regression.Targets coding "told"

                let left =
                    Array.init 60 (fun i ->
                        (heldOut regression.Chosen.Ridge (roughKernelOf xs xs) y [| i |])[0])

                wantClose
                    1e-9
                    "left out"
                    regression.LeftOutOutputs
                    (left |> Array.map (fun f -> offset + slope * f))

                let right = Array.map2 (fun f label -> f * label > 0.0) regression.LeftOutOutputs (labels xs)
                let share = right |> Array.averageBy (fun hit -> if hit then 1.0 else 0.0)

                wantClose
                    1e-15
                    "accuracy is that of the decision"
                    (Option.toArray regression.Chosen.LooAccuracy)
                    [| share |]

                Expect.equal (TargetCoding.parse name) (Ok coding) "its name reads back"

        testCase "targets lie on their label's side of the boundary, 2 apart, and balanced ones have mean 0"
        <| fun () ->
            for coding in TargetCoding.all do
                let y = TargetCoding.decide coding (coded coding)
                Expect.isTrue (Array.forall2 (fun y label -> y * label > 0.0) y (labels xs)) "their side"
                wantClose 1e-14 "apart" [| Array.max y - Array.min y |] [| 2.0 |]

            wantClose 1e-14 "mean" [| Array.average (coded TargetCoding.Balanced) |] [| 0.0 |]
            let one = Array.create 5 1.0
            Expect.equal (TargetCoding.encode TargetCoding.Balanced one) one "one class has no balance"

        testCase "cutting 0/1 at a half is not cutting ±1 at 0: a strong ridge makes the one all negative"
        <| fun () ->
            let kernel = KernelMatrix.Double(roughKernelOf xs xs)
            let strong = { settings with Smallest = 500.0; Largest = 1000.0 }

            let outputs coding =
                (Expect.wantOk
                    (RidgeClassifier.fit strong {
                        Train = kernel
                        Spectrum = Expect.wantOk (Spectrum.decompose "K" kernel) ""
                        Targets = labels xs
                        Coding = coding
                        Folds = Array.init 60 (fun i -> i % 4)
                        Validation = KernelMatrix.Double(roughKernelOf zs xs)
                        ValidationTargets = labels zs
                    })
                    "")
                    .ValidationOutputs

            Expect.all (outputs TargetCoding.ZeroOne) (fun f -> f < 0.0) "pulled to 0, below a half"
            Expect.exists (outputs TargetCoding.PlusMinus) (fun f -> f > 0.0) "pulled to 0 from both sides"
    ]
