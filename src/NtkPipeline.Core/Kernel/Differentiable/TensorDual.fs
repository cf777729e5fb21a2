namespace NtkPipeline.Core

open System
open TorchSharp

/// `Dual` on tensors: E[φ(u)φ(v)] and E[φ'(u)φ'(v)] of many pairs, differentiable in whatever their moments depend on.
/// Closed forms only, in `Dual`'s formulas.
[<RequireQualifiedAccess>]
module TensorDual =

    let private number = PolarTensor.number
    let private by (factor: float) (t: torch.Tensor) = t * number factor

    /// Whether this activation has a closed form, or the reason why it cannot be learned with.
    let check (activation: Activation) : Result<unit, string> =
        match activation with
        | Tanh
        | Softplus
        | Silu
        | Sigmoid ->
            Error
                $"%s{Activation.print activation} has no closed form: its kernel is integrated, and hyperparameters are learned through closed forms only"
        | Relu
        | LeakyRelu _
        | Abs
        | Erf
        | Gelu
        | Sin
        | Cos
        | Gaussian
        | Rbf _
        | ExpNormalised
        | Identity
        | Monomial _ -> Ok()

    /// Norms, angle and E[uv] of the pairs; `Uu` and `Vv` are squares.
    [<NoEquality; NoComparison>]
    type private Pair = {
        U: torch.Tensor
        V: torch.Tensor
        Cos: torch.Tensor
        Sin: torch.Tensor
    } with

        member this.Uu = this.U * this.U
        member this.Vv = this.V * this.V
        member this.Uv = this.U * this.V * this.Cos

        member this.Apart = (this.U - this.V) * (this.U - this.V)

        /// E[(u − v)²]
        member this.Gap = this.Apart + by 2.0 (this.U * this.V * PolarTensor.versine this.Cos this.Sin)

        /// E[(u + v)²]
        member this.Sum = this.Apart + by 2.0 (this.U * this.V * PolarTensor.vercosine this.Cos this.Sin)

    let private pair (m: PolarTensor) : Pair = { U = m.U; V = m.V; Cos = m.Cos; Sin = m.Sin }

    /// √(1 + αU² + αV² + (αUVs)²).
    let private rootOf (alpha: float) (m: Pair) =
        let across = by alpha (m.U * m.V * m.Sin)
        (number 1.0 + by alpha m.Uu + by alpha m.Vv + across * across).sqrt()

    /// ½·(e^(−Gap/2) − e^(−Sum/2)) = e^(−(U²+V²)/2)·sinh(UVc), the one form where UVc is large, the other where it is small.
    let private oddPart (m: Pair) =
        let uv = m.Uv
        let isSmall = uv.abs().lt(1.0.ToScalar())
        let small = (m.Uu + m.Vv |> by -0.5).exp() * (torch.where (isSmall, uv, torch.zeros_like uv)).sinh()
        let large = by 0.5 ((by -0.5 m.Gap).exp() - (by -0.5 m.Sum).exp())
        torch.where (isSmall, small, large)

    let private evenPart (m: Pair) = by 0.5 ((by -0.5 m.Gap).exp() + (by -0.5 m.Sum).exp())

    /// E[uⁿvⁿ]/(UV)ⁿ by Isserlis's theorem, lowest power of the cosine first.
    let private monomial (power: int) (cos: torch.Tensor) =
        Dual.isserlis power
        |> Array.rev
        |> Array.fold
            (fun (sum: torch.Tensor) coefficient -> sum * cos + number coefficient)
            (torch.zeros_like cos)

    let private unclosed () = invalidOp "an activation without a closed form"

    /// E[φ(u)φ(v)] where φ is not made of two linear pieces.
    let private smoothValue (activation: Activation) (m: Pair) : torch.Tensor =
        match activation with
        | Erf -> torch.atan2 (by 2.0 m.Uv, rootOf 2.0 m) |> by (2.0 / Math.PI)
        | Gelu ->
            let delta = rootOf 1.0 m
            let across = m.U * m.V * m.Sin
            let one = number 1.0

            let shares =
                m.Uu / (one + m.Uu) * m.V * m.Cos / delta * m.V * m.Cos
                + m.Vv / (one + m.Vv) * m.U * m.Cos / delta * m.U * m.Cos

            m.Uv * (number 0.25 + by (1.0 / (2.0 * Math.PI)) (torch.atan2 (m.Uv, delta)))
            + by (1.0 / (2.0 * Math.PI)) (across * (across / delta) + shares)
        | Sin -> oddPart m
        | Cos -> evenPart m
        | Gaussian -> (rootOf 2.0 m).reciprocal()
        | Rbf gamma -> (by -gamma m.Gap).exp()
        | ExpNormalised -> m.U * m.V * (PolarTensor.versine m.Cos m.Sin).neg().exp()
        | Monomial power -> (m.U * m.V).pow((float power).ToScalar()) * monomial power m.Cos
        | Relu
        | LeakyRelu _
        | Abs
        | Identity
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> unclosed ()

    /// E[φ'(u)φ'(v)].
    let slope (activation: Activation) (moments: PolarTensor) : torch.Tensor =
        let m = pair moments

        let linear a b = TensorBend.slope a b moments

        match activation with
        | Relu -> linear 1.0 0.0
        | LeakyRelu slope -> linear 1.0 slope
        | Abs -> linear 1.0 -1.0
        | Identity -> torch.ones_like m.Cos
        | Erf -> (rootOf 2.0 m).reciprocal() |> by (4.0 / Math.PI)
        | Gelu ->
            let delta = rootOf 1.0 m
            let uv = m.Uv / delta
            let one = number 1.0
            let shares = (one + m.Uu).reciprocal() + (one + m.Vv).reciprocal() + (delta * delta).reciprocal()
            number 0.25 + by (1.0 / (2.0 * Math.PI)) (torch.atan2 (m.Uv, delta) + uv * shares)
        | Sin -> evenPart m
        | Cos -> oddPart m
        | Gaussian ->
            let delta = rootOf 2.0 m
            by 4.0 (m.Uv / delta) / delta / delta
        | Rbf gamma -> by (2.0 * gamma) ((by -gamma m.Gap).exp())
        | ExpNormalised -> (PolarTensor.versine m.Cos m.Sin).neg().exp()
        | Monomial power ->
            (m.U * m.V).pow((float (power - 1)).ToScalar()) * monomial (power - 1) m.Cos
            |> by (float (power * power))
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> unclosed ()

    /// √E[φ(u)²] of each row.
    let private norms (activation: Activation) (rows: torch.Tensor) =
        let same = { U = rows; V = rows; Cos = torch.ones_like rows; Sin = torch.zeros_like rows }
        smoothValue activation same |> PolarTensor.root

    /// The pairs (φ(u), φ(v)). Pairs of one direction stay so where φ keeps them so.
    let transport (activation: Activation) (m: PolarTensor) : PolarTensor =
        match Activation.linearPieces activation with
        | ValueSome(struct (a, b)) -> TensorBend.transport a b m
        | ValueNone ->
            let raw = PolarTensor.ofProduct m (norms activation m.Norms) (smoothValue activation (pair m))
            let isInLine = m.Sin.eq (0.0.ToScalar())

            let isInLine =
                if Activation.isHomogeneous activation then
                    isInLine
                else
                    isInLine.logical_and (m.U.eq m.V)

            let sign =
                match Activation.parity activation with
                | Even -> torch.ones_like m.Cos
                | Odd
                | Neither -> m.Cos.sign ()

            let isKept =
                match Activation.parity activation with
                | Neither -> isInLine.logical_and (PolarTensor.isPositive m.Cos)
                | Even
                | Odd -> isInLine

            {
                raw with
                    Cos = torch.where (isKept, sign.detach (), raw.Cos)
                    Sin = torch.where (isKept, torch.zeros_like raw.Sin, raw.Sin)
            }
