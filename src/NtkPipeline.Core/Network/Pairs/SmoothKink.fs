namespace NtkPipeline.Core

open System
open MathNet.Numerics.Integration

/// What is left of a `SmoothKink` beside its ramp, step and constant.
[<NoEquality; NoComparison>]
type KinkRest = {
    /// At the places of `SmoothKink.places`, times their weights, and the same on the left of 0.
    Right: float[]
    Left: float[]
    /// Its integral.
    Mass: float
}

/// A smooth function that from afar looks like Ramp·max(x, 0) + Step·1[x > 0] + Constant: tanh, softplus, silu, sigmoid and
/// their derivatives, the functions whose duals are integrated. What is left beside that falls like e^(−|x|) or faster.
[<ReferenceEquality; NoComparison>]
type SmoothKink = {
    Function: float -> float
    Ramp: float
    Step: float
    Constant: float
    /// Its nearest singularities lie at ± this times i.
    Pole: float
    /// What is left beside ramp, step and constant; sampled when it is first integrated.
    Rest: Lazy<KinkRest>
}

[<RequireQualifiedAccess>]
module SmoothKink =

    /// Gauss's rule on [0, 38] in pieces: beyond, what is left is below 1e-16.
    let private rules = [
        for a, b in List.pairwise [ 0.0; 1.2; 3.0; 6.0; 10.0; 15.0; 21.0; 28.0; 38.0 ] ->
            GaussLegendreRule(a, b, 14)
    ]

    /// Where on x > 0 it is sampled what is left: enough to integrate it against normal densities of deviation 2.5 or above.
    let places: float[] = rules |> Seq.collect _.Abscissas |> Array.ofSeq

    /// The weights of that rule.
    let weights: float[] = rules |> Seq.collect _.Weights |> Array.ofSeq

    /// From the function, its pole, its ramp, step and constant, and what is left beside these.
    let create
        (pole: float)
        (f: float -> float)
        (ramp: float, step: float, constant: float)
        (rest: float -> float)
        : SmoothKink =
        let sampled () =
            let right = Array.map2 (fun x w -> w * rest x) places weights
            let left = Array.map2 (fun x w -> w * rest -x) places weights
            { Right = right; Left = left; Mass = Array.sum right + Array.sum left }

        {
            Function = f
            Ramp = ramp
            Step = step
            Constant = constant
            Pole = pole
            Rest = Lazy<KinkRest> sampled
        }

    /// sigmoid(−|x|)
    let tail (x: float) : float = let e = exp -(abs x) in e / (1.0 + e)

    /// 1/(1 + exp(−x))
    let sigmoid (x: float) : float = if x >= 0.0 then 1.0 - tail x else tail x
