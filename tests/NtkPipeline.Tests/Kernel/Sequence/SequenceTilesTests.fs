module NtkPipeline.Tests.SequenceTilesTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

let tests =
    testList "SequenceTiles" [
        for network in pooled @ unpooled do
            testCase $"tiles are the definition: %s{network}"
            <| fun () ->
                let network = parse network
                let x, z = sample 1, sample 2
                let side = placesOf network

                for kind in kinds do
                    let expected = Array.zeroCreate (count * count * side * side)

                    for i in 0 .. count - 1 do
                        for j in 0 .. count - 1 do
                            let pair = define network features (one x i) (one z j)
                            let values = if kind = KernelKind.Ntk then pair.Theta else pair.K

                            for k in 0 .. values.Length - 1 do
                                let s, t = k / pair.ColumnCount, k % pair.ColumnCount
                                expected[((i * count + j) * side + s) * side + t] <- values[k]

                    let found = kernel kind network (sourceOf "x" x) (Some(sourceOf "z" z))
                    agree 1e-12 expected found (KernelKind.print kind)
                    Expect.all found Double.IsFinite "finite, with an empty text among them"

        for network in pooled do
            testCase $"symmetric, positive semidefinite: %s{network}"
            <| fun () ->
                let network, x = parse network, sourceOf "x" (sample 3)

                for kind in kinds do
                    let found = kernel kind network x None
                    agree 1e-12 (kernel kind network x (Some x)) found "both halves"
                    let m = Matrix.create count count found

                    Expect.isTrue
                        (List.forall (fun (i, j) -> m[i, j] = m[j, i]) (List.allPairs [ 0..8 ] [ 0..8 ]))
                        "to the bit"

                    let values = (KernelSamples.dense m).Evd().EigenValues |> Seq.map _.Real

                    Expect.isGreaterThanOrEqual
                        (Seq.min values)
                        (-1e-12 * largest found)
                        "no negative eigenvalue"
    ]
