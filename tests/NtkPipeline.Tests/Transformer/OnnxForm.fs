/// The forms that exporters give an encoder's graph.
module NtkPipeline.Tests.OnnxForm

open System
open NtkPipeline.Core

type Form = {
    Opset: int
    /// LayerNorm and gelu are one operator each.
    IsWhole: bool
    /// Dense layers are Gemm, with weights as (out, in), between Reshapes.
    IsGemm: bool
    /// Weights are (out, in) and transposed in the graph.
    IsTransposed: bool
    /// The bias is the first operand of its Add, and the mask's gap that of its own.
    IsBiasFirst: bool
    /// Queries and keys are each multiplied by a fourth root, rather than their product divided by a square root.
    IsEachScaled: bool
    /// Numbers are in float_data, not in raw_data, and constants are nodes.
    IsListed: bool
    /// There is no input of token types, and positions are counted.
    IsCounted: bool
    /// Values go through Identity.
    IsCopied: bool
}

let plain: Form = {
    Opset = 14
    IsWhole = false
    IsGemm = false
    IsTransposed = false
    IsBiasFirst = true
    IsEachScaled = false
    IsListed = false
    IsCounted = false
    IsCopied = false
}

/// Every form that tests range over, by name.
let forms: (string * Form) list = [
    "plain", plain
    "bias second", { plain with IsBiasFirst = false }
    "opset 20, whole operators", { plain with Opset = 20; IsWhole = true }
    "opset 18, parts", { plain with Opset = 18 }
    "Gemm", { plain with IsGemm = true }
    "weights transposed in the graph", { plain with IsTransposed = true }
    "queries and keys scaled each", { plain with IsEachScaled = true }
    "numbers listed", { plain with IsListed = true }
    "positions counted, no types", { plain with IsCounted = true }
    "copies", { plain with IsCopied = true }
]
