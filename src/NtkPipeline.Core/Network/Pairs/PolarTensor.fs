namespace NtkPipeline.Core

open TorchSharp

/// `Moments` of many pairs at once, as tensors that LibTorch differentiates: rows' norms, the pairs, and their angles.
/// Pairs of one direction have cos = ±1 and sin = 0 exactly. Square roots there are cut off from the gradient, so that none is
/// infinite or NaN; it is right all the same, since such an angle does not move with any hyperparameter.
[<NoEquality; NoComparison>]
type PolarTensor = {
    /// √E[u²] of each row.
    Norms: torch.Tensor
    /// The rows of each pair.
    First: torch.Tensor
    Second: torch.Tensor
    Cos: torch.Tensor
    Sin: torch.Tensor
} with

    /// The norms of each pair's rows.
    member this.U = this.Norms.index_select (0L, this.First)
    member this.V = this.Norms.index_select (0L, this.Second)

/// The operations of `Moments`, in its formulas.
[<RequireQualifiedAccess>]
module PolarTensor =

    let number (x: float) : torch.Tensor = torch.tensor (x, dtype = torch.float64)

    let private zero = 0.0

    /// √t where t > 0, else 0 with gradient 0.
    let root (t: torch.Tensor) : torch.Tensor =
        let positive = t.gt (zero.ToScalar())
        let inner = torch.where (positive, t, torch.ones_like t)
        torch.where (positive, inner.sqrt (), torch.zeros_like t)

    /// t, or 1 where t = 0: for divisors that a zero row makes 0.
    let nonZero (t: torch.Tensor) : torch.Tensor = torch.where (t.eq (zero.ToScalar()), torch.ones_like t, t)

    let isPositive (t: torch.Tensor) : torch.Tensor = t.gt (zero.ToScalar())

    /// 1 − cos, without cancellation.
    let versine (cos: torch.Tensor) (sin: torch.Tensor) : torch.Tensor =
        // The clamp keeps the divisor above 0 where the other form is taken.
        let near = sin * sin / (number 1.0 + cos.clamp_min (zero.ToScalar()))
        torch.where (isPositive cos, near, number 1.0 - cos)

    /// 1 + cos, without cancellation.
    let vercosine (cos: torch.Tensor) (sin: torch.Tensor) : torch.Tensor = versine (cos.neg ()) sin

    /// From norms and E[uv]: as good as `Moments.ofProduct`.
    let private angleOfProduct (u: torch.Tensor) (v: torch.Tensor) (uv: torch.Tensor) =
        let isNull = u.eq(zero.ToScalar()).logical_or(v.eq (zero.ToScalar()))
        let cos = (uv / nonZero u / nonZero v).clamp((-1.0).ToScalar(), (1.0).ToScalar())
        let cos = torch.where (isNull, torch.ones_like cos, cos)
        cos, root ((number 1.0 - cos) * (number 1.0 + cos))

    /// The same pairs with other norms and E[uv].
    let ofProduct (m: PolarTensor) (norms: torch.Tensor) (uv: torch.Tensor) : PolarTensor =
        let changed = { m with Norms = norms }
        let cos, sin = angleOfProduct changed.U changed.V uv
        { changed with Cos = cos; Sin = sin }

    let scale (factor: torch.Tensor) (m: PolarTensor) : PolarTensor = { m with Norms = factor * m.Norms }

    /// Sums of independent pairs (Lagrange's identity, see `Moments.add`).
    let add (first: PolarTensor) (second: PolarTensor) : PolarTensor =
        let norms = root (first.Norms * first.Norms + second.Norms * second.Norms)
        let sum = { first with Norms = norms }
        let u, v = sum.U, sum.V
        let a, b = first.U / nonZero u, second.U / nonZero u
        let c, d = first.V / nonZero v, second.V / nonZero v
        let cos = a * c * first.Cos + b * d * second.Cos
        let s, t = a * c * first.Sin, b * d * second.Sin
        let crossed = a * d - b * c
        let apart = versine first.Cos first.Sin + first.Cos * versine second.Cos second.Sin
        let sin = root (s * s + t * t + crossed * crossed + number 2.0 * a * d * b * c * apart)
        let isNull = (u * v).eq(zero.ToScalar())
        let cos = torch.where (isNull, torch.ones_like cos, cos)
        // One angle again: rounding has moved each by an ulp.
        let length = (cos * cos + sin * sin).sqrt()
        { sum with Cos = cos / length; Sin = sin / length }

    /// A bias: the same normal variable of norm `bias` for both of a pair.
    let addBias (bias: torch.Tensor) (m: PolarTensor) : PolarTensor =
        add m {
            m with
                Norms = bias.expand_as m.Norms
                Cos = torch.ones_like m.Cos
                Sin = torch.zeros_like m.Sin
        }

    /// E[uv].
    let product (m: PolarTensor) : torch.Tensor = m.U * m.V * m.Cos
