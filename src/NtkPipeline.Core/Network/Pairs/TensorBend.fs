namespace NtkPipeline.Core

open System
open TorchSharp

/// φ(x) = a·max(x, 0) + b·min(x, 0) on tensors of pairs, in `Bend`'s formulas.
[<RequireQualifiedAccess>]
module TensorBend =

    let private number = PolarTensor.number
    let private by (factor: float) (t: torch.Tensor) = t * number factor

    /// sin x − x cos x, by its series where the difference would cancel.
    let private lune (x: torch.Tensor) =
        let y = x * x

        let series =
            [ 1.0 / 3991680.0; 1.0 / 45360.0; 1.0 / 840.0; 1.0 / 30.0; 1.0 / 3.0 ]
            |> List.fold (fun sum coefficient -> number coefficient - y * sum) (number (1.0 / 518918400.0))

        torch.where (x.gt (0.4.ToScalar()), x.sin () - x * x.cos (), x * y * series)

    /// The pairs after a·max(x, 0) + b·min(x, 0); see `Bend.transport`.
    let transport (a: float) (b: float) (m: PolarTensor) : PolarTensor =
        let size = a * a + b * b
        let r = 2.0 * a * b / size
        let share = (1.0 - r) / Math.PI
        let cos, sin = m.Cos, m.Sin
        let isForward = cos.ge (0.0.ToScalar())
        let g = torch.atan2 (sin, torch.where (isForward, cos, cos.neg ())) |> lune |> by share
        let near, far = PolarTensor.versine cos sin, PolarTensor.vercosine cos sin
        let bent = torch.where (isForward, cos, by r cos) + g
        let below = torch.where (isForward, near, number (1.0 + r) - by r far) - g
        let above = torch.where (isForward, far, number (1.0 - r) + by r far) + g

        {
            m with
                Norms = by (sqrt (size / 2.0)) m.Norms
                Cos = bent.clamp ((-1.0).ToScalar(), 1.0.ToScalar())
                Sin = (PolarTensor.root (below * above)).clamp_max(1.0.ToScalar())
        }

    /// E[φ'(u)φ'(v)].
    let slope (a: float) (b: float) (m: PolarTensor) : torch.Tensor =
        if a = b then
            torch.full_like (m.Cos, (a * a).ToScalar())
        else
            // (π − angle), good to the last digit near π too.
            let rest, angle = torch.atan2 (m.Sin, m.Cos.neg ()), torch.atan2 (m.Sin, m.Cos)
            by ((a * a + b * b) / (2.0 * Math.PI)) rest + by (a * b / Math.PI) angle
