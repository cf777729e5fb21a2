namespace NtkPipeline.Core

/// Angles between directions in function space: outputs on the same rows, one number a row.
[<RequireQualifiedAccess>]
module PathAngle =

    let private norm (v: float[]) = sqrt (v |> Array.sumBy (fun x -> x * x))

    /// The angle between two directions in radians, 0 … π: 2·atan2(‖u − v‖, ‖u + v‖) of the unit vectors, which loses no digits near 0 as
    /// arccos does (Kahan, "How Futile are Mindless Assessments of Roundoff", 2006, §12). None where one of them is 0.
    let between (a: float[]) (b: float[]) : float option =
        let sizeA, sizeB = norm a, norm b

        if sizeA = 0.0 || sizeB = 0.0 then
            None
        else
            let u, v = Array.map (fun x -> x / sizeA) a, Array.map (fun x -> x / sizeB) b
            Some(2.0 * atan2 (norm (Array.map2 (-) u v)) (norm (Array.map2 (+) u v)))

    /// Of two paths through the same moments: the angle between their movements from each moment to the next.
    let alongPaths (a: float[][]) (b: float[][]) : float option[] =
        if a.Length <> b.Length then
            invalidArg (nameof b) $"%d{b.Length} moments beside %d{a.Length}"

        let movements (path: float[][]) =
            Array.pairwise path |> Array.map (fun (before, after) -> Array.map2 (-) after before)

        Array.map2 between (movements a) (movements b)
