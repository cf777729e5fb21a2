namespace NtkPipeline.Core

open System.Collections.Concurrent

/// How the duals that have no closed form are found.
[<NoEquality; NoComparison>]
type Integrals = {
    /// √E[f(u)²] for u of a norm.
    Norm: SmoothKink -> float -> float
    /// E[f(u)f(v)]
    Pair: SmoothKink -> Moments -> float
}

[<RequireQualifiedAccess>]
module Integrals =

    /// Each by itself: the definition.
    let byQuadrature: Integrals = {
        Norm = fun kink u -> sqrt (Quadrature.pair kink (Moments.same u))
        Pair = Quadrature.pair
    }

    /// A memory of what a function gives for a norm.
    let private remember (make: SmoothKink -> float -> 'v) : SmoothKink -> float -> 'v =
        let memory = ConcurrentDictionary<struct (SmoothKink * float), 'v>()

        fun kink u ->
            match memory.TryGetValue(struct (kink, u)) with
            | true, value -> value
            | _ -> memory.GetOrAdd(struct (kink, u), make kink u)

    /// For many pairs: by `HermiteSeries`, each computed once a norm and then kept, where they converge, else by quadrature.
    /// Every value depends on its pair alone. A row takes some kilobytes an integrated layer.
    let bySeries () : Integrals =
        let norm = remember byQuadrature.Norm
        let series = remember HermiteSeries.ofNorm

        let pair (kink: SmoothKink) (m: Moments) =
            match series kink m.U, series kink m.V with
            | ValueSome f, ValueSome g ->
                match HermiteSeries.product f g m.Cos with
                | ValueSome sum -> sum
                | ValueNone -> Quadrature.pair kink m
            | _ -> Quadrature.pair kink m

        { Norm = norm; Pair = pair }
