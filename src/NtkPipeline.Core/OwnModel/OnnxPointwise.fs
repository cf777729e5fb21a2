namespace NtkPipeline.Core

open System
open TorchSharp

/// Operators that act on numbers one by one, with ONNX's broadcasting, which is LibTorch's.
[<RequireQualifiedAccess>]
module internal OnnxPointwise =

    let private one (f: torch.Tensor -> torch.Tensor) (call: OnnxCall) = f (OnnxCall.input 0 call)

    let private two (f: torch.Tensor -> torch.Tensor -> torch.Tensor) (call: OnnxCall) =
        f (OnnxCall.input 0 call) (OnnxCall.input 1 call)

    /// Of whole numbers it is what C's is.
    let private divide (a: torch.Tensor) (b: torch.Tensor) =
        if a.is_floating_point () || b.is_floating_point () then
            a.div b
        else
            torch.div (a, b, torch.RoundingMode.trunc)

    let private power (a: torch.Tensor) (b: torch.Tensor) = a.pow (b.``to`` a.dtype)

    let private all (f: torch.Tensor -> torch.Tensor -> torch.Tensor) (call: OnnxCall) =
        call.Values |> List.mapi (fun place _ -> OnnxCall.input place call) |> List.reduce f

    let private gelu (call: OnnxCall) =
        let x = OnnxCall.input 0 call

        match OnnxCall.text "approximate" "none" call with
        | "none" -> torch.nn.functional.gelu x
        | "tanh" ->
            let inner =
                x.add(x.pow(3.0.ToScalar()).mul(0.044715.ToScalar())).mul(sqrt(2.0 / Math.PI).ToScalar())

            x.mul(inner.tanh().add(1.0.ToScalar())).mul(0.5.ToScalar())
        | other -> OnnxCall.stop $"its approximate is '%s{PlainLine.ofWords other}'"

    /// Between bounds that are attributes of older operators and inputs of newer ones.
    let private clip (call: OnnxCall) =
        let x = OnnxCall.input 0 call

        let bound (name: string) place =
            match Map.tryFind name call.Node.Attributes, OnnxCall.optional place call with
            | Some(OnnxAttribute.Real value), _ -> Some(torch.full_like (x, (float value).ToScalar()))
            | _, found -> found

        let x = bound "min" 1 |> Option.map (fun least -> torch.maximum (x, least)) |> Option.defaultValue x
        bound "max" 2 |> Option.map (fun most -> torch.minimum (x, most)) |> Option.defaultValue x

    let private prelu (x: torch.Tensor) (slope: torch.Tensor) = x.relu().sub(slope.mul (x.neg().relu()))

    let private leaky (call: OnnxCall) =
        let alpha = OnnxCall.real "alpha" 0.01 call
        let x = OnnxCall.input 0 call
        x.relu().sub(x.neg().relu().mul(alpha.ToScalar()))

    let private elu (call: OnnxCall) =
        torch.nn.functional.elu (OnnxCall.input 0 call, OnnxCall.real "alpha" 1.0 call)

    let private hardSigmoid (call: OnnxCall) =
        (OnnxCall.input 0 call)
            .mul((OnnxCall.real "alpha" 0.2 call).ToScalar())
            .add((OnnxCall.real "beta" 0.5 call).ToScalar())
            .clamp(0.0.ToScalar(), 1.0.ToScalar())

    let private hardSwish (x: torch.Tensor) =
        x.mul (x.mul((1.0 / 6.0).ToScalar()).add(0.5.ToScalar()).clamp(0.0.ToScalar(), 1.0.ToScalar()))

    /// Over one axis; before version 13 over all from that axis on, as if they were one.
    let private soft (f: torch.Tensor -> int64 -> torch.Tensor) (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let rank = x.shape.Length

        if call.Opset >= 13 || call.Opset = 0 then
            f x (OnnxCall.axis rank (OnnxCall.whole "axis" -1L call))
        else
            let axis = OnnxCall.axis rank (OnnxCall.whole "axis" 1L call)
            (f (x.flatten (axis, -1L)) axis).reshape x.shape

    let private cast (call: OnnxCall) =
        (OnnxCall.input 0 call).``to``(OnnxCall.typeOf call (OnnxCall.whole "to" 0L call))

    let all': (string * (OnnxCall -> torch.Tensor)) list = [
        "Add", two (fun a b -> a.add b)
        "Sub", two (fun a b -> a.sub b)
        "Mul", two (fun a b -> a.mul b)
        "Div", two divide
        "Pow", two power
        "Sum", all (fun a b -> a.add b)
        "Max", all (fun a b -> torch.maximum (a, b))
        "Min", all (fun a b -> torch.minimum (a, b))
        "Neg", one _.neg()
        "Abs", one _.abs()
        "Exp", one _.exp()
        "Log", one _.log()
        "Sqrt", one _.sqrt()
        "Reciprocal", one _.reciprocal()
        "Sin", one _.sin()
        "Cos", one _.cos()
        "Erf", one _.erf()
        "Relu", one _.relu()
        "Tanh", one _.tanh()
        "Sigmoid", one _.sigmoid()
        "Softplus", one (fun x -> torch.nn.functional.softplus x)
        "Gelu", gelu
        "LeakyRelu", leaky
        "PRelu", two prelu
        "Elu", elu
        "HardSigmoid", hardSigmoid
        "HardSwish", one hardSwish
        "Clip", clip
        "Softmax", soft (fun x axis -> x.softmax axis)
        "LogSoftmax", soft (fun x axis -> x.log_softmax axis)
        "Cast", cast
        "Equal", two (fun a b -> a.eq b)
        "Greater", two (fun a b -> a.gt b)
        "Less", two (fun a b -> a.lt b)
        "Where",
        (fun call -> torch.where (OnnxCall.input 0 call, OnnxCall.input 1 call, OnnxCall.input 2 call))
    ]
