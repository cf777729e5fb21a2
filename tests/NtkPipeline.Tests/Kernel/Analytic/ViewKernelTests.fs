module NtkPipeline.Tests.ViewKernelTests

open System
open Expecto
open NtkPipeline.Core

let private rows seed count columns =
    let random = Random(seed: int)

    Matrix.init count columns (fun _ _ -> float32 (random.NextDouble() - 0.5))
    |> Pca.normaliseRows
    |> fst

let private words, place = rows 1 30 6, rows 2 30 4

/// A tweet that names no place.
let private placeOrNone = Matrix.init 30 4 (fun i j -> if i = 7 then 0.0f else place[i, j])

let private views: Views = [ "words", words; "place", placeOrNone ]
let private want result = Expect.wantOk result "the kernel exists"

/// The arc-cosine form of Θ on unit rows (Cho & Saul 2009), in float64 and without the code under test.
let private theta (u: float) (v: float) (inner: float) =
    if u = 0.0 || v = 0.0 then
        0.0
    else
        let cos = Math.Clamp(inner / (u * v), -1.0, 1.0)
        let angle = acos cos
        u * v / (2.0 * Math.PI) * (sin angle + 2.0 * cos * (Math.PI - angle))

/// Rounding of a unit row's norm must not turn into an angle.
let private cosine inner i j = if i = j then 1.0 else inner i j / sqrt (inner i i * inner j j)

let private inner (m: Matrix<float32>) i j =
    Seq.init m.Columns (fun k -> float m[i, k] * float m[j, k]) |> Seq.sum

let tests =
    testList "ViewKernel" [
        testCase "views side by side have the kernel of their weighted cosine"
        <| fun () ->
            let k = want (ViewKernel.gram (Beside [ 2.0, "words"; 0.5, "place" ]) views None)

            for i in 0..29 do
                for j in 0..29 do
                    let dot a b = 4.0 * inner words a b + 0.25 * inner placeOrNone a b
                    let expected = theta 1.0 1.0 (cosine dot i j)
                    let tolerance = if i = j then 1e-6 else 2e-6
                    Expect.isLessThan (abs (float k[i, j] - expected)) tolerance $"%d{i}, %d{j}"

        testCase "a sum of kernels is that of each view, by its weight squared; what is not seen adds nothing"
        <| fun () ->
            let k = want (ViewKernel.gram (Sum [ 2.0, "words"; 0.5, "place" ]) views None)

            for i in 0..29 do
                for j in 0..29 do
                    let seen = if i = 7 || j = 7 then 0.0 else theta 1.0 1.0 (cosine (inner place) i j)
                    let expected = 4.0 * theta 1.0 1.0 (cosine (inner words) i j) + 0.25 * seen
                    Expect.isLessThan (abs (float k[i, j] - expected)) 1e-5 $"%d{i}, %d{j}"

        testCase "of one view both are its own kernel; a view of weight 0 counts for nothing"
        <| fun () ->
            let alone = want (BaseKernel.gram words None)

            for kernel in [ Beside [ 3.0, "words"; 0.0, "place" ]; Sum [ 1.0, "words"; 0.0, "place" ] ] do
                let k = want (ViewKernel.gram kernel views None)
                let gap = Array.map2 (fun (a: float32) b -> abs (a - b)) k.Values alone.Values |> Array.max
                Expect.isLessThan gap 2e-6f $"%A{kernel}"

        testCase "the kernel with other tweets is a part of the kernel of all"
        <| fun () ->
            let part rows : Views = views |> List.map (fun (name, all) -> name, Matrix.gatherRows rows all)

            for kernel in [ Beside [ 1.0, "words"; 0.7, "place" ]; Sum [ 1.0, "words"; 0.7, "place" ] ] do
                let all = want (ViewKernel.gram kernel views None)
                let cross = want (ViewKernel.gram kernel (part [| 20..29 |]) (Some(part [| 0..19 |])))
                Expect.equal (cross.Rows, cross.Columns) (10, 20) "shape"

                for i in 0..9 do
                    for j in 0..19 do
                        Expect.isLessThan (abs (cross[i, j] - all[20 + i, j])) 4e-6f "the same pair"

        testCase "a sum is accumulated part by part, in float32"
        <| fun () ->
            let weights = [ 1.0; 0.5; 2.0; 0.7; 0.3 ]
            let names = [ for k in 0..4 -> $"view%d{k}" ]
            let views: Views = [ for k in 0..4 -> names[k], rows (10 + k) 200 (3 + k) ]
            let sum = want (ViewKernel.gram (Sum(List.zip weights names)) views None)
            let grams = [ for _, rows in views -> want (BaseKernel.gram rows None) ]

            let expected =
                Array.init sum.Values.Length (fun k ->
                    List.zip weights grams
                    |> List.map (fun (weight, gram) -> float32 (weight * weight) * gram.Values[k])
                    |> List.reduce (+))

            Expect.equal sum.Values expected "bit for bit"

        testCase "a kernel of more entries than one array holds is refused at once, with the way on"
        <| fun () ->
            let tall = Matrix.create 46_341 1 (Array.create 46_341 1.0f)
            let sentence = (Expect.wantError (BaseKernel.gram tall None) "refused").Sentence
            Expect.stringContains sentence "ntk solve" "the way on"

            Expect.isOk
                (KernelInputs.checkEntries KernelInputs.mostRows KernelInputs.mostRows)
                "the most that fits"

            Expect.equal KernelInputs.mostRows 46_340 "and how many that is"

        testCase "a view that is not there is the caller's bug"
        <| fun () ->
            Expect.throwsT<ArgumentException>
                (fun () -> ViewKernel.gram (Beside [ 1.0, "smell" ]) views None |> ignore)
                "unknown"

            Expect.throwsT<ArgumentException>
                (fun () -> ViewKernel.gram (Sum [ 0.0, "words" ]) views None |> ignore)
                "nothing is left"
    ]
