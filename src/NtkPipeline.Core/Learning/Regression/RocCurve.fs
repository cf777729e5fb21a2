namespace NtkPipeline.Core

open System

/// The receiver operating characteristic of real-valued outputs against labels, of which those above 0 are positive: which share of the
/// positive rows lies above a cut, against the share of the negative ones that does, as the cut falls.
[<RequireQualifiedAccess>]
module RocCurve =

    /// How many negative and positive rows lie above each cut between different outputs, from none to all.
    let private counts (labels: float[]) (outputs: float[]) : (int64 * int64)[] =
        let sorted = Array.zip outputs labels |> Array.sortBy (fun (output, _) -> -output)

        sorted
        |> Array.mapi (fun k (output, label) ->
            let isLast = k = sorted.Length - 1 || fst sorted[k + 1] <> output
            isLast, (if label > 0.0 then 0L, 1L else 1L, 0L))
        |> Array.scan
            (fun (_, (negatives, positives)) (isLast, (negative, positive)) ->
                isLast, (negatives + negative, positives + positive))
            (true, (0L, 0L))
        |> Array.filter fst
        |> Array.map snd

    /// Those between whose neighbours the curve turns, first and last among them.
    let private corners (counts: (int64 * int64)[]) =
        let isCorner k =
            if k = 0 || k = counts.Length - 1 then
                true
            else
                let (x0, y0), (x1, y1), (x2, y2) = counts[k - 1], counts[k], counts[k + 1]
                (x1 - x0) * (y2 - y1) <> (x2 - x1) * (y1 - y0)

        [| 0 .. counts.Length - 1 |] |> Array.filter isCorner |> Array.map (fun k -> counts[k])

    /// (share of negative rows above, share of positive rows above), from (0, 0) to (1, 1): the places at which the curve turns, all others
    /// lie on straight lines between them. Rows of one output are passed at once, so that ties are a slope. Empty where all
    /// labels are of one class. O(n log n); `ArgumentException` as `Metrics.check`.
    let points (labels: float[]) (outputs: float[]) : (float * float)[] =
        Metrics.check labels outputs
        let counts = counts labels outputs
        let negatives, positives = Array.last counts

        if negatives = 0L || positives = 0L then
            [||]
        else
            corners counts |> Array.map (fun (x, y) -> float x / float negatives, float y / float positives)

    /// The area under straight lines through such places: `Metrics.auc`, but for rounding.
    let area (points: (float * float)[]) : float =
        points |> Array.pairwise |> Array.sumBy (fun ((x0, y0), (x1, y1)) -> (x1 - x0) * (y0 + y1) / 2.0)

    /// At most so many of the places, three at least: the first, the last, and of the others those at which x + y has gone on by
    /// another equal step.
    let thin (most: int) (points: (float * float)[]) : (float * float)[] =
        if points.Length <= most then
            points
        else
            let stepOf (x, y) = Math.Floor((x + y) * float (most - 2) / 2.0)

            [| 0 .. points.Length - 1 |]
            |> Array.filter (fun k ->
                k = 0 || k = points.Length - 1 || stepOf points[k] <> stepOf points[k - 1])
            |> Array.map (fun k -> points[k])
