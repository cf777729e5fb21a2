module NtkPipeline.Tests.FeatureRidgeTests

open Expecto
open MathNet.Numerics.LinearAlgebra
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private normal seed rows columns = SmallStack.normal seed [ rows; columns ]
let private spectrum features = Expect.wantOk (FeatureSpectrum.decompose "Φ" features) "features"
let private ofTensor (t: torch.Tensor) = dense (Tensors.toMatrix64 t)
let private vector (t: torch.Tensor) = Tensors.toArray64 t

let private settings choice : RidgeSettings = {
    Smallest = 1e-6
    Largest = 1e3
    PointsPerDecade = 2
    ChooseBy = choice
}

/// f at other rows by MathNet's pseudo-inverse.
let private byPseudoInverse (features: torch.Tensor) (y: float[]) (others: torch.Tensor) =
    let w = (ofTensor features).PseudoInverse() * Vector<float>.Build.Dense y
    (ofTensor others * w).ToArray(), w.L2Norm()

/// ‖ŵ − β‖², the excess error of least-norm regression on isotropic Gaussian rows, σ = ‖β‖ = 1.
let private risk seed n p =
    use _ = torch.NewDisposeScope()
    let x, noise = normal seed n p, normal (seed + 1000L) n 1
    let beta = let b = normal (seed + 2000L) p 1 in b / b.norm ()
    let y = vector (x.mm beta + noise)
    let identity = torch.eye (int64 p, dtype = torch.float64)
    let w = (FeatureRidge.leastNorm (spectrum x) y identity).Outputs |> Tensors.ofArray64
    (w - beta.flatten ()).square().sum().item<float>()

let tests =
    testList "FeatureRidge" [
        for rows, columns in [ 20, 7; 12, 12; 9, 25 ] do
            testCase $"%d{rows} rows of %d{columns} features: the least norm is MathNet's pseudo-inverse"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let features, others = normal 1L rows columns, normal 2L 6 columns
                let y = vector (normal 3L rows 1)
                let found = FeatureRidge.leastNorm (spectrum features) y others
                let expected, norm = byPseudoInverse features y others
                wantClose 1e-10 "outputs" found.Outputs expected
                wantClose 1e-10 "norm" [| found.Norm |] [| norm |]
                Expect.equal found.EffectiveDimension (float (min rows columns)) "the rank"

                if columns >= rows then
                    wantClose 1e-10 "it goes through every target" found.Fitted y

        testCase "copies of rows give no further equation: the rank is that of the distinct rows"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let distinct, others = normal 1L 8 30, normal 2L 5 30
            let features = torch.cat ([| distinct; distinct.narrow (0L, 2L, 3L) |], 0L)
            let y = vector (normal 3L 11 1)
            let found = spectrum features
            Expect.equal found.Rank 8 "distinct rows"
            let fit = FeatureRidge.leastNorm found y others
            wantClose 1e-10 "pseudo-inverse" fit.Outputs (fst (byPseudoInverse features y others))

            wantClose 1e-10 "two targets of one row are met in their middle" [| fit.Fitted[2] |] [|
                (y[2] + y[8]) / 2.0
            |]

        for choice in [ RidgeChoice.LeaveOneOut; RidgeChoice.Gcv ] do
            testCase
                $"%s{RidgeChoice.print choice}: the tuned ridge is the best by rows really left out, and predicts as kernel regression"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let features, others = normal 1L 14 6, normal 2L 5 6
                let y = vector (features.narrow (1L, 0L, 1L) + normal 3L 14 1 * (0.7).ToScalar())
                let found = FeatureRidge.tuned (settings choice) (spectrum features) y others
                let k = Tensors.toMatrix64 (features.mm (features.t ()))
                let mean = Array.init 14 (fun i -> k[i, i]) |> Array.average

                let score ridge =
                    match choice with
                    | RidgeChoice.Gcv ->
                        let inverse = (shifted ridge k).Inverse()
                        let residual = ridge * (inverse * Vector<float>.Build.Dense y)
                        14.0 * (residual * residual) / (ridge * inverse.Trace()) ** 2.0
                    | _ ->
                        Seq.init 14 (fun i -> (y[i] - (heldOut ridge k y [| i |])[0]) ** 2.0) |> Seq.average

                let best = RidgeSettings.grid (settings choice) |> Array.map ((*) mean) |> Array.minBy score
                wantClose (1e-9 * best) "the ridge" [| found.Ridge |] [| best |]
                wantClose 1e-12 "relative" [| found.RelativeRidge |] [| best / mean |]
                let alpha = Vector<float>.Build.Dense(solve best k y)
                let cross = ofTensor (others.mm (features.t ()))
                wantClose 1e-10 "outputs" found.Outputs ((cross * alpha).ToArray())

        testCase
            "isotropic Gaussian rows: the risk is σ²γ/(1−γ) below the threshold, ‖β‖²(1−1/γ) + σ²/(γ−1) above it"
        <| fun () ->
            // Hastie, Montanari, Rosset, Tibshirani 2022, theorem 1.
            let n = 120

            for p in [ 30; 60; 90; 180; 360 ] do
                let gamma = float p / float n

                let theory =
                    if gamma < 1.0 then
                        gamma / (1.0 - gamma)
                    else
                        1.0 - 1.0 / gamma + 1.0 / (gamma - 1.0)

                let draws = Array.init 16 (fun k -> risk (int64 (10 * p + k)) n p)
                let mean = Array.average draws
                let deviation = sqrt (draws |> Array.averageBy (fun x -> (x - mean) ** 2.0))
                // Four standard errors, and what finite n adds: 1/(n − p − 1) in place of 1/(n − p).
                let tolerance = 4.0 * deviation / sqrt 16.0 + 0.05 * theory
                Expect.isLessThan (abs (mean - theory)) tolerance $"γ = %g{gamma}: %g{mean} for %g{theory}"
                Expect.isLessThan tolerance (0.6 * theory) "the test says something"

        testCase "what is no matrix of features is refused"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            FeatureSpectrum.decompose "Φ" (torch.zeros ([| 3L; 2L |], dtype = torch.float64))
            |> wantRefusal [ "Φ"; "0" ]

            FeatureSpectrum.decompose "Φ" (normal 1L 3 2 / (0.0).ToScalar()) |> wantRefusal [ "Φ"; "finite" ]

            FeatureSpectrum.decompose "Φ" (torch.zeros ([| 3L; 0L |], dtype = torch.float64))
            |> wantRefusal [ "no features" ]
    ]
