module NtkPipeline.Tests.LaneMakerTests

open System
open System.Collections.Concurrent
open System.IO
open System.Threading
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk

let private rows = 1000

let private problem: SolveProblem = {
    Kind = KernelKind.Ntk
    Network = Networks.parse "dense 8 w=1.4142135623730951 b=0.1 | relu | dense 1"
    IsSingle = true
    X = UnitRows.ofMatrix(normal 1 rows 4).Units
    Y = normal 2 rows 1
    Ridges = [| 0.1 |]
    IsRelative = true
    Asked = None
}

let private v = normal 3 2 rows
let private lanes = [| 0 .. KernelLanes.count rows - 1 |]

let private written folder =
    let path = Path.Combine(folder, "x.npy")
    Expect.wantOk (SourceFile.writeValue path Codec.matrix64 problem.X) "written"
    LaneProblem.Of(path, problem)

let private load problem memory = Expect.wantOk (LaneMaker.Load(problem, memory)) "loaded"

/// The parts of some lanes, in their order.
let private make (maker: LaneMaker) asked threads =
    let made = ConcurrentDictionary<int, Matrix<float>>()

    maker.Make(asked, v, threads, (fun lane part -> made[lane] <- part), CancellationToken.None)
    |> fun ended -> Expect.wantOk ended "made"

    Expect.equal made.Count (Array.length asked) "each"
    asked |> Array.map (fun lane -> made[lane])

let tests =
    testList "lane maker" [
        testCase
            "what two make who read the rows for themselves is one's product to the bit, whatever they hold"
        <| inFolder (fun folder ->
            let source, xs =
                Expect.wantOk (KernelSource.create problem.Kind problem.Network true problem.X) "here"

            let whole = KernelProduct.multiply (UnheldKernel.symmetric source xs) v

            for memory in [ 0L; 2_000_000L; 1_000_000_000L ] do
                let a, b = load (written folder) memory, load (written folder) memory
                Expect.equal a.Rows rows "as many rows"

                for _ in 1..2 do
                    let parts = Array.append (make a lanes[..3] 3) (make b lanes[4..] 1)
                    Expect.equal (KernelLanes.sum parts) whole $"%d{memory} bytes")

        testCase "one that is told to stop begins no further lane"
        <| inFolder (fun folder ->
            let maker = load (written folder) 0L
            use stop = new CancellationTokenSource()
            let made = ConcurrentBag<int>()

            let tell lane _ =
                made.Add lane
                stop.Cancel()

            maker.Make(lanes, v, 1, tell, stop.Token) |> fun ended -> Expect.wantOk ended "no refusal"
            Expect.equal (List.ofSeq made) [ lanes[0] ] "the first"
            maker.Make([||], v, 1, tell, CancellationToken.None) |> fun ended -> Expect.wantOk ended "none"
            Expect.equal made.Count 1 "no lane, no thread")

        testCase "a bug in a thread of its own comes out where it was asked"
        <| inFolder (fun folder ->
            let maker = load (written folder) 0L
            let bug _ _ = raise (InvalidOperationException "a bug")

            Expect.throwsT<InvalidOperationException>
                (fun () -> maker.Make(lanes, v, 2, bug, CancellationToken.None) |> ignore)
                "not swallowed"

            let short _ _ = raise (OutOfMemoryException())

            maker.Make(lanes, v, 2, short, CancellationToken.None) |> wantRefusal [ "too little memory" ])

        testCase "other numbers, and no file, are refused by name"
        <| inFolder (fun folder ->
            let asked = written folder

            LaneMaker.Load({ asked with Digest = String('0', 64) }, 0L)
            |> wantRefusal [ "x.npy"; "other numbers" ]

            File.Delete asked.X
            LaneMaker.Load(asked, 0L) |> wantRefusal [ "x.npy"; "no such file" ])
    ]
