module NtkPipeline.Tests.NpyRowsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.TileFiles

let tests =
    testList "KernelFile" [
        testCase "rows are read from files as they are wanted, in either precision"
        <| inFolder (fun folder ->
            let wide, narrow = Path.Combine(folder, "x64.npy"), Path.Combine(folder, "x32.npy")
            File.WriteAllBytes(wide, bytes x Codec.matrix64)
            File.WriteAllBytes(narrow, bytes (Matrix.map float32 x) Codec.matrix32)
            let read (source: RowSource<'t>) start count = Expect.wantOk (source.Read start count) "rows"
            let ok result = Expect.wantOk result "opened"
            let part start count = Matrix.gatherRows [| start .. start + count - 1 |] x

            for start, count in [ 0, 300; 0, 1; 299, 1; 17, 100; 5, 0 ] do
                Expect.equal (read (ok (NpyRows.openDouble wide)) start count) (part start count) "float64"
                let rounded = part start count |> Matrix.map float32
                Expect.equal (read (ok (NpyRows.openSingle wide)) start count) rounded "float64 as float32"
                Expect.equal (read (ok (NpyRows.openSingle narrow)) start count) rounded "float32"

                Expect.equal
                    (read (ok (NpyRows.openDouble narrow)) start count)
                    (Matrix.map float rounded)
                    "float32 as float64"

            let says (part: string) path =
                Expect.stringContains
                    (Expect.wantError (NpyRows.openDouble path) "refused").Sentence
                    part
                    part

            let spoiled = Path.Combine(folder, "bad.npy")
            File.WriteAllBytes(spoiled, (File.ReadAllBytes wide)[..500])
            says "it ends before its last value" spoiled
            File.WriteAllBytes(spoiled, Array.append (File.ReadAllBytes wide) [| 0uy |])
            says "it goes on after its last value" spoiled
            says "there is no such file" (Path.Combine(folder, "none.npy"))
            let source = ok (NpyRows.openDouble wide)
            File.WriteAllBytes(wide, (File.ReadAllBytes wide)[..500])
            let late = Expect.wantError (source.Read 299 1) "shorter than it was"
            Expect.stringContains late.Sentence "it has become shorter" "said so")
    ]
