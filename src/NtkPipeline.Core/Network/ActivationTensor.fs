namespace NtkPipeline.Core

open System
open TorchSharp

/// φ and φ' of tensors, entry by entry.
[<RequireQualifiedAccess>]
module ActivationTensor =

    let private by (factor: float) (x: torch.Tensor) = x.mul (factor.ToScalar())

    let private plus (term: float) (x: torch.Tensor) = x.add (term.ToScalar())

    /// φ of every entry; differentiable by LibTorch.
    let apply (activation: Activation) (x: torch.Tensor) : torch.Tensor =
        match activation with
        | Relu -> x.relu ()
        | LeakyRelu slope -> torch.nn.functional.leaky_relu (x, slope)
        | Abs -> x.abs ()
        | Erf -> x.erf ()
        | Gelu -> torch.nn.functional.gelu x
        | Sin -> x.sin ()
        | Cos -> x.cos ()
        | Gaussian -> x.square().neg().exp()
        | Rbf gamma -> x |> by (sqrt (2.0 * gamma)) |> plus (Math.PI / 4.0) |> _.sin() |> by (sqrt 2.0)
        | ExpNormalised -> Activation.kernelOnly ()
        | Identity -> x
        | Monomial power -> x.pow ((float power).ToScalar())
        | Tanh -> x.tanh ()
        | Softplus -> torch.logaddexp (x, torch.zeros_like x)
        | Silu -> x.mul (x.sigmoid ())
        | Sigmoid -> x.sigmoid ()

    /// φ' of every entry: the derivative that LibTorch's autograd takes, written out.
    let derivative (activation: Activation) (x: torch.Tensor) : torch.Tensor =
        match activation with
        | Relu -> x.gt(0.0.ToScalar()).``to``(x.dtype)
        | LeakyRelu slope -> x.gt(0.0.ToScalar()).``to``(x.dtype) |> by (1.0 - slope) |> plus slope
        | Abs -> x.sign ()
        | Erf -> x.square().neg().exp() |> by (2.0 / sqrt Math.PI)
        | Gelu ->
            let cdf = x |> by (1.0 / sqrt 2.0) |> _.erf() |> plus 1.0 |> by 0.5
            let density = x.square () |> by -0.5 |> _.exp() |> by (1.0 / sqrt (2.0 * Math.PI))
            cdf.add (x.mul density)
        | Sin -> x.cos ()
        | Cos -> x.sin().neg()
        | Gaussian -> x.square().neg().exp().mul(x) |> by -2.0
        | Rbf gamma ->
            x |> by (sqrt (2.0 * gamma)) |> plus (Math.PI / 4.0) |> _.cos() |> by (2.0 * sqrt gamma)
        | ExpNormalised -> Activation.kernelOnly ()
        | Identity -> torch.ones_like x
        | Monomial power -> x.pow ((float (power - 1)).ToScalar()) |> by (float power)
        | Tanh -> x.tanh().square().neg() |> plus 1.0
        | Softplus -> x.sigmoid ()
        | Silu ->
            let s = x.sigmoid ()
            s.add (x.mul(s).mul(s.neg () |> plus 1.0))
        | Sigmoid -> x.sigmoid().mul(x.neg().sigmoid())
