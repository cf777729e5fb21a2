namespace NtkPipeline.Core

open System.Globalization
open TorchSharp

/// How φ(−x) relates to φ(x).
type Parity =
    | Even
    | Odd
    | Neither

/// φ itself, as networks of finite width have it.
type IActivationFunction =
    /// φ(x)
    abstract Value: x: float -> float
    /// φ'(x); at a kink as in LibTorch.
    abstract Slope: x: float -> float
    /// φ of every entry; differentiable by LibTorch.
    abstract Apply: x: torch.Tensor -> torch.Tensor

/// What φ does to a centred Gaussian pair (u, v), in closed form: for one pair, and for many at once as tensors that LibTorch
/// differentiates. U, V are the norms, c and s the cosine and sine of the pair's angle.
type IClosedDual =
    /// E[φ(u)φ(v)]
    abstract Value: pair: Moments -> float
    /// E[φ'(u)φ'(v)]
    abstract Slope: pair: Moments -> float
    abstract TensorValue: pairs: PolarPair -> torch.Tensor
    abstract TensorSlope: pairs: PolarPair -> torch.Tensor

/// Where E[φ(u)φ(v)] and E[φ'(u)φ'(v)] come from.
[<NoEquality; NoComparison>]
type DualRule =
    /// φ(x) = right·max(x, 0) + left·min(x, 0): see `Bend`.
    | Bent of right: float * left: float
    | Closed of IClosedDual
    /// Integrated: see `Integrals`.
    | Integrated of value: SmoothKink * slope: SmoothKink

/// A function φ applied to every unit of a layer, and everything known about it. Equal are those of one text.
[<CustomEquality; NoComparison>]
type Activation = {
    /// Its name and argument in a network's text: "relu", "leaky-relu(0.1)".
    Text: string
    Parity: Parity
    /// The k of φ(cx) = cᵏ·φ(x) for all c > 0, so that parallel inputs stay parallel; none where there is no such.
    Degree: int voption
    /// None for what acts on kernels only.
    Function: IActivationFunction voption
    Dual: DualRule
    /// E[φ(u)φ(v)] and E[φ'(u)φ'(v)] in LaTeX.
    Latex: PairLatex -> string * string
} with

    override this.ToString() = this.Text
    override this.GetHashCode() = this.Text.GetHashCode()

    override this.Equals(other: objnull) =
        match other with
        | :? Activation as other -> this.Text = other.Text
        | _ -> false

/// A name in networks' texts: what it stands for alone, or with a number in brackets and then one example of it.
[<NoEquality; NoComparison>]
type ActivationEntry =
    | Plain of Activation
    | OfReal of name: string * example: Activation * create: (float -> Result<Activation, string>)
    | OfWhole of name: string * example: Activation * create: (int -> Result<Activation, string>)

[<RequireQualifiedAccess>]
module Activation =

    /// A number as networks' texts have it.
    let number (x: float) : string = x.ToString("R", CultureInfo.InvariantCulture)

    /// The name and argument of the network text: "relu", "leaky-relu(0.1)".
    let print (activation: Activation) : string = activation.Text

    /// (a, b) of φ(x) = a·max(x, 0) + b·min(x, 0), where φ is of that form.
    let linearPieces (activation: Activation) : struct (float * float) voption =
        match activation.Dual with
        | Bent(right, left) -> ValueSome(struct (right, left))
        | Closed _
        | Integrated _ -> ValueNone

    /// Whether its dual has no closed form.
    let isIntegrated (activation: Activation) : bool =
        match activation.Dual with
        | Integrated _ -> true
        | Bent _
        | Closed _ -> false

    /// φ, or the reason why no network of finite width has it.
    let finite (activation: Activation) : Result<IActivationFunction, string> =
        match activation.Function with
        | ValueSome phi -> Ok phi
        | ValueNone -> Error $"%s{activation.Text} acts on kernels only: no network of finite width has it"

    let private phi (activation: Activation) : IActivationFunction =
        match finite activation with
        | Ok phi -> phi
        | Error reason -> invalidOp reason

    /// φ(x).
    let value (activation: Activation) (x: float) : float = (phi activation).Value x

    /// φ'(x).
    let slope (activation: Activation) (x: float) : float = (phi activation).Slope x

    /// φ of every entry; differentiable by LibTorch.
    let apply (activation: Activation) (x: torch.Tensor) : torch.Tensor = (phi activation).Apply x
