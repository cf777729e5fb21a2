module NtkPipeline.Tests.OptimiserPathTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private rows, trained, columns = 16, 10, 4
let network = Networks.parse "dense 7 | relu | dense 1"
let draw () = Forward.draw network columns (Seed.root 1UL) torch.ScalarType.Float64

let job loss optimiser rate tracked : OptimiserJob = {
    Network = Trainable.ofNetwork network (draw ()) 1.0
    Rows = SmallStack.normal 2L [ rows; columns ]
    Labels = Tensors.toArray64 (SmallStack.signs 5L trained)
    Loss = loss
    Optimiser = optimiser
    Rate = rate
    Share = fun k -> 1.0 / float k
    Batch = fun k -> [| 0 .. trained - 1 |] |> Array.filter (fun i -> (i + k) % 3 > 0)
    Tracked = tracked
}

/// f(·; θ) − f(·; θ₀), by the walk.
let private centred (theta: DenseParameters[]) x =
    Forward.apply network theta x - (Forward.apply network (draw ()) x).detach()

/// The same steps by AD of the loss itself, θ moved by the optimiser's formula.
let private byHand (job: OptimiserJob) steps =
    let mutable theta = draw ()
    let mutable velocity: torch.Tensor[] = Forward.tensors theta |> Array.map torch.zeros_like

    for k in 1..steps do
        let leaves =
            theta |> Array.map (fun layer -> { layer with W = layer.W.detach().clone().requires_grad_ true })

        let batch = torch.tensor (job.Batch k |> Array.map int64)
        let y = (Tensors.ofArray64 job.Labels).reshape(-1L, 1L).index_select(0L, batch)
        let loss = Loss.value job.Loss (centred leaves (job.Rows.index_select (0L, batch))) y
        let gradients = torch.autograd.grad ([| loss |], Forward.tensors leaves) |> Array.ofSeq
        let rate = job.Rate * job.Share k

        let move =
            match job.Optimiser with
            | Optimiser.Momentum beta ->
                velocity <- Array.map2 (fun (v: torch.Tensor) g -> v * beta.ToScalar() + g) velocity gradients
                velocity
            | Optimiser.SignDescent -> gradients |> Array.map _.sign()
            | Optimiser.Descent
            | Optimiser.Adam _ -> gradients

        theta <-
            Array.map2
                (fun layer (m: torch.Tensor) -> { layer with W = (layer.W - m * rate.ToScalar()).detach() })
                leaves
                move

    theta

let tests =
    testList "OptimiserPath" [
        for loss in Loss.all do
            for optimiser in [ Optimiser.Descent; Optimiser.Momentum 0.7; Optimiser.SignDescent ] do
                testCase
                    $"%s{Loss.print loss}, %s{Optimiser.print optimiser}: steps are those of AD on the loss itself, each at its share of the rate"
                <| fun () ->
                    use _ = torch.NewDisposeScope()
                    let job = job loss optimiser 0.05 [ 1; 6 ]
                    let points = OptimiserPath.run job
                    let theta = byHand job 6
                    let f = centred theta job.Rows
                    let all = Tensors.toArray64 f
                    let last = List.last points
                    Expect.equal (points |> List.map _.Step) [ 1; 6 ] "tracked"
                    KernelSamples.wantClose 1e-10 "outputs" last.Outputs all[trained..]
                    let first = draw ()

                    let travel =
                        Array.map2 (fun a b -> (a.W - b.W).square().sum().item<float>()) theta first
                        |> Array.sum
                        |> sqrt

                    let margins = Array.map2 (*) all[.. trained - 1] job.Labels
                    let y = (Tensors.ofArray64 job.Labels).reshape(-1L, 1L)
                    let value = (Loss.value loss (f.narrow (0L, 0L, int64 trained)) y).item<float>()

                    KernelSamples.wantClose 1e-10 "travel, margin, loss" [|
                        last.Travel
                        last.LeastMargin
                        last.Loss
                    |] [| travel; Array.min margins; value |]

        testCase "adam's first step is sign descent's, and its later ones are not"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            let run optimiser =
                OptimiserPath.run { job Loss.SquaredError optimiser 0.01 [ 1; 5 ] with Share = fun _ -> 1.0 }

            let adam, sign = run Optimiser.adam, run Optimiser.SignDescent
            KernelSamples.wantClose 1e-6 "first" adam[0].Outputs sign[0].Outputs
            let apart = Metrics.gap adam[1].Outputs sign[1].Outputs
            Expect.isGreaterThan apart.Sup 1e-5 "later"

        testCase "a path that diverges ends before"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            let points =
                OptimiserPath.run {
                    job Loss.SquaredError Optimiser.Descent 1e9 [ 1; 60 ] with
                        Share = fun _ -> 1.0
                }

            Expect.isLessThan points.Length 2 "it is left out"
    ]
