module NtkPipeline.Tests.KernelFileTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.TileFiles

let tests =
    testList "KernelFile" [
        testCase "tile by tile, a file has the bytes of the matrix written at once"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")
            let z = random 2 170 4
            let whole other = Expect.wantOk (Gram.ntk64 network x other) "whole"

            for side in [ 64; 128; 512 ] do
                let told = write path "one" (analytic side None)
                let strips = (300 + side - 1) / side
                let count = strips * (strips + 1) / 2
                Expect.equal told [ for k in 0..count -> k, count ] "told from 0 to all"

                Expect.equal
                    (File.ReadAllBytes path)
                    (bytes (whole None) Codec.matrix64)
                    $"symmetric, %d{side}"

                write path "two" (analytic side (Some(RowSource.ofMatrix z))) |> ignore

                Expect.equal
                    (File.ReadAllBytes path)
                    (bytes (whole (Some z)) Codec.matrix64)
                    $"between, %d{side}"

            Expect.equal (files folder) [ "k.npy" ] "nothing is left beside it")

        testCase "an array of more axes is NumPy's, and its mirror image lies where it belongs"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")
            let network = Networks.parse "dense 9 | relu | dense 2 b=0.2"
            let form = { Outputs = Full; IsByLayer = true }

            let plan = {
                Method = Contraction
                Side = 32
                Cost = { Flops = 0.0; Bytes = 0.0 }
                Considered = []
            }

            let x = RowSource.ofMatrix (random 3 70 4)
            let tiles = EmpiricalTiles.ntk Precision.single torch.CPU plan network (Seed.root 1UL) form
            let tiles = tiles (RowSource.ofMatrix (random 3 70 4 |> Matrix.map float32)) None
            ignore x
            write path "one" tiles |> ignore
            let expected = Expect.wantOk (KernelTiles.toArray tiles) "in memory"
            let found = File.ReadAllBytes path
            let header = Text.Encoding.ASCII.GetString(found, 10, 118)

            Expect.stringContains
                header
                "'descr': '<f4', 'fortran_order': False, 'shape': (2, 70, 70, 2, 2)"
                "the shape"

            Expect.equal (found.Length - 128) (4 * expected.Length) "so many values"

            let values =
                Runtime.InteropServices.MemoryMarshal.Cast<byte, float32>(
                    ReadOnlySpan(found, 128, found.Length - 128)
                )

            Expect.equal (values.ToArray()) expected "the same values")

        testCase "numbers that refuse leave nothing behind"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")

            let far =
                {
                    x with
                        Values = Array.mapi (fun k v -> if k = 1199 then 1e30 else v) x.Values
                }
                |> Matrix.map float32

            let tiles =
                Expect.wantOk
                    (AnalyticTiles.single
                        KernelKind.Ntk
                        (Networks.parse "dense 8 | relu | dense 1")
                        64
                        (RowSource.ofMatrix far)
                        None)
                    "tiles"

            let outcome = KernelFile.write path (recipe "one") (Action<int, int>(fun _ _ -> ())) tiles
            Expect.stringContains (Expect.wantError outcome "refused").Sentence "rows 299 and 299" "named"
            Expect.isEmpty (files folder) "nothing is left")
    ]
