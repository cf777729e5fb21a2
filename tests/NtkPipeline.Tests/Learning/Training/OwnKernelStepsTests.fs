module NtkPipeline.Tests.OwnKernelStepsTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private network, draw = OptimiserPathTests.network, OptimiserPathTests.draw

let private job optimiser rate batch = {
    OptimiserPathTests.job Loss.SquaredError optimiser rate [ 1; 2; 5 ] with
        Share = fun _ -> 1.0
        Batch = batch
}

let private full (_: int) = [| 0..9 |]
let private run job = OwnKernelSteps.run network draw 1.5 job

let private jacobian (job: OptimiserJob) = EmpiricalNtk.jacobian network (draw ()) job.Rows * (1.5).ToScalar()

let tests =
    testList "OwnKernelSteps" [
        testCase "on single rows, sign descent's own kernel is the sign kernel of Malladi et al."
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let rate = 0.003
            let job = job Optimiser.SignDescent rate (fun k -> [| (k - 1) % 10 |])
            let j = jacobian job
            // K(z, x) = ∇f(z)·sign ∇f(x).
            let kernel = j.mm (j.sign().t()) |> Tensors.toMatrix64
            let f = Array.zeroCreate<float> kernel.Rows

            for k in 1..5 do
                let i = k - 1
                let direction = float (sign (f[i] - job.Labels[i]))

                for z in 0 .. f.Length - 1 do
                    f[z] <- f[z] - rate * direction * kernel[z, i]

            let last = run job |> List.last
            KernelSamples.wantClose 1e-10 "own" last.Own f[10..]
            Expect.isLessThan (OwnKernelSteps.ownError [| 0..5 |] last) 0.2 "the network follows"

        testCase "on full batches it is the rule on the linearised network: for descent, Θ̂₀'s own"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let job = job Optimiser.Descent 0.02 full
            let j = jacobian job
            let gram = j.mm (j.t ())
            let y = Tensors.ofArray64 job.Labels
            let mutable f = torch.zeros (16L, dtype = torch.float64)

            for _ in 1..5 do
                let r = f.narrow (0L, 0L, 10L) - y
                f <- f - gram.narrow(1L, 0L, 10L).mv r * (0.002).ToScalar()

            let last = run job |> List.last
            let expected = Tensors.toArray64 f
            KernelSamples.wantClose 1e-10 "own" last.Own expected[10..]
            let first = run job |> List.head
            let ratio = first.Tangent[0] / first.Own[0]

            KernelSamples.wantClose
                1e-10
                "the same direction"
                first.Tangent
                (first.Own |> Array.map ((*) ratio))

        testCase "errors: of what is right, half, at right angles, and of what only a factor parts"
        <| fun () ->
            let steps own tangent : FirstSteps = {
                Steps = 1
                Actual = [| 2.0; 0.0 |]
                Own = own
                Tangent = tangent
            }

            let rows = [| 0; 1 |]
            let own f = OwnKernelSteps.ownError rows (steps f [| 1.0; 0.0 |])
            let tangent f = OwnKernelSteps.tangentError rows (steps [| 1.0; 0.0 |] f)

            KernelSamples.wantClose 1e-12 "own" [|
                own [| 2.0; 0.0 |]
                own [| 1.0; 0.0 |]
                own [| 2.0; 1.0 |]
            |] [| 0.0; 0.5; 0.5 |]

            KernelSamples.wantClose 1e-7 "Θ̂₀" [|
                tangent [| 7.0; 0.0 |]
                tangent [| 0.0; 3.0 |]
                tangent [| 3.0; 3.0 |]
                tangent [| 0.0; 0.0 |]
            |] [| 0.0; 1.0; sqrt 0.5; 1.0 |]

        testCase "where training diverges there is nothing to predict"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            Expect.isEmpty (run (job Optimiser.Descent 1e200 full)) "none"
    ]
