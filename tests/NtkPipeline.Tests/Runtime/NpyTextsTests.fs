/// Texts, and rows of several axes, as NumPy stores arrays of three dimensions and more.
module NtkPipeline.Tests.NpyTextsTests

open System
open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// The values of an array in C order, of whole numbers that every type holds.
let private values count = Array.init count (fun k -> float (k % 7 + k % 2))

/// C order to Fortran's.
let private byFirst (shape: int list) (values: float[]) =
    let sizes = Array.ofList shape

    let rec places axis at =
        if axis < 0 then
            [ at ]
        else
            [
                for k in 0 .. sizes[axis] - 1 do
                    yield!
                        places
                            (axis - 1)
                            (at + k * Array.reduce (*) (Array.append [| 1 |] sizes[axis + 1 ..]))
            ]

    places (sizes.Length - 1) 0 |> List.map (Array.get values) |> Array.ofList

let private bytes descr order (shape: int list) values =
    let _, bytesOf = NpyTests.types |> List.find (fun (name, _) -> "<" + name = descr || ">" + name = descr)
    let stored: float -> byte[] = if descr[0] = '>' then bytesOf >> Array.rev else bytesOf
    let sizes = shape |> List.map string |> String.concat ", "
    NpyTests.file 1 (NpyTests.dictionary descr order sizes) (Array.collect stored values)

let private texts path mask =
    let source = Expect.wantOk (NpyTexts.openAt path mask) path
    source.Places, source.Features, (Expect.wantOk (source.Rows.Read 0 source.Rows.RowCount) "rows").Values

let tests =
    testList "NpyTexts" [
        testCase "texts are read in every type, byte order and order of axes, and out of archives"
        <| inFolder (fun folder ->
            let path name = Path.Combine(folder, name)

            File.WriteAllBytes(
                path "mask.npy",
                bytes "<i4" "False" [ 2; 3 ] [| 1.0; 1.0; 0.0; 1.0; 1.0; 1.0 |]
            )

            for shape in [ [ 2; 3; 2 ]; [ 1; 3; 2 ]; [ 2; 1; 3 ]; [ 2; 3; 1 ] ] do
                let values = values (List.reduce (*) shape)
                let mask = if shape[..1] = [ 2; 3 ] then Some(path "mask.npy") else None
                File.WriteAllBytes(path "plain.npy", bytes "<f8" "False" shape values)
                let expected = texts (path "plain.npy") mask

                for name, _ in NpyTests.types do
                    for mark in [ "<"; ">" ] do
                        for order, stored in [ "False", values; "True", byFirst shape values ] do
                            let file = bytes (mark + name) order shape stored
                            File.WriteAllBytes(path "x.npy", file)
                            let what = $"%A{shape} %s{mark}%s{name} %s{order}"
                            Expect.isTrue (Expect.wantOk (NpyTexts.isTexts (path "x.npy")) what) what
                            Expect.equal (texts (path "x.npy") mask) expected what

                let packed =
                    ArrayFileTests.archive folder "a.npz" CompressionLevel.Optimal [
                        "x", bytes ">i2" "True" shape (byFirst shape values)
                        "y", bytes "<f8" "False" [ 1 ] [| 0.0 |]
                    ]

                Expect.isTrue (Expect.wantOk (NpyTexts.isTexts $"%s{packed}:x") "texts") "texts"
                Expect.equal (texts $"%s{packed}:x" mask) expected "of an archive"
                File.Delete packed)

        testCase "rows of several axes are read in every order, too"
        <| inFolder (fun folder ->
            let path, shape = Path.Combine(folder, "x.npy"), [ 3; 2; 1; 2 ]
            let values = values 12

            for descr in [ "<f8"; ">f4"; "<i2" ] do
                for order, stored in [ "False", values; "True", byFirst shape values ] do
                    File.WriteAllBytes(path, bytes descr order shape stored)
                    let rows, axes = Expect.wantOk (NpyRows.openShapedDouble path) descr
                    Expect.equal axes [ 2L; 1L; 2L ] "one row's axes"
                    Expect.equal (Expect.wantOk (rows.Read 0 3) "rows").Values values descr
                    let single, _ = Expect.wantOk (NpyRows.openShapedSingle path) descr
                    let found = (Expect.wantOk (single.Read 1 2) "rows").Values
                    Expect.equal (Array.map float found) values[4..] descr)

        testCase "whole numbers past float64 are refused, with their place"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "x.npy")
            let stored = [| 1L; Int64.MaxValue |] |> Array.collect BitConverter.GetBytes
            File.WriteAllBytes(path, NpyTests.file 1 (NpyTests.dictionary "<i8" "False" "1, 2, 1") stored)
            let refusal = Expect.wantError (NpyTexts.openAt path None) "refused"
            Expect.stringContains refusal.Sentence "x.npy: its value 1" refusal.Sentence)
    ]
