/// Array commands say what memory they need before they start, and refuse what does not fit before they read it.
module NtkPipeline.Tests.MemoryTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A file that holds so large an array, all zeros: a hole on the disk but for its header.
let private hollow (path: string) (rows: int) (columns: int) =
    let header = Npy.header<float> [ int64 rows; int64 columns ]
    use file = File.Create path
    file.Write header
    file.SetLength(int64 header.Length + 8L * int64 rows * int64 columns)

let private write (path: string) (m: Matrix<float>) =
    Expect.wantOk (SourceFile.writeValue path Codec.matrix64 m) path

let private network = [ "--network"; "dense 4 b=0.1 | relu | dense 1" ]

/// Commands on rows that lie in a folder: X, y, and a kernel K of X.
let private commands (at: string -> string) = [
    "regress",
    [
        "--k-train"
        at "K.npy"
        "--y"
        at "y.npy"
        "--ridge"
        "0.1"
        "--out"
        at "p.npy"
    ]
    "descend",
    [
        "--k-train"
        at "K.npy"
        "--y"
        at "y.npy"
        "--times"
        "1"
        "--rate"
        "1"
        "--out"
        at "d.npy"
    ]
    "posterior",
    network
    @ [
        "--kind"
        "nngp"
        "--x"
        at "X.npy"
        "--y"
        at "y.npy"
        "--z"
        at "X.npy"
        "--ridge"
        "0.1"
        "--out-mean"
        at "m.npy"
        "--out-cov"
        at "C.npy"
    ]
    "select", network @ [ "--x"; at "X.npy"; "--y"; at "y.npy"; "--out"; at "s.csv" ]
    "learn", network @ [ "--x"; at "X.npy"; "--y"; at "y.npy"; "--steps"; "1"; "--out"; at "l.json" ]
]

let private withRows (test: (string -> string) -> unit) =
    inFolder (fun folder ->
        let at (name: string) = Path.Combine(folder, name)
        write (at "X.npy") (Matrices.normal 3 40 4)
        write (at "y.npy") (Matrix.init 40 1 (fun i _ -> if i % 2 = 0 then 1.0 else -1.0))
        write (at "K.npy") (Matrix.init 40 40 (fun i j -> if i = j then 2.0 else 1.0))
        test at)

let tests =
    testList "memory" [
        testCase "every array command says its need before it starts, and is quiet when asked"
        <| withRows (fun at ->
            for name, arguments in commands at do
                let answer = wantDone (name :: arguments)
                Expect.stringContains answer.Error "rows" name
                Expect.stringContains answer.Error "need about 220 MB of memory" name
                let quiet = wantDone (name :: arguments @ [ "--quiet" ])
                Expect.isFalse (quiet.Error.Contains "need about") $"%s{name} is quiet")

        testCase "what is more than --memory allows is refused in one sentence with a way on"
        <| withRows (fun at ->
            for name, arguments in commands at do
                refused
                    1
                    [ "need about 220 MB"; "100 MB may be used; " ]
                    (name :: arguments @ [ "--memory"; "100MB" ])

                refused 2 [ "--memory: 'much' is not a size" ] (name :: arguments @ [ "--memory"; "much" ]))

        testCase "a kernel that no machine holds is refused by its header, and ntk solve is named"
        <| inFolder (fun folder ->
            let at (name: string) = Path.Combine(folder, name)
            hollow (at "K.npy") 200_000 200_000
            hollow (at "y.npy") 200_000 1

            for command in [ [ "regress" ]; [ "descend"; "--times"; "1"; "--rate"; "1" ] ] do
                refused
                    1
                    [ "200000 rows need about 1.3 TB of memory"; "this machine has"; "`ntk solve`" ]
                    (command @ [ "--k-train"; at "K.npy"; "--y"; at "y.npy"; "--out"; at "p.npy" ]))

        testCase "kernel says what its tiles need"
        <| withRows (fun at ->
            let answer = wantDone ("kernel" :: network @ [ "--x"; at "X.npy"; "--out"; at "K2.npy" ])

            Expect.stringContains answer.Error "need about" "the tiles")
    ]
