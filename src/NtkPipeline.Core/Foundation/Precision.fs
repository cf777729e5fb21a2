namespace NtkPipeline.Core

open System
open TorchSharp

/// A width of floating-point numbers: what code for both float32 and float64 must know of the one it works in.
[<NoEquality; NoComparison>]
type Precision<'t> = {
    /// "float32" or "float64".
    Name: string
    /// Bytes of a number.
    Bytes: int
    Type: torch.ScalarType
    IsFinite: 't -> bool
    ToFloat: 't -> float
    /// A tensor of this shape over the array itself: who writes to the one writes to the other.
    Tensor: 't[] -> int64[] -> torch.Tensor
}

[<RequireQualifiedAccess>]
module Precision =

    let private over (kind: torch.ScalarType) (values: Array) (shape: int64[]) =
        if values.Length = 0 then
            torch.zeros (shape, dtype = kind)
        else
            torch.frombuffer(values, kind).reshape shape

    let single: Precision<float32> = {
        Name = "float32"
        Bytes = 4
        Type = torch.ScalarType.Float32
        IsFinite = Single.IsFinite
        ToFloat = float
        Tensor = fun values shape -> over torch.ScalarType.Float32 values shape
    }

    let double: Precision<float> = {
        Name = "float64"
        Bytes = 8
        Type = torch.ScalarType.Float64
        IsFinite = Double.IsFinite
        ToFloat = id
        Tensor = fun values shape -> over torch.ScalarType.Float64 values shape
    }
