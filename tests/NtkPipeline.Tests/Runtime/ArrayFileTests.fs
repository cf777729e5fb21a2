/// Arrays as people have them: archives, packed or not, and tables of numbers.
module NtkPipeline.Tests.ArrayFileTests

open System.IO
open System.IO.Compression
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// What the archives and tables here hold.
let x = Matrix.init 7 3 (fun i j -> float (i * 3 + j) / 8.0 - 1.0)

/// A matrix as a NumPy file.
let npy (m: Matrix<float>) =
    use stream = new MemoryStream()
    Npy.write stream m
    stream.ToArray()

/// An archive of these arrays.
let archive folder name (level: CompressionLevel) (arrays: (string * byte[]) list) =
    let path = Path.Combine(folder, name)
    use file = File.Create path
    use zip = new ZipArchive(file, ZipArchiveMode.Create)

    for name, bytes in arrays do
        use entry = zip.CreateEntry(name + ".npy", level).Open()
        entry.Write(bytes, 0, bytes.Length)

    path

/// A file of this text.
let table folder name (text: string) =
    let path = Path.Combine(folder, name)
    File.WriteAllText(path, text)
    path

let private read path = Expect.wantOk (SourceFile.readNpy64 path) path

let private refusal path = (Expect.wantError (SourceFile.readNpy64 path) path).Sentence

