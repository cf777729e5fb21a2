namespace NtkPipeline.Core

open System.Collections.Concurrent

/// How the duals that have no closed form are found. Activations that have one are no business of theirs.
[<NoEquality; NoComparison>]
type Integrals = {
    /// √E[φ(u)²] for u of a norm.
    Norm: Activation -> float -> float
    /// E[φ(u)φ(v)]
    Value: Activation -> Moments -> float
    /// E[φ'(u)φ'(v)]
    Slope: Activation -> Moments -> float
}

[<RequireQualifiedAccess>]
module Integrals =

    let private kink (find: Activation -> SmoothKink voption) (activation: Activation) =
        match find activation with
        | ValueSome kink -> kink
        | ValueNone ->
            invalidArg (nameof activation) $"%s{Activation.print activation} has a closed-form dual"

    /// Each by itself: the definition.
    let byQuadrature: Integrals = {
        Norm = fun activation u -> sqrt (Quadrature.pair (kink SmoothKink.value activation) (Moments.same u))
        Value = fun activation m -> Quadrature.pair (kink SmoothKink.value activation) m
        Slope = fun activation m -> Quadrature.pair (kink SmoothKink.slope activation) m
    }

    /// A memory of what a function gives for a norm.
    let private remember (make: SmoothKink -> float -> 'v) : SmoothKink -> float -> 'v =
        let memory = Array.init SmoothKink.count (fun _ -> ConcurrentDictionary<float, 'v>())

        fun kink u ->
            match memory[kink.Number].TryGetValue u with
            | true, value -> value
            | _ -> memory[kink.Number].GetOrAdd(u, make kink u)

    /// For many pairs: by `HermiteSeries`, each computed once a norm and then kept, where they converge, else by quadrature.
    /// Every value depends on its pair alone. A row takes some kilobytes an integrated layer.
    let bySeries () : Integrals =
        let norm = remember (fun kink u -> sqrt (Quadrature.pair kink (Moments.same u)))
        let series = remember HermiteSeries.ofNorm

        let pair (kink: SmoothKink) (m: Moments) =
            match series kink m.U, series kink m.V with
            | ValueSome f, ValueSome g ->
                match HermiteSeries.product f g m.Cos with
                | ValueSome sum -> sum
                | ValueNone -> Quadrature.pair kink m
            | _ -> Quadrature.pair kink m

        {
            Norm = fun activation u -> norm (kink SmoothKink.value activation) u
            Value = fun activation m -> pair (kink SmoothKink.value activation) m
            Slope = fun activation m -> pair (kink SmoothKink.slope activation) m
        }
