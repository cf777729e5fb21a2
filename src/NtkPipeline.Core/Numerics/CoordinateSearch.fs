namespace NtkPipeline.Core

open System.Collections.Generic

/// Where a search ended.
type SearchEnd = {
    Point: float[]
    Value: float
    /// How often the function was asked.
    Asked: int
}

/// The least of a function without derivatives: one coordinate after the other is moved by a step up or down while that
/// lessens the value; when no move does, the next, smaller step is taken. No point is asked for twice, so on the grid of the
/// steps the search ends, and it ends after `most` questions at the latest.
[<RequireQualifiedAccess>]
module CoordinateSearch =

    /// `low` and `high` bound each coordinate. The function may refuse, which ends the search.
    let minimise
        (steps: float list)
        (most: int)
        (low: float[])
        (high: float[])
        (start: float[])
        (f: float[] -> Result<float, 'e>)
        : Result<SearchEnd, 'e> =
        let known = Dictionary<string, float>()
        let key (point: float[]) = System.String.Join(' ', point)
        let mutable refusal = None

        let ask (point: float[]) =
            match known.TryGetValue(key point) with
            | true, value -> Some value
            | _ when known.Count >= most || Option.isSome refusal -> None
            | _ ->
                match f point with
                | Ok value ->
                    known[key point] <- value
                    Some value
                | Error e ->
                    refusal <- Some e
                    None

        let moved k step (point: float[]) =
            let there = Array.copy point
            there[k] <- System.Math.Clamp(point[k] + step, low[k], high[k])
            there

        /// As far along one coordinate as the value falls.
        let rec along k step (point, value) =
            let next = moved k step point

            match ask next with
            | Some better when better < value -> along k step (next, better)
            | Some _
            | None -> point, value

        let sweep step (best: float[] * float) =
            ((best, seq { 0 .. start.Length - 1 })
             ||> Seq.fold (fun best k ->
                 match along k step best with
                 | further when snd further < snd best -> further
                 | _ -> along k -step best))

        let rec settle step best =
            match sweep step best with
            | better when snd better < snd best -> settle step better
            | _ -> best

        match ask start with
        | None ->
            match refusal with
            | Some e -> Error e
            | None -> invalidArg (nameof most) "a search asks at least once"
        | Some value ->
            let point, value = ((start, value), steps) ||> List.fold (fun best step -> settle step best)

            match refusal with
            | Some e -> Error e
            | None -> Ok { Point = point; Value = value; Asked = known.Count }
