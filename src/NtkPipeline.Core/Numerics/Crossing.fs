namespace NtkPipeline.Core

/// Where a measured curve passes a level.
[<RequireQualifiedAccess>]
module Crossing =

    /// The largest x at which a curve through the points (x, y), all above 0, comes down through a level as x grows: between two
    /// neighbours, by a straight line through logarithms, exact for a power law. None where the last points are not below the level or no
    /// point is at it or above. Points may come in any order.
    let last (level: float) (points: (float * float)[]) : float option =
        points
        |> Array.sortBy fst
        |> Array.pairwise
        |> Array.tryFindBack (fun ((_, y), (_, next)) -> (y >= level) <> (next >= level))
        |> Option.bind (fun ((x, y), (nextX, nextY)) ->
            if y < level then
                // It rises to its end.
                None
            else
                let share = (log y - log level) / (log y - log nextY)
                Some(exp (log x + share * (log nextX - log x))))
