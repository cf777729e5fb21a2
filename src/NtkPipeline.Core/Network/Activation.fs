namespace NtkPipeline.Core

open System
open System.Globalization
open MathNet.Numerics

/// A function φ applied to every unit of a layer. Everything known about one stands here, in `ActivationTensor` and in `Dual`.
type Activation =
    /// max(x, 0)
    | Relu
    /// x for x > 0, slope·x below.
    | LeakyRelu of slope: float
    /// |x|
    | Abs
    | Erf
    /// x·(1 + erf(x/√2))/2, exact.
    | Gelu
    | Sin
    | Cos
    /// exp(−x²)
    | Gaussian
    /// √2·sin(√(2γ)·x + π/4), whose dual is exp(−γ·E[(u−v)²]).
    | Rbf of gamma: float
    /// Acts on kernels only: K → s·exp(K/s − 1), s = √(K_xx K_zz).
    | ExpNormalised
    | Identity
    /// xⁿ
    | Monomial of power: int
    | Tanh
    /// log(1 + exp x)
    | Softplus
    /// x·sigmoid x
    | Silu
    /// 1/(1 + exp(−x))
    | Sigmoid

/// How φ(−x) relates to φ(x).
type Parity =
    | Even
    | Odd
    | Neither

/// φ and φ' of numbers, and what is known of φ's form.
[<RequireQualifiedAccess>]
module Activation =

    /// One of each kind: what tests range over, and what `name` and `NetworkText` know.
    let all: Activation list = [
        Relu
        LeakyRelu 0.1
        Abs
        Erf
        Gelu
        Sin
        Cos
        Gaussian
        Rbf 1.0
        ExpNormalised
        Identity
        Monomial 2
        Tanh
        Softplus
        Silu
        Sigmoid
    ]

    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

    /// The name and argument of the network text: "relu", "leaky-relu(0.1)".
    let print (activation: Activation) : string =
        match activation with
        | Relu -> "relu"
        | LeakyRelu slope -> $"leaky-relu(%s{number slope})"
        | Abs -> "abs"
        | Erf -> "erf"
        | Gelu -> "gelu"
        | Sin -> "sin"
        | Cos -> "cos"
        | Gaussian -> "gaussian"
        | Rbf gamma -> $"rbf(%s{number gamma})"
        | ExpNormalised -> "exp-normalised"
        | Identity -> "identity"
        | Monomial power -> $"monomial(%d{power})"
        | Tanh -> "tanh"
        | Softplus -> "softplus"
        | Silu -> "silu"
        | Sigmoid -> "sigmoid"

    /// The activation itself, if its argument is one that it may have.
    let check (activation: Activation) : Result<Activation, string> =
        match activation with
        | LeakyRelu slope when not (Double.IsFinite slope) || abs slope > 1e6 ->
            Error $"the slope of leaky-relu lies between -1e6 and 1e6, not at %s{number slope}"
        | Rbf gamma when not (gamma > 0.0 && gamma <= 1e6) ->
            Error $"the argument of rbf is above 0 and at most 1e6, not %s{number gamma}"
        | Monomial power when power < 1 || power > 16 ->
            Error $"the power of a monomial is 1 to 16, not %d{power}"
        | _ -> Ok activation

    /// (a, b) of φ(x) = a·max(x, 0) + b·min(x, 0), where φ is of that form.
    let linearPieces (activation: Activation) : struct (float * float) voption =
        match activation with
        | Relu -> ValueSome(struct (1.0, 0.0))
        | LeakyRelu slope -> ValueSome(struct (1.0, slope))
        | Abs -> ValueSome(struct (1.0, -1.0))
        | Identity -> ValueSome(struct (1.0, 1.0))
        | Erf
        | Gelu
        | Sin
        | Cos
        | Gaussian
        | Rbf _
        | ExpNormalised
        | Monomial _
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> ValueNone

    let parity (activation: Activation) : Parity =
        match activation with
        | Erf
        | Sin
        | Identity
        | Tanh -> Odd
        | Abs
        | Cos
        | Gaussian -> Even
        | Monomial power -> if power % 2 = 0 then Even else Odd
        | Relu
        | LeakyRelu _
        | Gelu
        | Rbf _
        | ExpNormalised
        | Softplus
        | Silu
        | Sigmoid -> Neither

    /// Whether φ(cx) = cᵏ·φ(x) for c > 0, so that parallel inputs stay parallel.
    let isHomogeneous (activation: Activation) : bool =
        match activation with
        | Relu
        | LeakyRelu _
        | Abs
        | Identity
        | Monomial _ -> true
        | Erf
        | Gelu
        | Sin
        | Cos
        | Gaussian
        | Rbf _
        | ExpNormalised
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> false

    let internal kernelOnly () =
        invalidOp "exp-normalised acts on kernels only: no network of finite width has it"

    let private sigmoid (x: float) = if x >= 0.0 then 1.0 / (1.0 + exp -x) else exp x / (1.0 + exp x)
    let private normalCdf (x: float) = 0.5 * SpecialFunctions.Erfc(-x / sqrt 2.0)
    let private normalDensity (x: float) = exp (-0.5 * x * x) / sqrt (2.0 * Math.PI)

    /// φ(x).
    let value (activation: Activation) (x: float) : float =
        match activation with
        | Relu -> max x 0.0
        | LeakyRelu slope -> if x > 0.0 then x else slope * x
        | Abs -> abs x
        | Erf -> SpecialFunctions.Erf x
        | Gelu -> x * normalCdf x
        | Sin -> sin x
        | Cos -> cos x
        | Gaussian -> exp (-x * x)
        | Rbf gamma -> sqrt 2.0 * sin (sqrt (2.0 * gamma) * x + Math.PI / 4.0)
        | ExpNormalised -> kernelOnly ()
        | Identity -> x
        | Monomial power -> pown x power
        | Tanh -> tanh x
        | Softplus -> max x 0.0 + Double.LogP1(exp -(abs x))
        | Silu -> x * sigmoid x
        | Sigmoid -> sigmoid x

    /// φ'(x); 0 at the kink of relu and abs, as in LibTorch.
    let slope (activation: Activation) (x: float) : float =
        match activation with
        | Relu -> if x > 0.0 then 1.0 else 0.0
        | LeakyRelu slope -> if x > 0.0 then 1.0 else slope
        | Abs -> float (sign x)
        | Erf -> 2.0 / sqrt Math.PI * exp (-x * x)
        | Gelu -> normalCdf x + x * normalDensity x
        | Sin -> cos x
        | Cos -> -(sin x)
        | Gaussian -> -2.0 * x * exp (-x * x)
        | Rbf gamma -> 2.0 * sqrt gamma * cos (sqrt (2.0 * gamma) * x + Math.PI / 4.0)
        | ExpNormalised -> kernelOnly ()
        | Identity -> 1.0
        | Monomial power -> float power * pown x (power - 1)
        | Tanh -> let t = tanh x in (1.0 - t) * (1.0 + t)
        | Softplus -> sigmoid x
        | Silu -> let s = sigmoid x in s + x * s * (1.0 - s)
        | Sigmoid -> sigmoid x * sigmoid -x
