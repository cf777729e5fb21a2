namespace NtkPipeline.Core

open System
open MathNet.Numerics.Integration

/// A smooth function that from afar looks like Ramp·max(x, 0) + Step·1[x > 0] + Constant: tanh, softplus, silu, sigmoid and
/// their derivatives, the functions whose duals are integrated. What is left beside that falls like e^(−|x|) or faster.
[<NoEquality; NoComparison>]
type SmoothKink = {
    /// Which of them it is, from 0 to `SmoothKink.count` − 1.
    Number: int
    Function: float -> float
    Ramp: float
    Step: float
    Constant: float
    /// Its nearest singularities lie at ± this times i.
    Pole: float
    /// What is left at the places of `SmoothKink.places`, times their weights, and the same on the left of 0.
    Right: float[]
    Left: float[]
    /// The integral of what is left.
    Mass: float
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

    let private create number pole f (ramp, step, constant) (rest: float -> float) : SmoothKink =
        let right = Array.map2 (fun x w -> w * rest x) places weights
        let left = Array.map2 (fun x w -> w * rest -x) places weights

        {
            Number = number
            Function = f
            Ramp = ramp
            Step = step
            Constant = constant
            Pole = pole
            Right = right
            Left = left
            Mass = Array.sum right + Array.sum left
        }

    /// sigmoid(−|x|)
    let private tail (x: float) = let e = exp -(abs x) in e / (1.0 + e)

    /// log(1 + e), good to the last digits for small e too (Kahan's way).
    let private logOnePlus (e: float) =
        let sum = 1.0 + e
        if sum = 1.0 then e else log sum * e / (sum - 1.0)

    let private sigmoid (x: float) = if x >= 0.0 then 1.0 - tail x else tail x

    let private ofTanh =
        create 0 (Math.PI / 2.0) Math.Tanh (0.0, 2.0, -1.0) (fun x ->
            if x > 0.0 then -2.0 * tail (2.0 * x) else 2.0 * tail (2.0 * x))

    /// 1 − tanh² = 4s(1 − s), s = sigmoid(2x).
    let private ofTanhSlope =
        let f (x: float) = let s = tail (2.0 * x) in 4.0 * s * (1.0 - s)
        create 1 (Math.PI / 2.0) f (0.0, 0.0, 0.0) f

    let private ofSoftplus =
        let rest (x: float) = logOnePlus (exp -(abs x))
        create 2 Math.PI (fun x -> max x 0.0 + rest x) (1.0, 0.0, 0.0) rest

    let private ofSigmoid =
        create 3 Math.PI sigmoid (0.0, 1.0, 0.0) (fun x -> if x > 0.0 then -(tail x) else tail x)

    let private ofSigmoidSlope =
        let f (x: float) = let s = tail x in s * (1.0 - s)
        create 4 Math.PI f (0.0, 0.0, 0.0) f

    let private ofSilu =
        create 5 Math.PI (fun x -> x * sigmoid x) (1.0, 0.0, 0.0) (fun x -> -(abs x) * tail x)

    /// s + x s(1 − s), s = sigmoid x; for x > 0 it is 1 minus its value at −x.
    let private ofSiluSlope =
        let below (x: float) = let s = tail x in s - abs x * s * (1.0 - s)

        create 6 Math.PI (fun x -> if x >= 0.0 then 1.0 - below x else below x) (0.0, 1.0, 0.0) (fun x ->
            if x > 0.0 then -(below x) else below x)

    /// How many there are.
    let count = 7

    /// φ and φ' of an activation whose dual is integrated; none for the others.
    let private pair (activation: Activation) : struct (SmoothKink * SmoothKink) voption =
        match activation with
        | Tanh -> ValueSome struct (ofTanh, ofTanhSlope)
        | Softplus -> ValueSome struct (ofSoftplus, ofSigmoid)
        | Silu -> ValueSome struct (ofSilu, ofSiluSlope)
        | Sigmoid -> ValueSome struct (ofSigmoid, ofSigmoidSlope)
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
        | Monomial _ -> ValueNone

    /// φ of an activation whose dual is integrated; none for the others.
    let value (activation: Activation) : SmoothKink voption =
        pair activation |> ValueOption.map (fun struct (value, _) -> value)

    /// φ' of the same.
    let slope (activation: Activation) : SmoothKink voption =
        pair activation |> ValueOption.map (fun struct (_, slope) -> slope)
