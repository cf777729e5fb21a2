namespace NtkPipeline.Core

open System
open System.Buffers.Binary
open System.Security.Cryptography
open System.Text

/// A place in a tree of seeds. Children are addressed by name, so adding one moves nobody else's numbers.
type Seed =
    private
    | Seed of uint64

    member this.Value = let (Seed value) = this in value

[<RequireQualifiedAccess>]
module Seed =

    let root (value: uint64) : Seed = Seed value

    /// The child called `label`: it depends on (parent, label) alone, never on the order of calls.
    let derive (label: string) (Seed parent) : Seed =
        let bytes = Array.zeroCreate<byte> 8
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, parent)

        Encoding.UTF8.GetBytes label
        |> Array.append bytes
        |> SHA256.HashData
        |> fun hash -> BinaryPrimitives.ReadUInt64LittleEndian hash
        |> Seed

    /// .NET's seeded generator, whose sequence is the same on every machine.
    let random (seed: Seed) : Random = Random(int (seed.Value &&& 0x7FFFFFFFUL))

    /// LibTorch's generator on the CPU: the same numbers for the same LibTorch.
    let generator (seed: Seed) : TorchSharp.torch.Generator =
        new TorchSharp.torch.Generator(seed.Value &&& 0x7FFFFFFFFFFFFFFFUL)
