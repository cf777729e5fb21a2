module NtkPipeline.Tests.LinearisedTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private seeded seed rows columns =
    torch.randn (
        [| int64 rows; int64 columns |],
        dtype = torch.float64,
        generator = Seed.generator (Seed.root seed)
    )

let private furthest (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()
let private all (n: int) = torch.arange (int64 n)
let private flat (parts: torch.Tensor[]) = parts |> Array.map _.reshape(-1L) |> torch.cat

/// A network of each kind of layer, 12 rows to train on and 5 others.
let private network =
    Networks.parse
        "dense 7 b=0.3 | layer-norm(0.1) | erf | dense 6 | residual(relu | dense 6 w=0.5) | tanh | dense 1 b=0.1"

let private theta () = Forward.draw network 3 (Seed.root 1UL) torch.ScalarType.Float64

/// η of so many N/Λ_max.
let private rateOf (multiple: float) (gram: torch.Tensor) =
    multiple * float gram.shape[0] / (torch.linalg.eigvalsh gram).max().item<float>()

let tests =
    testList "Linearised" [
        test "its products are those with the Jacobian" {
            use _ = torch.NewDisposeScope()
            let theta, x = theta (), seeded 2UL 12 3
            let linearised = Linearised.at network theta x
            let jacobian = EmpiricalNtk.jacobian network theta x
            let step = Forward.draw network 3 (Seed.root 9UL) torch.ScalarType.Float64
            let delta = Forward.tensors step
            let v = seeded 3UL 12 1
            Expect.isLessThan (furthest linearised.Start (Forward.apply network theta x)) 1e-15 "f(X; θ₀)"

            Expect.isLessThan
                (furthest ((linearised.Push delta).reshape -1L) (jacobian.mv (flat delta)))
                1e-12
                "J δ"

            let pulled = flat (linearised.Pull v)
            Expect.isLessThan (furthest pulled (jacobian.t().mv(v.reshape -1L))) 1e-12 "Jᵀ v"

            let there =
                (theta, step)
                ||> Array.map2 (fun a b -> {
                    W = a.W + b.W
                    B = Option.map2 (fun (a: torch.Tensor) b -> a + b) a.B b.B
                })

            let expected = Expansion.linearised network theta there x
            Expect.isLessThan (furthest (Linearised.outputs delta linearised) expected) 1e-12 "f_lin"
        }

        test "descent on its weights is the closed form: outputs, other rows, and the weights themselves" {
            use _ = torch.NewDisposeScope()
            let theta, x, others = theta (), seeded 2UL 12 3, seeded 4UL 5 3
            let y = (seeded 5UL 12 1).sign()
            let gram = EmpiricalNtk.contraction network theta x None
            let cross = EmpiricalNtk.contraction network theta others (Some x)
            let linearised = Linearised.at network theta x
            let elsewhere = Linearised.at network theta others
            let kernel = KernelMatrix.Double(Tensors.toMatrix64 gram)
            let spectrum = Expect.wantOk (Spectrum.decompose "Θ̂" kernel) "a kernel"
            let jacobian = EmpiricalNtk.jacobian network theta x

            for multiple, steps in [ 1.0, 1; 1.0, 30; 1.9, 400 ] do
                let rate = rateOf multiple gram
                let delta = Linearised.unmoved theta
                linearised |> Linearised.descend rate y (Seq.replicate steps (all 12)) delta

                let trained =
                    ClosedForm.train spectrum (Tensors.toMatrix64 linearised.Start) (Tensors.toMatrix64 y) [
                        Training.descent rate (int64 steps * 1L<step>)
                    ]
                    |> fun result -> Expect.wantOk result "stable" |> List.exactlyOne

                let f0 = Tensors.toMatrix64 elsewhere.Start
                let predicted = ClosedForm.predict (KernelMatrix.Double(Tensors.toMatrix64 cross)) f0 trained
                let what = $"%g{multiple} units, %d{steps} steps"
                let tensor (m: Matrix<float>) = (Tensors.ofMatrix64 m).clone()

                Expect.isLessThan
                    (furthest (Linearised.outputs delta linearised) (tensor trained.Fitted))
                    1e-8
                    what

                Expect.isLessThan
                    (furthest (Linearised.outputs delta elsewhere) (tensor predicted))
                    1e-8
                    $"others, %s{what}"

                let coefficients = (tensor trained.Coefficients).reshape -1L

                Expect.isLessThan
                    (furthest (flat delta) (jacobian.t().mv coefficients))
                    1e-8
                    $"δ = Jᵀ c, %s{what}"

            Expect.isGreaterThan (furthest (linearised.Start) y) 0.1 "there was something to learn"
        }

        test
            "the gap that a followed training reports is the gap to a linearised network trained on its weights" {
            use _ = torch.NewDisposeScope()
            let network = Networks.parse "dense 9 | relu | dense 1"
            let theta = Forward.draw network 3 (Seed.root 1UL) torch.ScalarType.Float64
            let origin = theta |> Array.map (fun layer -> { layer with W = layer.W.clone () })
            let x = seeded 2UL 20 3
            let y = (seeded 5UL 14 1).sign()
            let gram = EmpiricalNtk.contraction network origin x None
            let rate = rateOf 0.5 gram
            let batches = Batches.ofEpoch (Seed.root 6UL) 5 14
            let stack = ReluStack.ofNetwork network theta 1.0

            let seen =
                FollowTraining.run {
                    Network = Trainable.ofReluStack stack
                    KernelOf = fun rows -> EmpiricalNtk.gram network theta rows None
                    PartsOf = EmpiricalNtk.parts network theta
                    Labelled = x
                    Test = seeded 7UL 4 3
                    TrainTargets = Tensors.toArray64 y
                    ValidationLabels = Array.init 6 (fun k -> if k % 2 = 0 then 1.0 else -1.0)
                    Kernel = gram
                    KernelFactor = 1.0
                    Centred = true
                    Optimiser = Optimiser.Descent
                    Rate = rate
                    Batches = batches
                    Tracked = [ 1; 8 ]
                    Spectra = [ 8 ]
                    ProbeRows = 6
                }
                |> fun result -> Expect.wantOk result "it trains"

            // Centred: f − f₀ is trained, so that the linearised network starts at 0.
            let linearised = Linearised.at network origin x
            let centred = { linearised with Start = torch.zeros_like linearised.Start }
            let delta = Linearised.unmoved origin

            let order =
                Seq.collect batches (seq { 1..8 })
                |> Seq.map (fun rows -> torch.tensor (rows |> Array.map int64))

            centred |> Linearised.descend rate y order delta
            let f = ReluStack.outputs x stack - linearised.Start |> Tensors.toArray64
            let lin = Linearised.outputs delta centred |> Tensors.toArray64
            let last = Array.last seen.Epochs

            let near (reported: Gap option) (expected: Gap) what =
                let reported = Expect.wantSome reported what
                Expect.isLessThan (abs (reported.Sup - expected.Sup)) 1e-8 $"sup, %s{what}"
                Expect.isLessThan (abs (reported.Rms - expected.Rms)) 1e-8 $"rms, %s{what}"
                Expect.isGreaterThan expected.Sup 1e-3 "there is a gap"

            near last.GapToLinearisedTrain (Metrics.gap f[..13] lin[..13]) "rows trained on"
            near last.GapToLinearisedValidation (Metrics.gap f[14..] lin[14..]) "other rows"
        }
    ]
