module NtkPipeline.Tests.KernelFileTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

exception private Stopped

let private random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> random.NextDouble() - 0.5)

let private network = Networks.parse "dense 8 b=0.1 | erf | dense 1"
let private x = random 1 300 4

let private analytic side other =
    Expect.wantOk (AnalyticTiles.double KernelKind.Ntk network side (RowSource.ofMatrix x) other) "tiles"

let private recipe (text: string) = Digest.ofParts [ text ]

/// Writes, and gives what was told.
let private write path name tiles =
    let told = ResizeArray<int * int>()
    let tell = Action<int, int>(fun finished total -> told.Add((finished, total)))
    Expect.wantOk (KernelFile.writeNoting 0L path (recipe name) tell tiles) "written"
    List.ofSeq told

/// Writes until so many tiles are done, as if the process had ended there.
let private stopAt count path name tiles =
    let tell =
        Action<int, int>(fun finished _ ->
            if finished = count then
                raise Stopped)

    Expect.throwsT<Stopped>
        (fun () -> KernelFile.writeNoting 0L path (recipe name) tell tiles |> ignore)
        "stopped"

let private bytes (m: Matrix<'t>) (codec: Codec<Matrix<'t>>) =
    use stream = new MemoryStream()
    codec.Write stream m
    stream.ToArray()

let private files folder =
    Directory.GetFiles folder |> Array.map Path.GetFileName |> Array.sort |> List.ofArray

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

        testCase "stopped after any tile, the same command goes on from there and gives the same bytes"
        <| inFolder (fun folder ->
            let whole = Path.Combine(folder, "whole.npy")
            write whole "one" (analytic 64 None) |> ignore

            for count in [ 0; 1; 7; 14; 15 ] do
                let path = Path.Combine(folder, $"k%d{count}.npy")
                stopAt count path "one" (analytic 64 None)
                Expect.isFalse (File.Exists path) "not there before it is whole"
                // A tile half written when the process ended is written again.
                (use part = new FileStream(path + ".part", FileMode.Open)
                 part.Position <- part.Length - 999L
                 part.Write(Array.create 500 0xFFuy, 0, 500))

                if count < 14 then
                    Expect.equal
                        (write path "one" (analytic 64 None)).Head
                        (count, 15)
                        "what is done is not done again"

                    Expect.equal
                        (File.ReadAllBytes path)
                        (File.ReadAllBytes whole)
                        $"stopped after %d{count}"

            let path = Path.Combine(folder, "twice.npy")
            stopAt 3 path "one" (analytic 64 None)
            stopAt 9 path "one" (analytic 64 None)
            Expect.equal (write path "one" (analytic 64 None)).Head (9, 15) "stopped twice"
            Expect.equal (File.ReadAllBytes path) (File.ReadAllBytes whole) "and the same bytes")

        testCase "what another command has left, or a damaged note, is begun anew"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")

            let anew name spoil =
                stopAt 5 path "one" (analytic 64 None)
                spoil ()
                Expect.equal (write path name (analytic 64 None)).Head (0, 15) name
                Expect.equal (files folder) [ "k.npy" ] "nothing is left"

            anew "two" ignore
            anew "one" (fun () -> File.WriteAllText(path + ".progress", "{"))

            anew "one" (fun () ->
                File.WriteAllText(path + ".progress", """{"recipe":"","tiles":15,"done":99}"""))

            anew "one" (fun () -> File.Delete(path + ".progress"))
            anew "one" (fun () -> File.WriteAllText(path + ".part", "short"))

            stopAt 5 path "one" (analytic 64 None)
            let others = write path "one" (analytic 128 None)
            Expect.equal others.Head (0, 6) "tiles of another side")

        testCase "a disk too small, a folder that is none and a file in use are refused, each in a sentence"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")

            let says (part: string) path tiles =
                let outcome = KernelFile.write path (recipe "one") (Action<int, int>(fun _ _ -> ())) tiles
                let refusal = Expect.wantError outcome "refused"
                Expect.stringContains refusal.Sentence part part
                Expect.stringContains refusal.Sentence path "the path"

            let small = analytic 64 None
            let endless = { small with RowCount = 50_000_000; ColumnCount = 50_000_000; Side = 1 <<< 20 }
            says "it needs 20 PB and" path endless
            Expect.isEmpty (files folder) "nothing is left"
            let file = Path.Combine(folder, "file")
            File.WriteAllText(file, "")
            says "cannot be written" (Path.Combine(file, "k.npy")) small
            stopAt 5 path "one" small
            use _ = new FileStream(path + ".part", FileMode.Open, FileAccess.ReadWrite, FileShare.None)
            says "being used by another process" path small)

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
