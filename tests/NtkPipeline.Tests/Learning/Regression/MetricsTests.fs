module NtkPipeline.Tests.MetricsTests

open System
open Expecto
open FsCheck
open NtkPipeline.Core

/// Outputs on a coarse grid, so that ties and exact zeros occur.
let private rows (cells: (bool * sbyte) list) =
    cells |> List.map (fun (label, _) -> if label then 1.0 else -1.0) |> Array.ofList,
    cells |> List.map (fun (_, x) -> float (x / 16y)) |> Array.ofList

/// The definition: all pairs of a positive and a negative row.
let private aucByPairs (labels: float[]) (outputs: float[]) =
    let wins = [
        for i in 0 .. labels.Length - 1 do
            for j in 0 .. labels.Length - 1 do
                if labels[i] > 0.0 && labels[j] < 0.0 then
                    if outputs[i] > outputs[j] then 1.0
                    elif outputs[i] = outputs[j] then 0.5
                    else 0.0
    ]

    if wins.IsEmpty then 0.5 else List.average wins

let private close (a: float) (b: float) message = Expect.isLessThan (abs (a - b)) 1e-12 message

let tests =
    testList "Metrics" [
        testProperty "the area under the ROC curve is the share of ordered pairs"
        <| fun (NonEmptyArray cells) ->
            let labels, outputs = rows (List.ofArray cells)
            close (Metrics.auc labels outputs) (aucByPairs labels outputs) "by pairs"

        testProperty "labels and outputs turned round keep accuracy and area, but for outputs of 0"
        <| fun (NonEmptyArray cells) ->
            let labels, outputs = rows (List.ofArray cells)
            let outputs = outputs |> Array.map (fun x -> if x = 0.0 then 0.25 else x)
            let turned = Metrics.scores (Array.map (~-) labels) (Array.map (~-) outputs)
            let straight = Metrics.scores labels outputs
            close turned.Accuracy straight.Accuracy "accuracy"
            close turned.Auc straight.Auc "area"

        testProperty "F1 is the harmonic mean of precision and recall"
        <| fun (NonEmptyArray cells) ->
            let labels, outputs = rows (List.ofArray cells)
            let count predicate = Array.zip labels outputs |> Array.filter predicate |> Array.length |> float
            let hits = count (fun (y, f) -> y > 0.0 && f > 0.0)

            if hits = 0.0 then
                Expect.equal (Metrics.f1 labels outputs) 0.0 "nothing was hit"
            else
                let precision = hits / count (fun (_, f) -> f > 0.0)
                let recall = hits / count (fun (y, _) -> y > 0.0)
                close (Metrics.f1 labels outputs) (2.0 / (1.0 / precision + 1.0 / recall)) "harmonic mean"

        testCase "a small example by hand"
        <| fun () ->
            let scores = Metrics.scores [| 1; 1; 1; -1; -1 |] [| 2; 0.5; -1; 0.5; -3 |]
            close scores.Accuracy 0.6 "three of five"
            close scores.F1 (4.0 / 6.0) "TP 2, FP 1, FN 1"
            close scores.Auc (4.5 / 6.0) "4 pairs right, 1 tied, of 6"

        testCase "labels of one class have an area of one half"
        <| fun () ->
            let scores = Metrics.scores [| 1; 1 |] [| 3; 4 |]
            Expect.equal scores { Accuracy = 1.0; F1 = 1.0; Auc = 0.5 } "all positive"
            let scores = Metrics.scores [| -1; -1 |] [| -3; -4 |]
            Expect.equal scores { Accuracy = 1.0; F1 = 0.0; Auc = 0.5 } "all negative"

        testCase "0 and 1 are labels too, and an output of 0 is negative"
        <| fun () ->
            Expect.equal (Metrics.accuracy [| 0; 1; 0; 1 |] [| -1; 1; 0; 0 |]) 0.75 "the last row is wrong"

        testCase "the gap of two functions"
        <| fun () -> Expect.equal (Metrics.gap [| 1; 2 |] [| 1; 6 |]) { Rms = sqrt 8.0; Sup = 4.0 } "0 and 4"

        testCase "correlations, and the standard error of a share, by hand"
        <| fun () ->
            let wantClose (found: float option) expected =
                close (Expect.wantSome found "both vary") expected "Pearson's"

            // Σxy/√(Σx² Σy²) of what is centred: 1/√(2 · 14/3), and a share of ¼ among 12 rows.
            wantClose (Metrics.correlation [| 1; 2; 3 |] [| 5; 3; 1 |]) -1.0
            wantClose (Metrics.correlation [| 1; 2; 3 |] [| 1; 4; 2 |]) (1.0 / sqrt (2.0 * 14.0 / 3.0))

            wantClose
                (Metrics.correlation [| 1e8 + 1.0; 1e8 + 2.0; 1e8 + 3.0 |] [| 1; 4; 2 |])
                0.3273268353539886

            Expect.isNone (Metrics.correlation [| 1; 2; 3 |] [| 0.1; 0.1; 0.1 |]) "one does not vary"
            Expect.isNone (Metrics.correlation [| 1 |] [| 2 |]) "one row"
            close (fst (Metrics.errorBar 12 0.25)) 0.125 "one to each side"
            close (fst (Metrics.errorBar 10 1.0)) (0.16 ** 0.1) "none wrong of ten is not sure"
            close (snd (Metrics.errorBar 10 0.0)) (1.0 - 0.16 ** 0.1) "nor none right"
            close (Metrics.standardError 12 0.25) 0.125 "√(0.25 · 0.75/12)"
            Expect.equal (Metrics.standardError 0 0.5) 0.5 "no rows are as one"

        testCase "no rows, other lengths and numbers that are not finite are refused"
        <| fun () ->
            for labels, outputs in
                [ [||], [||]; [| 1.0 |], [||]; [| 1.0 |], [| nan |]; [| infinity |], [| 1.0 |] ] do
                Expect.throwsT<ArgumentException> (fun () -> Metrics.scores labels outputs |> ignore) "a bug"
    ]
