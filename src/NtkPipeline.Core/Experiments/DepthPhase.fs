namespace NtkPipeline.Core

/// A place of the plane of phases: what theory says of it.
type PhasePoint = { WeightVariance: float; BiasVariance: float; Propagation: Propagation }

/// How an erf network of one σ_w² fares with depth: kernels and trained networks. `Gain` is the share that is kept of what the best of its
/// kind, at any σ_w², gains on naming the more frequent class: 1 for the best, 0 or below where the rows are lost.
type DepthOutcome = {
    WeightVariance: float
    Layers: int
    /// Layers over ξ; none where there is no ξ.
    Relative: float option
    IsChaotic: bool
    Accuracy: float
    Gain: float
}

/// ξ as theory has it and as two kernels of real rows, at neighbouring depths, show it.
type DepthScaleCheck = {
    WeightVariance: float
    Expected: float
    Measured: float
    /// The two depths.
    From: int
    To: int
}

/// In which layers order and chaos lose what tells tweets apart.
[<RequireQualifiedAccess>]
module DepthPhase =

    let place (activation: Activation) (weight: float) (bias: float) : PhasePoint = {
        WeightVariance = weight
        BiasVariance = bias
        Propagation =
            SignalPropagation.ofLayer {
                Activation = activation
                WeightVariance = weight
                BiasVariance = bias
            }
    }

    /// Places of a picture of the plane.
    let weights, biases =
        Array.init 25 (fun k -> 0.25 * System.Math.Pow(40.0, float k / 24.0)),
        Array.init 13 (fun k -> 0.04 * float k)

    let plane (activation: Activation) : PhasePoint[][] =
        biases |> Array.map (fun bias -> weights |> Array.map (fun weight -> place activation weight bias))

    /// The critical line within the picture, (σ_w², σ_b²), by growing q.
    let criticalLine (activation: Activation) : (float * float)[] =
        Array.init 200 (fun k -> 1e-4 * System.Math.Pow(1e6, float k / 199.0))
        |> Array.choose (SignalPropagation.critical activation)
        |> Array.filter (fun (weight, bias) ->
            weight <= weights[weights.Length - 1] && bias <= biases[biases.Length - 1])

    /// Spreads below this are of rounding.
    let private least = 1e-11

    /// ξ from the two deepest kernels that still tell rows apart: spread ∝ e^(−L/ξ). None where ξ is more than half of the depth between
    /// the first and the last, which is not deep enough to see it.
    let check (bias: float) (weight: float) (kernels: (int * DepthKernel)[]) : DepthScaleCheck option =
        let seen = kernels |> Array.filter (fun (_, kernel) -> kernel.Spread > least) |> Array.sortBy fst

        match (place Erf.activation weight bias).Propagation.DepthScale with
        | Some expected when seen.Length >= 2 ->
            let (shallow, before), (deep, after) = seen[seen.Length - 2], seen[seen.Length - 1]

            if after.Spread < before.Spread && float shallow >= expected then
                Some {
                    WeightVariance = weight
                    Expected = expected
                    Measured = float (deep - shallow) / log (before.Spread / after.Spread)
                    From = shallow
                    To = deep
                }
            else
                None
        | _ -> None

    /// Of one σ_w²: (layers, accuracy) of its kernels or networks; `majority` is the share of the more frequent class, `best` the accuracy
    /// of the best of all.
    let outcomes
        (bias: float)
        (majority: float, best: float)
        (weight: float)
        (scored: (int * float)[])
        : DepthOutcome[] =
        let propagation = (place Erf.activation weight bias).Propagation

        scored
        |> Array.sortBy fst
        |> Array.map (fun (layers, accuracy) -> {
            WeightVariance = weight
            Layers = layers
            Relative = propagation.DepthScale |> Option.map (fun scale -> float layers / scale)
            IsChaotic = propagation.Slope > 1.0
            Accuracy = accuracy
            Gain = if best > majority then (accuracy - majority) / (best - majority) else 0.0
        })

    /// A network that keeps less of the gain than this has lost the rows.
    let kept = 0.5

    /// The deepest that keeps its rows and the shallowest that has lost them, in units of ξ.
    let edges (outcomes: DepthOutcome[]) : float option * float option =
        let relative isKept =
            outcomes
            |> Array.filter (fun outcome -> (outcome.Gain >= kept) = isKept)
            |> Array.choose _.Relative

        let ofAny pick (values: float[]) = if values.Length = 0 then None else Some(pick values)
        ofAny Array.max (relative true), ofAny Array.min (relative false)
