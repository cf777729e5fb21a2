module NtkPipeline.Tests.OppositeRowsTests

open System
open System.Numerics
open Expecto
open NtkPipeline.Core

/// A row of general numbers, and what is close to its opposite: −c·x but for `step` of its length in one entry.
let private x = [| 0.8251763; -0.3127; 0.45019; 0.11; -0.6930137 |]

let private opposite (c: float) (step: float) =
    x |> Array.mapi (fun k v -> -c * v + (if k = 2 then c * step else 0.0))

/// 2³⁰⁰ times a number, exactly.
let private big (v: float) = BigInteger(Math.ScaleB(v, 300))

let private dot (a: float[]) (b: float[]) =
    Array.fold2 (fun sum p q -> sum + big p * big q) BigInteger.Zero a b

/// a / b to an ulp.
let private ratio (a: BigInteger) (b: BigInteger) =
    let shift = 100 + int (b.GetBitLength() - a.GetBitLength())
    Math.ScaleB(float ((a <<< shift) / b), -shift)

/// sin of the angle between two rows, from whole numbers of any length: √(xx·zz − xz²)/√(xx·zz).
let private sine (a: float[]) (b: float[]) =
    let aa, ab, bb = dot a a, dot a b, dot b b
    let rest = aa * bb - ab * ab
    if rest.IsZero then 0.0 else sqrt (ratio rest (aa * bb))

/// sin δ − δ·cos δ by its series, for small δ.
let private lune (delta: float) =
    let y = delta * delta
    delta * y * (1.0 / 3.0 - y / 30.0 + y * y / 840.0 - y * y * y / 45360.0)

let private norm (a: float[]) = sqrt (a |> Array.sumBy (fun v -> v * v))
let private close = { absolute = 0.0; relative = 1e-13 }

let private cases = [
    for c in [ 1.0; 3.0; 0.7 ] do
        for power in [ 6..4..58 ] do
            c, Math.ScaleB(1.0, -power)
]

let private sum (a: float[]) (b: float[]) = OppositeRows.sum (ReadOnlySpan a) (ReadOnlySpan b)
let private scaled (power: int) (a: float[]) = a |> Array.map (fun v -> Math.ScaleB(v, power))

let tests =
    testList "OppositeRows" [
        testCase "ReLU's K and Θ of rows within 1e-17 … 0.02 of opposite have all their digits"
        <| fun () ->
            let network = Networks.parse "dense 8 | relu | dense 1"

            for c, step in cases do
                let z = opposite c step
                let delta = asin (sine x z)
                let size = norm x * norm z / (2.0 * Math.PI * 5.0)
                let rows = Matrix.ofRows 5 [| x; z |]
                let entry gram = (Expect.wantOk (gram network rows None) "a kernel": Matrix<float>)[0, 1]
                let name = $"c = %g{c}, step %g{step}, δ = %g{delta}"
                Expect.floatClose close (entry Gram.nngp64) (size * lune delta) $"K, %s{name}"

                Expect.floatClose
                    close
                    (entry Gram.ntk64)
                    (size * (lune delta - delta * cos delta))
                    $"Θ, %s{name}"

        testCase "it is 2·sin(δ/2), in either order and at any norm, and 0 where rows are opposite"
        <| fun () ->
            for c, step in cases do
                let z = opposite c step
                let found = sum x z
                Expect.floatClose close found (2.0 * sin (0.5 * asin (sine x z))) $"c = %g{c}, step %g{step}"
                Expect.equal (sum z x) found "the other order"
                Expect.equal (sum (scaled 450 x) (scaled -450 z)) found "squares would overflow and vanish"

            let whole = [| 3.0; -1.0; 7.0; 11.0; 0.0 |]
            Expect.equal (sum whole (whole |> Array.map (fun v -> -3.0 * v))) 0.0 "exactly opposite"
    ]
