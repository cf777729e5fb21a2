namespace NtkPipeline.Core

/// A hidden layer that is repeated, z' = σ_w/√m W φ(z) + σ_b β, as m → ∞.
type RepeatedLayer = {
    Activation: Activation
    /// σ_w² and σ_b².
    WeightVariance: float
    BiasVariance: float
}

/// What a signal becomes after many such layers.
type Propagation = {
    /// q*, the variance of z(x) that inputs of norm √d come to; none where it grows without bound, or has not come to rest.
    Variance: float option
    /// χ = σ_w² E[φ'(√q* s)²]: below 1 the ordered phase, above 1 the chaotic one; where there is no q*, at the last q.
    Slope: float
    /// c*, the correlation that any two inputs come to: 1 where χ ≤ 1; none where there is no q*.
    Correlation: float option
    /// ξ = −1/ln χ(c*), over so many layers correlations come nearer to c* by a factor e; none where they do so slower than
    /// exponentially, on the critical line, and where there is no q*.
    DepthScale: float option
}

/// Order and chaos in deep networks (Poole et al. 2016; Schoenholz et al. 2017):
///     q ← σ_w² E[φ(√q s)²] + σ_b²                           the variance of one input's z
///     c ← (σ_w² E[φ(u)φ(v)] + σ_b²)/q*                       the correlation of two, u and v having variance q* and correlation c
///     χ(c) = σ_w² E[φ'(u)φ'(v)]                              the slope of that map, and what a layer multiplies Θ's older part by
/// with s standard normal. c = 1 is a fixed point, stable where χ = χ(1) < 1: the ordered phase forgets that inputs differ, the chaotic
/// one that they are alike, at the rate e^(−l/ξ). A ReLU has χ = σ_w²/2 whatever q; without a bias it knows no scale, c → 1 slower than
/// exponentially at every σ_w, and it has no phase of c* < 1: what grows past χ = 1 is q itself.
[<RequireQualifiedAccess>]
module SignalPropagation =

    let private most = 100_000

    /// A variance past this is taken to grow for good, below its inverse to vanish.
    let private large = 1e15

    let private pair (q: float) (c: float) =
        let root = sqrt q
        Moments.ofAngle root root c (sqrt ((1.0 - c) * (1.0 + c)))

    /// One layer's q.
    let variance (layer: RepeatedLayer) (q: float) : float =
        let norm = Dual.norm layer.Activation (sqrt q)
        layer.WeightVariance * norm * norm + layer.BiasVariance

    /// χ(c) at q.
    let slope (layer: RepeatedLayer) (q: float) (c: float) : float =
        layer.WeightVariance * Dual.slope layer.Activation (pair q c)

    /// One layer's c, at a q* > 0.
    let correlation (layer: RepeatedLayer) (q: float) (c: float) : float =
        (layer.WeightVariance * Dual.value layer.Activation (pair q c) + layer.BiasVariance) / q

    /// q after the first dense layer on inputs of norm √d, then layer by layer until it rests, or not.
    let rec private settle layer count (q: float) : float * bool =
        let next = variance layer q

        if next > large then next, false
        elif next < 1.0 / large then 0.0, true
        elif abs (next - q) <= 4e-16 * next then next, true
        elif count = most then next, false
        else settle layer (count + 1) next

    /// The fixed point below 1, which the map, convex on [0, 1], has where its slope at 1 is above 1: by halving.
    let private below layer q =
        let rec halve low high =
            let middle = 0.5 * (low + high)

            if middle <= low || middle >= high then middle
            elif correlation layer q middle > middle then halve middle high
            else halve low middle

        halve 0.0 1.0

    let private depthScale (slope: float) =
        if slope <= 0.0 then Some 0.0
        elif slope < 1.0 then Some(-1.0 / log slope)
        else None

    /// Whether φ(cx) = c·φ(x): then, without a bias, correlations come to 1 slower than exponentially whatever χ.
    let private hasNoScale (layer: RepeatedLayer) =
        layer.BiasVariance = 0.0 && layer.Activation.Degree = ValueSome 1

    let ofLayer (layer: RepeatedLayer) : Propagation =
        let q, hasSettled = settle layer 0 (layer.WeightVariance + layer.BiasVariance)
        let atOne = slope layer q 1.0

        if not hasSettled then
            { Variance = None; Slope = atOne; Correlation = None; DepthScale = None }
        else
            let c = if atOne > 1.0 && q > 0.0 then below layer q else 1.0

            {
                Variance = Some q
                Slope = atOne
                Correlation = Some c
                DepthScale = if hasNoScale layer then None else depthScale (slope layer q c)
            }

    /// Whether variances near a fixed point q come back to it.
    let private isStable layer q =
        let near = 1.001 * q
        variance layer near - q <= near - q

    /// (σ_w², σ_b²) at which χ = 1 with q* = q: the critical line has q as its parameter. None where no bias brings q there, σ_b² < 0, or
    /// where q does not stay there: gelu's grow away from all below (3 + √17)/2 (Roberts, Yaida & Hanin 2022, §5.3.4), so that its line
    /// begins at σ_b² = 0.173.
    let critical (activation: Activation) (q: float) : (float * float) option =
        let layer = { Activation = activation; WeightVariance = 1.0; BiasVariance = 0.0 }

        let weight = 1.0 / slope layer q 1.0
        let bias = q - weight * variance layer q
        let there = { layer with WeightVariance = weight; BiasVariance = bias }
        if bias >= 0.0 && isStable there q then Some(weight, bias) else None
