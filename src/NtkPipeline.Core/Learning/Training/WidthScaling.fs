namespace NtkPipeline.Core

/// How the multipliers and the rate of a bias-free network of ReLU layers follow its width m. An abc-parameterisation (Yang & Hu 2021, §3)
/// has W_l = m^(−a_l) w_l with entries of w_l ~ N(0, m^(−2b_l)) that are trained by descent at a rate ∝ m^(−c); a_l + θ, b_l − θ, c − 2θ
/// for all layers is the same network for every θ (its symmetry), so that each can be written with b = 0, as NTK parameterisation is:
///     NTK                a = 0, ½, …, ½           c = 0     (its table 1)
///     maximal update     a = −½, 0, …, 0, ½, b = ½, c = 0   (its table 1); by θ = ½ that is a = 0, ½, …, ½, 1, b = 0, c = −1
///     mean-field         a = 0, 1, …, 1           c = −1    (its table 1 for one hidden layer; Mei et al. 2018)
/// Maximal update therefore is NTK's network with one factor 1/√m more on its output: α = √(m₀/m), at a rate that grows like m. Our rates
/// are given in units of N/Λ_max with Λ_max ∝ α², which grows like m too: the number before the unit stays. Of one hidden layer, mean-field
/// is the same. Of more it has 1/√m more than NTK at each of the L layers above the first; as ReLUs are homogeneous, all these stand
/// together in front: α = (m₀/m)^(L/2). Its rate ∝ m then falls in our unit like m^(1−L), so that in the limit outputs and features
/// stand still: θ₀ is a stationary point. At the rate that undoes this, ∝ m^L, features move by m^((L−1)/2), without bound.
[<RequireQualifiedAccess>]
type WidthScaling =
    | Ntk
    | MaximalUpdate
    /// With its own rate, ∝ m.
    | MeanField
    /// Its multipliers, at the rate that lets the outputs move as they do at the base width.
    | MeanFieldInTime

[<RequireQualifiedAccess>]
module WidthScaling =

    let all = [
        WidthScaling.Ntk
        WidthScaling.MaximalUpdate
        WidthScaling.MeanField
        WidthScaling.MeanFieldInTime
    ]

    /// The name in results.
    let print (scaling: WidthScaling) : string =
        match scaling with
        | WidthScaling.Ntk -> "ntk"
        | WidthScaling.MaximalUpdate -> "mu-p"
        | WidthScaling.MeanField -> "mean-field"
        | WidthScaling.MeanFieldInTime -> "mean-field-in-time"

    let parse (text: string) : Result<WidthScaling, string> =
        PrintedUnion.parse "a scaling with the width" print all text

    /// The name in sentences and legends.
    let words (scaling: WidthScaling) : string =
        match scaling with
        | WidthScaling.Ntk -> "NTK"
        | WidthScaling.MaximalUpdate -> "µP"
        | WidthScaling.MeanField -> "mean-field"
        | WidthScaling.MeanFieldInTime -> "mean-field, faster rate"

    /// Those that differ for so many hidden layers.
    let distinct (layers: int) : WidthScaling list =
        if layers = 1 then [ WidthScaling.Ntk; WidthScaling.MaximalUpdate ] else all

    /// The k of α ∝ m^k in NTK parameterisation.
    let outputExponent (layers: int) (scaling: WidthScaling) : float =
        match scaling with
        | WidthScaling.Ntk -> 0.0
        | WidthScaling.MaximalUpdate -> -0.5
        | WidthScaling.MeanField
        | WidthScaling.MeanFieldInTime -> -0.5 * float layers

    /// The k of η ∝ m^k, η itself.
    let rateExponent (layers: int) (scaling: WidthScaling) : float =
        match scaling with
        | WidthScaling.MeanField -> 1.0
        | WidthScaling.Ntk
        | WidthScaling.MaximalUpdate
        | WidthScaling.MeanFieldInTime -> -2.0 * outputExponent layers scaling

    /// The k of the rate in units of N/Λ_max.
    let relativeRateExponent (layers: int) (scaling: WidthScaling) : float =
        rateExponent layers scaling + 2.0 * outputExponent layers scaling

    /// The k of the relative movement of the first layer's features ∝ m^k in the limit: rate/(α√m).
    let movementExponent (layers: int) (scaling: WidthScaling) : float =
        relativeRateExponent layers scaling - outputExponent layers scaling - 0.5

    /// What a width multiplies α and the rate's number by, over those at the base width.
    let factors (layers: int) (baseWidth: int) (width: int) (scaling: WidthScaling) : float * float =
        let power (k: float) = System.Math.Pow(float width / float baseWidth, k)
        power (outputExponent layers scaling), power (relativeRateExponent layers scaling)
