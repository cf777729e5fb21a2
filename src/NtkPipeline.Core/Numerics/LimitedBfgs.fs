namespace NtkPipeline.Core

open System

/// Why a minimisation ended.
[<RequireQualifiedAccess>]
type StopReason =
    /// The gradient's largest entry is below the tolerance.
    | Gradient
    /// Steps no longer lower the value.
    | Progress
    /// As many steps as were allowed.
    | Steps

/// A minimisation's course: the value never rises from one entry of the trace to the next.
type Minimum = {
    Point: float[]
    Value: float
    Gradient: float[]
    /// The value at the start and after each step.
    Trace: float[]
    Evaluations: int
    StoppedBy: StopReason
}

/// Quasi-Newton descent with limited memory (Liu & Nocedal 1989) for a handful of variables, by steps that are halved until the value
/// falls enough (Armijo). A point without a value (a matrix that is not positive definite) only shortens the step, which
/// neither TorchSharp's L-BFGS (fixed steps) nor MathNet's (an exception) would do.
[<RequireQualifiedAccess>]
module LimitedBfgs =

    let private memory = 10
    let private halvings = 40

    /// No step moves a variable further: of logarithms, a factor of 7.
    let private longest = 2.0

    let private dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0.0 a b
    let private along (a: float[]) (t: float) (d: float[]) = Array.map2 (fun x y -> x + t * y) a d
    let private largest (a: float[]) = a |> Array.fold (fun most x -> max most (abs x)) 0.0

    /// −H g by the two loops over the last steps s and gradient changes y, newest first.
    let private direction (pairs: (float[] * float[]) list) (gradient: float[]) =
        let folder (q, found) (s, y) =
            let a = dot s q / dot s y
            along q -a y, (a, s, y) :: found

        let q, oldestFirst = List.fold folder (gradient, []) pairs

        let scale =
            match pairs with
            | (s, y) :: _ -> dot s y / dot y y
            | [] -> 1.0 / max 1.0 (largest gradient)

        oldestFirst
        |> List.fold (fun r (a, s, y) -> along r (a - dot y r / dot s y) s) (q |> Array.map ((*) scale))
        |> Array.map (~-)

    /// Whether a variable stands at the end of its range and would leave it going downhill.
    let isHeld (lower: float, upper: float) (x: float) (slope: float) : bool =
        (x <= lower && slope > 0.0) || (x >= upper && slope < 0.0)

    /// From a point that has a value, each variable within its range (projected onto it step by step; Bertsekas 1982). `evaluate`
    /// gives value and gradient, or none where there is no finite one; `tell` hears each step's number and value.
    let minimise
        (tolerance: float)
        (mostSteps: int)
        (ranges: (float * float)[])
        (tell: int -> float -> unit)
        (evaluate: float[] -> (float * float[]) option)
        (start: float[])
        : Minimum option =
        let mutable evaluations = 0

        let evaluate point =
            evaluations <- evaluations + 1

            evaluate point
            |> Option.filter (fun (value, gradient) ->
                Double.IsFinite value && gradient |> Array.forall Double.IsFinite)

        let inRange (point: float[]) =
            Array.map2
                (fun (lower: float, upper: float) (x: float) -> Math.Clamp(x, lower, upper))
                ranges
                point

        /// 0 for variables that are held at the end of their range.
        let freeOf (point: float[]) (gradient: float[]) (values: float[]) =
            Array.init values.Length (fun k ->
                if isHeld ranges[k] point[k] gradient[k] then 0.0 else values[k])

        /// The first of t, t/2, t/4 … at which the value falls by a share of what the slope promises.
        let search (point: float[]) (value: float) (gradient: float[]) (d: float[]) =
            Seq.init halvings (fun k -> Math.ScaleB(1.0, -k))
            |> Seq.tryPick (fun t ->
                let candidate = along point t d |> inRange
                let promised = dot gradient (Array.map2 (-) candidate point)

                match evaluate candidate with
                | Some(found, gradient) when promised < 0.0 && found <= value + 1e-4 * promised ->
                    Some(candidate, found, gradient)
                | Some _
                | None -> None)

        let rec descend point value (gradient: float[]) pairs (trace: float list) =
            let finish reason =
                Some {
                    Point = point
                    Value = value
                    Gradient = gradient
                    Trace = trace |> List.rev |> Array.ofList
                    Evaluations = evaluations
                    StoppedBy = reason
                }

            let free = freeOf point gradient gradient

            if largest free <= tolerance then
                finish StopReason.Gradient
            elif trace.Length > mostSteps then
                finish StopReason.Steps
            else
                let d = direction pairs free |> freeOf point gradient
                let d = if dot d free < 0.0 then d else free |> Array.map (~-)
                let d = d |> Array.map ((*) (min 1.0 (longest / largest d)))

                match search point value gradient d with
                | None when pairs.IsEmpty -> finish StopReason.Progress
                // What was remembered misleads: once more, along the gradient alone.
                | None -> descend point value gradient [] trace
                | Some(next, found, there) ->
                    tell trace.Length found
                    let s, y = Array.map2 (-) next point, Array.map2 (-) there gradient

                    let pairs =
                        if dot s y > 1e-12 * sqrt (dot s s * dot y y) then
                            List.truncate memory ((s, y) :: pairs)
                        else
                            pairs

                    descend next found there pairs (found :: trace)

        evaluate start |> Option.bind (fun (value, gradient) -> descend start value gradient [] [ value ])
