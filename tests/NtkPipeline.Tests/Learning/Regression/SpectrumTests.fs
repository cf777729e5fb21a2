module NtkPipeline.Tests.SpectrumTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private kernel = let xs = points 70 in kernelOf xs xs
let private decompose = Spectrum.decompose "the kernel"

let private change i j value (m: Matrix<float>) = {
    m with
        Values = m.Values |> Array.mapi (fun k x -> if k = i * m.Columns + j then value else x)
}

/// Q Λ Qᵀ, entry by entry.
let private back (spectrum: Spectrum) =
    let values = Spectrum.values spectrum

    Matrix.init spectrum.Rows spectrum.Rows (fun i j ->
        Seq.sum (
            seq {
                for k in 0 .. spectrum.Rows - 1 ->
                    spectrum.Vectors[i, k] * values[k] * spectrum.Vectors[j, k]
            }
        ))

let tests =
    testList "Spectrum" [
        testCase "eigenvalues and eigenvectors give the matrix back, largest first"
        <| fun () ->
            let spectrum = Expect.wantOk (decompose (KernelMatrix.Double kernel)) "it is a kernel"
            let values = Spectrum.values spectrum
            Expect.sequenceEqual values (Array.sortDescending values) "largest first"
            wantClose 1e-12 "Q Λ Qᵀ = K" (back spectrum).Values kernel.Values
            let trace = Array.sum (KernelMatrix.diagonal (KernelMatrix.Double kernel))
            wantClose 1e-11 "their sum is the trace" [| Array.sum values |] [| trace |]

        testCase "float32 entries are promoted, not decomposed in float32"
        <| fun () ->
            let single = Matrix.map float32 kernel
            let spectrum = Expect.wantOk (decompose (KernelMatrix.Single single)) "it is a kernel"
            wantClose 1e-6 "clipping aside" (back spectrum).Values (Matrix.map float single).Values
            Expect.isGreaterThan (Spectrum.clipped spectrum) 0 "this spectrum falls below float32's rounding"
            Expect.isLessThan (Spectrum.mostNegative spectrum) 0.0 "and the result says so"
            Expect.isGreaterThan (Spectrum.mostNegative spectrum) -1e-5 "by little"

        testCase "rows that stand twice leave a zero eigenvalue, and no refusal"
        <| fun () ->
            let twice = Array.append [| 0..69 |] [| 0..9 |]

            let spectrum =
                Expect.wantOk (decompose (KernelMatrix.Double(Matrix.gather twice twice kernel))) ""

            let values = Spectrum.values spectrum
            wantClose 1e-12 "ten of them at least" values[70..] (Array.zeroCreate 10)

        testCase "an indefinite matrix is refused with its eigenvalue"
        <| fun () ->
            Matrix.init 3 3 (fun i j -> if i = j then 1.0 else -0.9)
            |> KernelMatrix.Double
            |> decompose
            |> wantRefusal [ "the kernel"; "-0.8"; "not positive semi-definite"; "weigh most" ]

        testCase "the entry that makes a matrix indefinite is named"
        <| fun () ->
            let both i j value m = m |> change i j value |> change j i value
            let refused fragments m = decompose (KernelMatrix.Double m) |> wantRefusal fragments
            refused [ "entry (7, 7) is -3" ] (change 7 7 -3.0 kernel)
            refused [ "entry (9, 4) is 1.5"; "allows 1" ] (both 9 4 1.5 kernel)

        testCase "what is no kernel is refused, its entry named"
        <| fun () ->
            let refused fragments m = decompose m |> wantRefusal ("the kernel" :: fragments)
            refused [ "(3, 2)"; "not symmetric" ] (KernelMatrix.Double(change 3 2 0.5 kernel))
            refused [ "(69, 68)" ] (KernelMatrix.Single(change 69 68 0.5 kernel |> Matrix.map float32))
            refused [ "(5, 60)"; "NaN" ] (KernelMatrix.Double(change 5 60 nan kernel))

            refused
                [ "(0, 1)"; "finite" ]
                (KernelMatrix.Single(change 0 1 infinity kernel |> Matrix.map float32))

            refused
                [ "70 rows and 69 columns" ]
                (KernelMatrix.Double(Matrix.gather [| 0..69 |] [| 0..68 |] kernel))

            refused [ "empty" ] (KernelMatrix.Double(Matrix.create 0 0 [||]))

        testCase "asymmetry within rounding is none"
        <| fun () ->
            Expect.isOk (decompose (KernelMatrix.Double(change 3 2 (kernel[2, 3] + 1e-14) kernel))) "rounding"

        testCase "a kernel that was computed in float32 is symmetric in whichever precision it is stored"
        <| fun () ->
            let rounded = change 3 2 (kernel[2, 3] + 1.2e-7) kernel
            Expect.isOk (decompose (KernelMatrix.Single(Matrix.map float32 rounded))) "stored in float32"
            Expect.isOk (decompose (KernelMatrix.Double rounded)) "the same numbers in float64"

        testCase "entries that differ too much to be rounding are shown so that the difference can be read"
        <| fun () ->
            let changed = change 3 2 (kernel[2, 3] + 1e-4 * kernel[2, 2]) kernel

            for kernel in [ KernelMatrix.Double changed; KernelMatrix.Single(Matrix.map float32 changed) ] do
                let sentence = (Expect.wantError (decompose kernel) "refused").Sentence
                Expect.stringContains sentence "which differ by " "said"
                let numbers = System.Text.RegularExpressions.Regex.Matches(sentence, @" is ([0-9.e+-]+\d)")
                Expect.equal numbers.Count 2 sentence
                Expect.notEqual numbers[0].Value numbers[1].Value "and seen"

        testCase "a spectrum comes back from its archive, and another archive is an error"
        <| fun () ->
            let spectrum = Expect.wantOk (decompose (KernelMatrix.Double kernel)) "it is a kernel"
            use stream = new MemoryStream()
            Spectrum.codec.Write stream spectrum
            let bytes = stream.ToArray()
            let back = Expect.wantOk (Spectrum.codec.Read(new MemoryStream(bytes))) "it was written"
            Expect.equal back spectrum "bit for bit"
            use stream = new MemoryStream()
            Spectrum.codec.Write stream { spectrum with Computed = spectrum.Computed[1..] }
            Expect.isError (Spectrum.codec.Read(new MemoryStream(stream.ToArray()))) "a value is missing"
    ]
