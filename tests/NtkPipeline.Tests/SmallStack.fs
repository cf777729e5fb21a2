/// Small float64 networks and the slow, obviously right way to differentiate them.
module NtkPipeline.Tests.SmallStack

open TorchSharp
open NtkPipeline.Core

let normal (seed: int64) (shape: int list) =
    use generator = new torch.Generator(uint64 seed)
    torch.randn (shape |> List.map int64 |> Array.ofList, dtype = torch.float64, generator = generator)

/// ±1, n × 1.
let signs seed (n: int) = (normal seed [ n; 1 ]).sign()

/// `widths` from the inputs' columns to the last hidden layer.
let stack seed (widths: int list) : ReluStack = {
    Scale = 1.0 / sqrt (widths |> List.map float |> List.reduce (*))
    Weights =
        List.pairwise (widths @ [ 1 ])
        |> List.mapi (fun k (fanIn, fanOut) -> normal (seed + int64 k) [ fanOut; fanIn ])
        |> Array.ofList
}

let clone (stack: ReluStack) = {
    stack with
        Weights = stack.Weights |> Array.map (fun w -> w.detach().clone())
}

/// f as it is written, with √fan_in under every layer; the weights may be asked for gradients.
let written (stack: ReluStack) (x: torch.Tensor) =
    let last = stack.Weights.Length - 1

    (x, Array.indexed stack.Weights)
    ||> Array.fold (fun a (k, w) ->
        let z = a.mm (w.t ()) / (sqrt (float w.shape[1])).ToScalar()
        if k = last then z else z.relu ())

/// ∂f(x_i)/∂θ, one row for each row of x, one backward pass each.
let jacobian (stack: ReluStack) (x: torch.Tensor) =
    use scope = torch.NewDisposeScope()
    use _ = torch.enable_grad ()
    let leaves = (clone stack).Weights |> Array.map _.requires_grad_(true)
    let f = written { stack with Weights = leaves } x

    let row i =
        torch.autograd.grad ([| f[i, 0L] |], leaves, retain_graph = true)
        |> Seq.map (fun g -> g.reshape -1L)
        |> Seq.toArray
        |> torch.cat

    torch.stack [| for i in 0L .. x.shape[0] - 1L -> row i |] |> scope.MoveToOuter

let kernel (stack: ReluStack) (x: torch.Tensor) =
    use scope = torch.NewDisposeScope()
    let j = jacobian stack x
    j.mm (j.t ()) |> scope.MoveToOuter

/// One step on ½·mean((f − y)²) by autograd; gives the loss and the new weights.
let autogradStep (rate: float) (x: torch.Tensor) (y: torch.Tensor) (stack: ReluStack) =
    use _ = torch.enable_grad ()
    let leaves = (clone stack).Weights |> Array.map _.requires_grad_(true)
    let loss = (written { stack with Weights = leaves } x - y).square().mean() * (0.5).ToScalar()
    let gradients = torch.autograd.grad ([| loss |], leaves)

    let moved =
        Seq.map2
            (fun (w: torch.Tensor) (g: torch.Tensor) -> (w - g * rate.ToScalar()).detach())
            leaves
            gradients

    loss.item<float>(), { stack with Weights = Array.ofSeq moved }

let furthest (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()

let rows (indices: int seq) = torch.tensor (indices |> Seq.map int64 |> Array.ofSeq)
