/// An encoder of our own, with random weights, and texts for it.
module NtkPipeline.Tests.SmallEncoder

open System
open TorchSharp
open NtkPipeline.Core

/// Two blocks, 32 wide, 4 heads.
let shape: EncoderShape = {
    Layers = 2
    Width = 32
    Heads = 4
    Inner = 64
    Words = 64
    Positions = 48
    Types = 2
    Epsilon = 1e-12
}

let private normal (random: Random) =
    sqrt (-2.0 * log (1.0 - random.NextDouble())) * cos (2.0 * Math.PI * random.NextDouble())

/// Weights that keep a vector's size, gains about 1, biases that are not 0: every parameter matters.
let weightsOf (shape: EncoderShape) (seed: int) : EncoderWeights =
    let draw (name: string) (sizes: int64[]) =
        let random = Seed.root (uint64 seed) |> Seed.derive name |> Seed.random

        let middle, spread =
            if name.Contains "LayerNorm.weight" then 1.0, 0.2
            elif name.EndsWith ".bias" then 0.0, 0.2
            elif name.Contains "embeddings" then 0.0, 1.0
            else 0.0, 1.2 / sqrt (float sizes[1])

        Array.init (int (Array.fold (*) 1L sizes)) (fun _ -> float32 (middle + spread * normal random))

    {
        Shape = shape
        Pooling = Pooling.Mean
        Values = Map [ for name, sizes in EncoderShape.parameters shape -> name, draw name sizes ]
    }

let weights (seed: int) : EncoderWeights = weightsOf shape seed

/// Texts of 3 to 20 tokens, as WordPiece gives them: 2 first, 3 last, and others between.
let texts (seed: int) (count: int) : int[][] =
    let random = Random seed

    Array.init count (fun _ -> [|
        2
        for _ in 1 .. random.Next(1, 19) do
            random.Next(5, shape.Words)
        3
    |])

/// A batch in float64 on the CPU.
let batch (texts: int[][]) : TokenBatch = TokenBatch.create torch.ScalarType.Float64 torch.CPU texts

/// The parameters in float64 on the CPU.
let tensors (weights: EncoderWeights) : Map<string, torch.Tensor> =
    BertEncoder.tensors torch.ScalarType.Float64 torch.CPU weights
