/// What the probe says of kernel and features, against the definitions written out.
module NtkPipeline.Tests.ProbeTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private close (a: float) (b: float) message = Expect.isLessThan (abs (a - b)) 1e-10 message

let private norm (t: torch.Tensor) = t.square().sum().sqrt().item<float>()

let private draw text =
    let network = Networks.parse text
    network, Forward.draw network 4 (Seed.root 3UL) torch.ScalarType.Float64

let private x () = SmallStack.normal 5L [ 9; 4 ]
let private y () = SmallStack.signs 6L 9

/// What is seen of a network before and after ten steps, and f that is told what it is to see.
let private watch text (see: DenseParameters[] -> 'a) =
    let network, theta = draw text
    let trainable = Trainable.ofNetwork network theta 1.0
    let parts = EmpiricalNtk.parts network theta
    let probe = Probe.create parts (x ()) (y ()) trainable
    let before = see theta
    let step = trainable.Begin Optimiser.Descent 0.3

    for _ in 1..10 do
        step (x ()) (y ()) |> ignore

    Probe.measure false parts trainable probe, before, see theta

let private relu (t: torch.Tensor) = t.clamp_min (0.0.ToScalar())

let private layer (theta: DenseParameters) (a: torch.Tensor) =
    a.mm (theta.W.t ()) / (sqrt (float theta.W.shape[1])).ToScalar()

/// What the activations of `dense 7 | relu | dense 6 | relu | dense 1` give.
let private ofStack (theta: DenseParameters[]) =
    let first = x () |> layer theta[0] |> relu
    [| first; first |> layer theta[1] |> relu |]

/// The same of `dense 6 | layer-norm | relu | residual(dense 5 | erf | dense 6) | dense 4 | relu | dense 1`.
let private ofMixed (theta: DenseParameters[]) =
    let z = x () |> layer theta[0]
    let centred = z - z.mean ([| 1L |], keepdim = true)
    let first = relu (centred / centred.square().mean([| 1L |], keepdim = true).sqrt())
    let inner = first |> layer theta[1] |> torch.special.erf
    let sum = first + layer theta[2] inner
    [| first; inner; sum |> layer theta[3] |> relu |]

let private relative (before: torch.Tensor) (now: torch.Tensor) = norm (now - before) / norm before

let tests =
    testList "Probe" [
        for text, features in
            [
                "dense 7 | relu | dense 6 | relu | dense 1", ofStack
                "dense 6 | layer-norm | relu | residual(dense 5 | erf | dense 6) | dense 4 | relu | dense 1",
                ofMixed
            ] do
            testCase $"features of %s{text} move as they do by hand"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let seen, before, now = watch text features
                Expect.hasLength seen.FeatureMovement before.Length "one an activation"

                for found, expected in Array.zip seen.FeatureMovement (Array.map2 relative before now) do
                    Expect.isGreaterThan expected 1e-3 "they move"
                    close found expected "‖h(t) − h(0)‖/‖h(0)‖"

        for text in
            [
                "dense 7 | relu | dense 1"
                "dense 6 b=0.3 | residual(relu | dense 6 b=0.2) | erf | dense 1 b=0.1"
            ] do
            testCase $"each layer of %s{text} is aligned as its own Jacobian says"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let network = Networks.parse text

                let products (theta: DenseParameters[]) =
                    let jacobian = EmpiricalNtk.jacobian network theta (x ())

                    let counts =
                        theta |> Array.map (fun layer -> Forward.tensors [| layer |] |> Array.sumBy _.numel())

                    Array.scan (+) 0L counts
                    |> Array.pairwise
                    |> Array.map (fun (start, next) ->
                        let part = jacobian.narrow (1, start, next - start)
                        part.mm (part.t ()))

                let seen, before, now = watch text products
                let targets = (y ()).mm((y ()).t())
                let byHand = now |> Array.map (fun part -> KernelMeasuresTests.alignmentByHand part targets)
                Expect.hasLength seen.LayerAlignment now.Length "one a layer"
                Array.iter2 (fun a b -> close a b "alignment") seen.LayerAlignment byHand
                let total = Array.reduce (fun (a: torch.Tensor) b -> a + b)
                let movement = relative (total before) (total now)
                Expect.isGreaterThan movement 1e-3 "the kernel moves"
                close seen.DeltaTheta movement "by as much as the sum of its parts does"

        testCase "features that were 0 at first have no relative movement"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network, theta = draw "dense 3 | relu | dense 1"
            theta[0].W.zero_() |> ignore
            let trainable, parts = Trainable.ofNetwork network theta 1.0, EmpiricalNtk.parts network theta
            let probe = Probe.create parts (x ()) (y ()) trainable
            theta[0].W.add_(1.0.ToScalar()) |> ignore
            Expect.isEmpty (Probe.measure false parts trainable probe).FeatureMovement "none"
    ]
