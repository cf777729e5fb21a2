namespace NtkPipeline.Core

open System

/// Expectations over Gaussian variables by the trapezoid rule, which converges geometrically for functions analytic in a
/// strip about the real line (Trefethen & Weideman 2014). Steps are chosen for functions whose nearest singularity lies at
/// ±iπ/2, as tanh's does (those of softplus, silu and sigmoid lie at ±iπ): relative accuracy is 1e-13 up to a norm of 7,
/// then falls as the number of nodes is capped, to about 1e-4 for norms beyond 1e3, where φ looks like its kink.
[<RequireQualifiedAccess>]
module Quadrature =

    /// Beyond it the normal density is below 1e-17 of its peak.
    let private reach = 8.8

    let private normal (x: float) = exp (-0.5 * x * x) / sqrt (2.0 * Math.PI)

    /// Nodes and weights of E[g(s)], s standard normal, where g varies on the scale 1/`norm`.
    let private rule (most: int) (norm: float) : struct (float[] * float[]) =
        let step = max (min 0.4 (0.22 / norm)) (2.0 * reach / float most)
        let half = int (ceil (reach / step))
        let nodes = Array.init (2 * half + 1) (fun k -> step * float (k - half))
        struct (nodes, nodes |> Array.map (fun s -> step * normal s))

    /// E[g(s)], s standard normal, for g of scale 1/`norm`.
    let single (norm: float) (g: float -> float) : float =
        let struct (nodes, weights) = rule 20001 norm
        let mutable sum = 0.0

        for k in 0 .. nodes.Length - 1 do
            sum <- sum + weights[k] * g nodes[k]

        sum

    /// E[φ(u)φ(v)] for the pair (u, v).
    let pair (phi: float -> float) (m: Moments) : float =
        if m.Sin = 0.0 then
            single (max m.U m.V) (fun s -> phi (m.U * s) * phi (m.V * m.Cos * s))
        else
            let struct (nodes, weights) = rule 401 (max m.U (m.V * abs m.Cos))
            let struct (innerNodes, innerWeights) = rule 401 (m.V * m.Sin)
            let mutable sum = 0.0

            for i in 0 .. nodes.Length - 1 do
                let mutable inner = 0.0

                for j in 0 .. innerNodes.Length - 1 do
                    inner <- inner + innerWeights[j] * phi (m.V * (m.Cos * nodes[i] + m.Sin * innerNodes[j]))

                sum <- sum + weights[i] * phi (m.U * nodes[i]) * inner

            sum
