module NtkPipeline.Tests.LinearisedTrainingTests

open Expecto
open MathNet.Numerics.LinearAlgebra
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests
open NtkPipeline.Tests.KernelSamples

/// A real network's Jacobian at 20 training rows and 6 others, by one backward pass a row, and its outputs there.
let private network =
    lazy
        (use _ = torch.NewDisposeScope()
         let stack = SmallStack.stack 7L [ 6; 9; 5 ]
         let x = SmallStack.normal 8L [ 26; 6 ]
         let j = SmallStack.jacobian stack x |> Tensors.toMatrix64
         dense j, (ReluStack.outputs x stack).flatten() |> Tensors.toArray64)

let private column (values: float[]) = Matrix.create values.Length 1 values

let private ofDense (m: MathNet.Numerics.LinearAlgebra.Matrix<float>) =
    Matrix.init m.RowCount m.ColumnCount (fun i j -> m[i, j])

let private y = Array.init 20 (fun i -> if i * 11 % 7 < 3 then 1.0 else -1.0)

let tests =
    testList "linearised training" [
        testCase
            "discrete descent in closed form is the linearised network's weights descending, step by step"
        <| fun () ->
            let j, f0 = network.Value
            let own = j.SubMatrix(0, 20, 0, j.ColumnCount)
            let kernel = KernelMatrix.Double(ofDense (own * own.Transpose()))
            let cross = KernelMatrix.Double(ofDense (j.SubMatrix(20, 6, 0, j.ColumnCount) * own.Transpose()))
            let spectrum = Expect.wantOk (Spectrum.decompose "Θ̂" kernel) "a kernel"
            let values = Spectrum.values spectrum

            for multiple, momentum in [ 1.0, 0.0; 1.9, 0.0; 1.0, 0.9 ] do
                let rate = LearningRate.resolve values[0] 20 (LearningRate.Multiple multiple)

                let mutable theta, velocity =
                    Vector<float>.Build.Dense j.ColumnCount, Vector<float>.Build.Dense j.ColumnCount

                for _ in 1..400 do
                    let residual = own * theta + Vector<float>.Build.Dense(Array.map2 (-) f0[..19] y)
                    velocity <- momentum * velocity - rate / 20.0 * (own.Transpose() * residual)
                    theta <- theta + velocity

                let trained =
                    ClosedForm.train spectrum (column f0[..19]) (column y) [
                        Training.Descent(rate, momentum, 400L<step>)
                    ]

                let trained = Expect.wantOk trained "it trains" |> List.exactlyOne
                let f = (j * theta).ToArray() |> Array.map2 (+) f0
                let what = $"%g{multiple} units, momentum %g{momentum}"
                wantClose 1e-8 $"training rows, %s{what}" trained.Fitted.Values f[..19]

                wantClose
                    1e-8
                    $"others, %s{what}"
                    (ClosedForm.predict cross (column f0[20..]) trained).Values
                    f[20..]

                let moved = own.Transpose() * Vector<float>.Build.Dense trained.Coefficients.Values
                wantClose 1e-8 $"weights, %s{what}" (moved.ToArray()) (theta.ToArray())
    ]
