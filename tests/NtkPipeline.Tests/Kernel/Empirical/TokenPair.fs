/// Two texts as a network of infinite width has them, and what attention makes of them, on plain arrays.
module NtkPipeline.Tests.TokenPair

open System
open NtkPipeline.Core

/// K of x with itself, of x with z and of z with itself, Θ of x with z, over pairs of tokens; which tokens there are.
type Pair = {
    XX: float[,]
    XZ: float[,]
    ZZ: float[,]
    Theta: float[,]
    MaskX: bool[]
    MaskZ: bool[]
}

/// f of the entries of two.
let combine f a b = Array2D.mapi (fun i j v -> f v (b: float[,]).[i, j]) (a: float[,])

let private sumOfProducts (a: float[,]) (b: float[,]) = combine (*) a b |> Seq.cast<float> |> Seq.sum

let private product (a: float[,]) (b: float[,]) =
    Array2D.init (a.GetLength 0) (b.GetLength 1) (fun i j ->
        Seq.sum (
            seq {
                for k in 0 .. a.GetLength 1 - 1 do
                    a[i, k] * b[k, j]
            }
        ))

let private transposed (a: float[,]) = Array2D.init (a.GetLength 1) (a.GetLength 0) (fun i j -> a[j, i])

/// 0 where either has no token.
let masked (pair: Pair) =
    let keep (left: bool[]) (right: bool[]) =
        Array2D.mapi (fun s t v -> if left[s] && right[t] then v else 0.0)

    {
        pair with
            XX = keep pair.MaskX pair.MaskX pair.XX
            XZ = keep pair.MaskX pair.MaskZ pair.XZ
            ZZ = keep pair.MaskZ pair.MaskZ pair.ZZ
            Theta = keep pair.MaskX pair.MaskZ pair.Theta
    }

/// The same of all four.
let mapAll f (pair: Pair) = {
    pair with
        XX = f pair.XX
        XZ = f pair.XZ
        ZZ = f pair.ZZ
        Theta = f pair.Theta
}

let private scoresOf rule (factor: float) (mask: bool[]) (k: float[,]) =
    let weigh =
        match rule with
        | ScoreRule.Softmax -> exp
        | ScoreRule.Identity -> id
        | ScoreRule.Relu -> max 0.0
        | ScoreRule.Abs -> abs

    let g = Array2D.mapi (fun _ t v -> if mask[t] then weigh (factor * v) else 0.0) k

    if rule = ScoreRule.Softmax then
        let total s = Seq.sum (seq { for t in 0 .. g.GetLength 1 - 1 -> g[s, t] })
        Array2D.mapi (fun s _ v -> if v = 0.0 then 0.0 else v / total s) g
    else
        g

/// Attention of infinitely many heads and keys (Hron et al. 2020).
let attend (attention: Attention) (pair: Pair) =
    let scales = attention.Scales
    let factor = scales.Query * scales.Key
    let v = (scales.Value * scales.Output) ** 2.0
    let bias = Array2D.map (fun k -> k + scales.Bias * scales.Bias)

    // Positions, of their own at each place, are seen by scores alone.
    let placed k = Array2D.mapi (fun s t k -> if s = t then k + scales.Position ** 2.0 else k) k

    match attention.Scale, attention.Scores with
    | ScoreScale.Linear, rule ->
        let gx, gz =
            scoresOf rule factor pair.MaskX (placed pair.XX), scoresOf rule factor pair.MaskZ (placed pair.ZZ)

        let between a k b = product (product a k) (transposed b) |> Array2D.map ((*) v)

        masked {
            pair with
                XX = between gx pair.XX gx |> bias
                XZ = between gx pair.XZ gz |> bias
                ZZ = between gz pair.ZZ gz |> bias
                Theta = between gx (combine (fun t k -> t + 2.0 * k) pair.Theta pair.XZ) gz |> bias
        }
    | ScoreScale.Sqrt, ScoreRule.Identity ->
        let v = v * factor * factor
        let ofK k = Array2D.map (fun u -> v * sumOfProducts (placed k) k * u) (placed k) |> bias
        let m, trained = placed pair.XZ, placed pair.Theta
        let c, d = sumOfProducts m pair.XZ, sumOfProducts trained pair.XZ + sumOfProducts m pair.Theta

        masked {
            pair with
                XX = ofK pair.XX
                XZ = ofK pair.XZ
                ZZ = ofK pair.ZZ
                Theta = combine (fun t k -> v * (c * (t + 4.0 * k) + d * k)) trained m |> bias
        }
    | ScoreScale.Sqrt, _ -> invalidArg (nameof attention) "no closed form here"
