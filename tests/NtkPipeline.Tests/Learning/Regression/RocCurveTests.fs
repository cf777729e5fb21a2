module NtkPipeline.Tests.RocCurveTests

open System
open Expecto
open FsCheck
open NtkPipeline.Core

/// Outputs on a coarse grid, so that ties occur.
let private rows (cells: (bool * sbyte)[]) =
    cells |> Array.map (fun (label, _) -> if label then 1.0 else -1.0),
    cells |> Array.map (fun (_, x) -> float (x / 16y))

/// Shares of negative and of positive rows whose output is at least a cut: the definition.
let private byCut (labels: float[]) (outputs: float[]) =
    let share isPositive cut =
        Array.zip labels outputs
        |> Array.filter (fun (label, _) -> (label > 0.0) = isPositive)
        |> Array.averageBy (fun (_, output) -> if output >= cut then 1.0 else 0.0)

    outputs
    |> Array.distinct
    |> Array.sortDescending
    |> Array.map (fun cut -> share false cut, share true cut)
    |> Array.append [| 0.0, 0.0 |]

let private random = Random 5

let private many count =
    Array.init count (fun _ -> if random.NextDouble() < 0.4 then 1.0 else -1.0),
    Array.init count (fun _ -> random.NextDouble())

let tests =
    testList "RocCurve" [
        testProperty "the area under it is the AUC to 1e-12, ties and all"
        <| fun (NonEmptyArray cells) ->
            let labels, outputs = rows cells

            match RocCurve.points labels outputs with
            | [||] -> Expect.equal (Array.distinct labels).Length 1 "one class alone"
            | points ->
                Expect.isLessThan (abs (RocCurve.area points - Metrics.auc labels outputs)) 1e-12 "its area"

        testProperty "its places are shares above cuts, and those left out lie on its straight lines"
        <| fun (NonEmptyArray cells) ->
            let labels, outputs = rows cells

            match RocCurve.points labels outputs with
            | [||] -> ()
            | points ->
                let all = byCut labels outputs
                Expect.equal points[0] (0.0, 0.0) "it begins"
                Expect.equal (Array.last points) (1.0, 1.0) "it ends"

                for x, y in points do
                    Expect.isTrue
                        (all |> Array.exists (fun (a, b) -> abs (a - x) + abs (b - y) < 1e-12))
                        $"a cut gives (%g{x}, %g{y})"

                for x, y in all do
                    let isOn =
                        points
                        |> Array.pairwise
                        |> Array.exists (fun ((x0, y0), (x1, y1)) ->
                            x >= x0 - 1e-12
                            && x <= x1 + 1e-12
                            && y >= y0 - 1e-12
                            && y <= y1 + 1e-12
                            && abs ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) < 1e-12)

                    Expect.isTrue isOn $"(%g{x}, %g{y}) is on it"

        testCase "perfect, worst and constant outputs"
        <| fun () ->
            let labels = [| -1.0; -1.0; 1.0; 1.0 |]

            Expect.equal
                (RocCurve.points labels [| 1.0; 2.0; 3.0; 4.0 |])
                [| 0.0, 0.0; 0.0, 1.0; 1.0, 1.0 |]
                "two corners"

            Expect.equal
                (RocCurve.points labels [| 4.0; 3.0; 2.0; 1.0 |])
                [| 0.0, 0.0; 1.0, 0.0; 1.0, 1.0 |]
                "the other way"

            Expect.equal
                (RocCurve.points labels (Array.create 4 0.5))
                [| 0.0, 0.0; 1.0, 1.0 |]
                "ties are a slope"

        testCase "thinned it keeps both ends and its area, nearly"
        <| fun () ->
            let labels, outputs = many 20000
            let whole = RocCurve.points labels outputs
            Expect.isGreaterThan whole.Length 5000 "a long one"
            let thin = RocCurve.thin 1000 whole
            Expect.isLessThanOrEqual thin.Length 1000 "so many"
            Expect.equal (thin[0], Array.last thin) ((0.0, 0.0), (1.0, 1.0)) "ends"
            Expect.isLessThan (abs (RocCurve.area thin - RocCurve.area whole)) 2e-3 "its area"
            Expect.equal (RocCurve.thin 1000 thin) thin "short ones are kept"
    ]
