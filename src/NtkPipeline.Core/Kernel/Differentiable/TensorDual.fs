namespace NtkPipeline.Core

open TorchSharp

/// `Dual` on tensors: E[φ(u)φ(v)] and E[φ'(u)φ'(v)] of many pairs, differentiable in whatever their moments depend on.
/// Closed forms only.
[<RequireQualifiedAccess>]
module TensorDual =

    let private unclosed (activation: Activation) =
        $"%s{activation.Text} has no closed form: its kernel is integrated, and hyperparameters are learned through closed forms only"

    /// Whether this activation has a closed form, or the reason why it cannot be learned with.
    let check (activation: Activation) : Result<unit, string> =
        match activation.Dual with
        | Bent _
        | Closed _ -> Ok()
        | Integrated _ -> Error(unclosed activation)

    /// E[φ'(u)φ'(v)].
    let slope (activation: Activation) (m: PolarTensor) : torch.Tensor =
        match activation.Dual with
        | Bent(right, left) -> TensorBend.slope right left m
        | Closed dual -> dual.TensorSlope(PolarPair.ofTensor m)
        | Integrated _ -> invalidOp (unclosed activation)

    /// The pairs (φ(u), φ(v)) by E[φφ]. Pairs of one direction stay so where φ keeps them so.
    let private closed (activation: Activation) (dual: IClosedDual) (m: PolarTensor) : PolarTensor =
        let norms = dual.TensorValue(PolarPair.same m.Norms) |> PolarTensor.root
        let raw = PolarTensor.ofProduct m norms (dual.TensorValue(PolarPair.ofTensor m))
        let isInLine = m.Sin.eq (0.0.ToScalar())

        let isInLine = if activation.Degree.IsSome then isInLine else isInLine.logical_and (m.U.eq m.V)

        let sign =
            match activation.Parity with
            | Even -> torch.ones_like m.Cos
            | Odd
            | Neither -> m.Cos.sign ()

        let isKept =
            match activation.Parity with
            | Neither -> isInLine.logical_and (PolarTensor.isPositive m.Cos)
            | Even
            | Odd -> isInLine

        {
            raw with
                Cos = torch.where (isKept, sign.detach (), raw.Cos)
                Sin = torch.where (isKept, torch.zeros_like raw.Sin, raw.Sin)
        }

    /// The pairs (φ(u), φ(v)).
    let transport (activation: Activation) (m: PolarTensor) : PolarTensor =
        match activation.Dual with
        | Bent(right, left) -> TensorBend.transport right left m
        | Closed dual -> closed activation dual m
        | Integrated _ -> invalidOp (unclosed activation)
