module NtkPipeline.Tests.KernelImageTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

/// Two distant clouds of points; half of each has the target −1.
let private clouds count =
    let random = Random 5

    Array.init count (fun i ->
        let centre = if i / 2 % 2 = 0 then 0.0 else 6.0
        [| centre + random.NextDouble(); random.NextDouble() |])

let private draw (rows: int[]) targets (gram: Matrix<float>) =
    let train = Matrix.gather rows rows gram
    let spectrum = Expect.wantOk (Spectrum.decompose "the kernel" (KernelMatrix.Double train)) ""
    KernelImage.draw (Matrix.map float32 gram) rows targets spectrum

let private alternating count = Array.init count (fun i -> if i % 2 = 0 then 1.0 else -1.0)

let tests =
    testList "KernelImage" [
        testCase "few rows are drawn one by one, negative targets first, alike rows together"
        <| fun () ->
            let xs = clouds 40
            let rows = [| 39..-1..0 |]
            let picture = Expect.wantOk (draw rows (alternating 40) (roughKernelOf xs xs)) "a kernel"
            Expect.equal (picture.Size, picture.Negative) (40, 20) "a block for each row"
            let image = Matrix.create 40 40 picture.Values
            Expect.all [ 0..39 ] (fun i -> image[i, i] = 1.0) "the diagonal, over its mean"

            let isNear i j = image[i, j] > 0.1
            // Each class is two runs of rows, one for each cloud.
            for start in [ 0; 20 ] do
                Expect.all
                    [ start .. start + 9 ]
                    (fun i -> isNear start i && not (isNear (start + 10) i))
                    "one cloud"

        testCase "many rows are averaged in blocks, and no entry is lost"
        <| fun () ->
            let xs = clouds 300
            let targets = Array.init 300 (fun i -> if i % 3 = 0 then -1.0 else 1.0)
            let gram = roughKernelOf xs xs |> Matrix.map ((*) 2.0)
            let picture = Expect.wantOk (draw [| 0..299 |] targets gram) "a kernel"
            Expect.equal (picture.Size, picture.Negative) (120, 40) "by share"
            Expect.equal picture.Eigenvalues.Length 300 "the whole spectrum"

            // 100 rows in 40 blocks and 200 in 80: two and a half rows each, so blocks of 2 and 3.
            let height b = if b % 2 = 0 then 2.0 else 3.0

            let total =
                picture.Values
                |> Array.mapi (fun place mean -> mean * height (place / 120) * height (place % 120))
                |> Array.sum

            wantClose 1e-3 "the sum of all entries over the mean diagonal" [| total |] [|
                Array.sum gram.Values / 2.0
            |]

            let image = Matrix.create 120 120 picture.Values
            Expect.all [ 0..119 ] (fun i -> abs (image[i, 7] - image[7, i]) < 1e-6) "symmetric"

        testCase "one class alone, and a rare class, are drawn too"
        <| fun () ->
            let xs = clouds 130
            let gram = roughKernelOf xs xs
            let negative targets = (Expect.wantOk (draw [| 0..129 |] targets gram) "").Negative
            Expect.equal (negative (Array.create 130 1.0)) 0 "none"
            Expect.equal (negative (Array.create 130 -1.0)) 120 "all"
            Expect.equal (negative (Array.init 130 (fun i -> if i = 77 then -1.0 else 1.0))) 1 "one row"
            Expect.equal (negative (Array.init 130 (fun i -> if i = 77 then 1.0 else -1.0))) 119 "all but one"

        testCase "a kernel without a diagonal is refused"
        <| fun () ->
            draw [| 0..3 |] (alternating 4) (Matrix.create 4 4 (Array.zeroCreate 16))
            |> wantRefusal [ "diagonal" ]
    ]
