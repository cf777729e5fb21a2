module NtkPipeline.Tests.MaxMarginTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests

let private solve kernel labels = Expect.wantOk (MaxMargin.solve "K" kernel labels) "it is found"

/// The one set of rows at the margin that meets every condition, of all that there are.
let private byEnumeration (kernel: Matrix<float>) (labels: float[]) =
    let n = labels.Length

    Seq.init (1 <<< n) (fun bits -> [|
        for i in 0 .. n - 1 do
            if bits >>> i &&& 1 = 1 then
                i
    |])
    |> Seq.filter (fun support -> support.Length > 0)
    |> Seq.pick (fun support ->
        let part =
            KernelSamples.solve
                0.0
                (Matrix.gather support support kernel)
                (support |> Array.map (fun i -> labels[i]))

        let c = Array.zeroCreate<float> n
        support |> Array.iteri (fun k i -> c[i] <- part[k])
        let margin i = labels[i] * KernelSamples.dot ((Matrix.row i kernel).ToArray()) c
        let isPositive = support |> Array.forall (fun i -> labels[i] * c[i] > 0.0)

        if isPositive && Seq.forall (fun i -> margin i >= 1.0 - 1e-9) (seq { 0 .. n - 1 }) then
            Some(support, c)
        else
            None)

let tests =
    testList "MaxMargin" [
        testCase "it is the only set of rows at the margin that meets every condition"
        <| fun () ->
            let random = Random 3

            for n in [ 4; 7; 9 ] do
                // Few columns and a constant: rows behind others are not at the margin.
                let x = Matrix.init n 3 (fun _ k -> if k = 0 then 1.5 else random.NextDouble() - 0.5)

                let kernel =
                    Matrix.init n n (fun i j ->
                        KernelSamples.dot ((Matrix.row i x).ToArray()) ((Matrix.row j x).ToArray())
                        + if i = j then 0.05 else 0.0)

                let labels = Array.init n (fun i -> if x[i, 1] > 0.0 then 1.0 else -1.0)
                let support, c = byEnumeration kernel labels
                let found = solve kernel labels
                KernelSamples.wantClose 1e-6 "coefficients" found.Coefficients c
                Expect.equal found.Support support.Length "rows at the margin"
                Expect.isLessThan found.Violation 1e-7 "the conditions"
                let product = Array.init n (fun i -> KernelSamples.dot ((Matrix.row i kernel).ToArray()) c)
                Expect.floatClose Accuracy.medium found.SquaredNorm (KernelSamples.dot c product) "‖f‖²"

        testCase "where all rows are at the margin, it is the solution of least norm"
        <| fun () ->
            let kernel = Matrix.init 5 5 (fun i j -> if i = j then 2.0 else 0.1)
            let labels = [| 1.0; -1.0; 1.0; 1.0; -1.0 |]
            let found = solve kernel labels
            KernelSamples.wantClose 1e-7 "K⁻¹y" found.Coefficients (KernelSamples.solve 0.0 kernel labels)
            Expect.equal found.Support 5 "all"

        testCase "rows that no function tells apart, and rows without length, are refused"
        <| fun () ->
            let same = Matrix.init 3 3 (fun i j -> if i / 2 = j / 2 then 1.0 else 0.2)
            MaxMargin.solve "K" same [| 1.0; -1.0; 1.0 |] |> KernelSamples.wantRefusal [ "K:"; "told apart" ]
            let none = Matrix.init 2 2 (fun i j -> if i = 0 && j = 0 then 1.0 else 0.0)
            MaxMargin.solve "K" none [| 1.0; -1.0 |] |> KernelSamples.wantRefusal [ "no length" ]
    ]
