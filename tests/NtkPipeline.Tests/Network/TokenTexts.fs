/// Texts for networks of finite width, and attention written out on arrays.
module NtkPipeline.Tests.TokenTexts

open Expecto
open TorchSharp
open NtkPipeline.Core

let f64 = torch.ScalarType.Float64

let normal (seed: uint64) (shape: int64[]) =
    torch.randn (shape, dtype = f64, generator = Seed.generator (Seed.root seed))

/// Texts of these lengths, padded to `tokens`.
let texts seed tokens features (lengths: int list) =
    let mask = Array2D.init lengths.Length tokens (fun i t -> if t < lengths[i] then 1.0 else 0.0)
    let values = normal seed [| int64 lengths.Length; int64 tokens; int64 features |]
    TextTensor.create values (torch.tensor mask)

let gap (a: torch.Tensor) (b: torch.Tensor) =
    Expect.sequenceEqual a.shape b.shape "one shape"

    if a.numel () = 0L then
        0.0
    else
        (a - b).abs().max().item<float>() / (1.0 + b.abs().max().item<float>())

let apply network theta (x: torch.Tensor) = Forward.apply network theta x

let first (t: torch.Tensor) = t.select (0L, 0L)

let numbers (a: torch.Tensor) : float[][] =
    let m = Tensors.toMatrix64 (a.contiguous ())
    Array.init m.Rows (fun i -> Array.init m.Columns (fun j -> m[i, j]))

let dot a b = Array.map2 (*) a b |> Array.sum

/// W a, times a factor, at every token.
let mapped (factor: float) (w: torch.Tensor) (tokens: float[][]) =
    let w = numbers w
    tokens |> Array.map (fun a -> w |> Array.map (fun row -> factor * dot row a))

/// The attention of one text without padding, one head and one token after another.
let attentionByHand scale (weigh: float[] -> float[]) (theta: DenseParameters[]) heads (a: float[][]) =
    let units = a[0].Length
    let inputs = mapped (1.0 / sqrt (float units))
    let head h (rows: float[][]) = rows |> Array.map (fun row -> row[h * units .. (h + 1) * units - 1])
    let isTied = theta.Length = 3
    let q, k = inputs theta[0].W a, inputs theta[if isTied then 0 else 1].W a
    let v = inputs theta[theta.Length - 2].W a
    let divisor = if isTied then float units else sqrt (float units)

    let ofHead h =
        let q, k, v = head h q, head h k, head h v

        q
        |> Array.map (fun q ->
            let weights = k |> Array.map (fun k -> scale * dot q k / divisor) |> weigh
            Array.init units (fun j -> Seq.sum (Seq.map2 (fun w (v: float[]) -> w * v[j]) weights v)))

    let heads' = Array.init heads ofHead
    let joined = Array.init a.Length (fun s -> heads' |> Array.collect (fun ofHead -> ofHead[s]))
    let b = numbers (theta[theta.Length - 1].B.Value.reshape(1L, -1L))

    mapped (0.9 / sqrt (float (heads * units))) theta[theta.Length - 1].W joined
    |> Array.map (fun z -> Array.map2 (fun z b -> z + 0.3 * b) z b[0])

let softmax (scores: float[]) =
    let e = scores |> Array.map exp
    e |> Array.map (fun x -> x / Array.sum e)
