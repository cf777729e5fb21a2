namespace NtkPipeline.Core

open TorchSharp

/// Norms and angles of many pairs as tensors, spread out: what `Moments` is for one pair.
[<NoEquality; NoComparison>]
type PolarPair = {
    U: torch.Tensor
    V: torch.Tensor
    Cos: torch.Tensor
    Sin: torch.Tensor
} with

    /// Squares, and E[uv].
    member this.Uu = this.U * this.U
    member this.Vv = this.V * this.V
    member this.Uv = this.U * this.V * this.Cos

    /// 1 − cos, without cancellation.
    member this.Versine = PolarTensor.versine this.Cos this.Sin

    member private this.Apart = (this.U - this.V) * (this.U - this.V)

    /// E[(u − v)²]
    member this.Gap = this.Apart + this.U * this.V * this.Versine * PolarTensor.number 2.0

    /// E[(u + v)²]
    member this.Sum =
        this.Apart + this.U * this.V * PolarTensor.vercosine this.Cos this.Sin * PolarTensor.number 2.0

[<RequireQualifiedAccess>]
module PolarPair =

    let number (x: float) : torch.Tensor = PolarTensor.number x

    let by (factor: float) (t: torch.Tensor) : torch.Tensor = t * number factor

    let ofTensor (m: PolarTensor) : PolarPair = { U = m.U; V = m.V; Cos = m.Cos; Sin = m.Sin }

    /// Each row with itself.
    let same (norms: torch.Tensor) : PolarPair = {
        U = norms
        V = norms
        Cos = torch.ones_like norms
        Sin = torch.zeros_like norms
    }

    /// √(1 + αU² + αV² + (αUVs)²), as `Moments.determinant`.
    let determinant (alpha: float) (m: PolarPair) : torch.Tensor =
        let across = by alpha (m.U * m.V * m.Sin)
        (number 1.0 + by alpha m.Uu + by alpha m.Vv + across * across).sqrt()