let tests =
    testList "ArrayFile" [
        testCase "an array of an archive is named behind its file, packed or stored"
        <| inFolder (fun folder ->
            let y = Matrix.map (fun value -> value * 2.0) x

            for level, name in [ CompressionLevel.NoCompression, "a.npz"; CompressionLevel.Optimal, "b.npz" ] do
                let path = archive folder name level [ "x", npy x; "y", npy y ]
                Expect.equal (read $"%s{path}:x") x "the first"
                Expect.equal (read $"%s{path}:y") y "the second"
                Expect.equal (read $"%s{path}:y.npy") y "by its file's name"
                Expect.equal (Expect.wantOk (NpyRows.shape $"%s{path}:x") "shape").Rows 7 "its shape"
                let rows = Expect.wantOk (NpyRows.openDouble $"%s{path}:y") "opened"

                Expect.equal
                    (Expect.wantOk (rows.Read 2 3) "rows")
                    (Matrix.gatherRows [| 2; 3; 4 |] y)
                    "rows"

                Expect.stringContains (refusal path) "2 arrays; name one of x, y" "which"
                Expect.stringContains (refusal $"%s{path}:z") "no array 'z'" "none of that name"
                Expect.equal (ArrayFile.fileOf $"%s{path}:x") path "the file on the disk"

            let one = archive folder "one.npz" CompressionLevel.Optimal [ "arr_0", npy x ]
            Expect.equal (read one) x "one alone needs no name"
            Expect.stringContains (refusal (one + ":arr_1")) "did you mean arr_0?" "a hint"
            File.WriteAllBytes(Path.Combine(folder, "bad.npz"), [| 1uy; 2uy |])

            Expect.stringContains
                (refusal (Path.Combine(folder, "bad.npz:x")))
                "no archive of NumPy's"
                "garbage"

            Expect.stringContains (refusal (Path.Combine(folder, "none.npz:x"))) "no such file" "nothing")

        testCase "a table of numbers is an array, with or without a head, whatever divides its cells"
        <| inFolder (fun folder ->
            let rows (divide: string) = [
                for i in 0..6 -> String.concat divide [ for j in 0..2 -> x[i, j].ToString("R") ]
            ]

            let text divide head = String.concat "\n" (head @ rows divide) + "\n"

            for name, text in
                [
                    "a.csv", text "," []
                    "b.csv", text "," [ "u,v,w" ]
                    "c.csv", text "; " [ "u;v;w" ]
                    "d.tsv", text "\t" []
                    "e.csv", (text "," [ "u,v,w" ]).Replace("\n", "\r\n")
                    "f.CSV", "\uFEFF" + text "," []
                ] do
                Expect.equal (read (table folder name text)) x name

            let column = table folder "y.csv" "target\n1\n-1\n1e-3\n"
            Expect.equal (read column).Values [| 1.0; -1.0; 1e-3 |] "one column"
            Expect.equal (Expect.wantOk (SourceFile.npyDimensions column) "y") 1 "is of one dimension"

            for text, words in
                [
                    "1,2\n3\n", "line 2 has 1 cells, and the first 2"
                    "u,v\n1,2\n3,x\n", "line 3: 'x' is no finite number"
                    "", "it is empty"
                    "u,v\n", "a head and no rows"
                ] do
                Expect.stringContains (refusal (table folder "z.csv" text)) words text)

        testCase "an array of an archive that goes on behind what its header says is not unfolded"
        <| inFolder (fun folder ->
            let long = Array.append (npy x) (Array.zeroCreate 300_000_000)
            let path = archive folder "long.npz" CompressionLevel.Fastest [ "x", long ]
            let before = System.GC.GetAllocatedBytesForCurrentThread()
            Expect.stringContains (refusal path) "its array 'x' goes on after its last value" "too long"
            let taken = System.GC.GetAllocatedBytesForCurrentThread() - before
            Expect.isLessThan taken 20_000_000L "and no memory is taken for it")

        testCase "an array of an archive whose bytes are not those of its checksum is refused"
        <| inFolder (fun folder ->
            for level, name in [ CompressionLevel.NoCompression, "a.npz"; CompressionLevel.Optimal, "b.npz" ] do
                let path = archive folder name level [ "x", npy x ]
                let bytes = File.ReadAllBytes path
                // The checksum stands in the directory at the end; a stored array's last values lie before it.
                let directory = (Array.windowed 4 bytes) |> Array.findIndex ((=) "PK\001\002"B)

                for at in
                    [
                        directory + 16
                        if level = CompressionLevel.NoCompression then
                            directory - 40
                    ] do
                    let damaged = Array.copy bytes
                    damaged[at] <- damaged[at] ^^^ 0x40uy
                    let path = Path.Combine(folder, "damaged.npz")
                    File.WriteAllBytes(path, damaged)

                    Expect.stringContains
                        (refusal path)
                        "its array 'x' is damaged: its checksum"
                        $"byte %d{at}")

        testCase "a number in quotes is one cell, and what only looks like a head is no head"
        <| inFolder (fun folder ->
            let values text = (read (table folder "q.csv" text)).Values
            Expect.equal (values "\"1.5\",\"-2\"\n 3 ,\"4\"\n") [| 1.5; -2.0; 3.0; 4.0 |] "in quotes"
            Expect.equal (values "\"a,b\",c\n1,2\n") [| 1.0; 2.0 |] "a name with a comma"
            Expect.equal (values ",a\n5,2\n1,3\n") [| 5.0; 2.0; 1.0; 3.0 |] "a name that is missing"

            for text, words in
                [
                    "\"0,25\",\"-1,1\"\n\"1,25\",\"-1,2\"\n", "line 1: '0,25' is no finite number"
                    "1\n\"1,000\"\n", "line 2: '1,000' is no finite number"
                    "1\"\n", "line 1: '1\"' is no finite number"
                    "\"\"2\n1\n", "text follows a quote"
                    "1\000\n2\n", "line 1: "
                    "inf\n1\n", "line 1: 'inf' is no finite number"
                    "NA,NA\n1,2\n", "line 1: 'NA' is no finite number"
                    ",,\n1,2,3\n", "line 1: '' is no finite number"
                    "1\n1e999\n", "line 2: '1e999' is no finite number"
                    ",a,b\n0,5,6\n1,7,8\n", "as pandas writes an index"
                ] do
                Expect.stringContains (refusal (table folder "z.csv" text)) words text)
    ]
