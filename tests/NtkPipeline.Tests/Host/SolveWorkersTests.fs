/// Solves whose products workers make.
module NtkPipeline.Tests.SolveWorkersTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs
open NtkPipeline.Tests.SolveCall
open NtkPipeline.Tests.Workers

let private short = "float32", "0.01,0.1"

/// Hundreds of steps, so that there is time for something to happen.
let private long = "float64", "0.0001"

let private arguments (precision, ridges: string) folder name extra =
    [
        "solve"
        "--network"
        "repeat(2, dense 64 w=1.4142135 | relu) | dense 1"
        "--x"
        file folder "x.npy"
        "--y"
        file folder "y.npy"
        "--ridge"
        ridges
        "--rank"
        "1"
        "--tolerance"
        "1e-9"
        "--precision"
        precision
        "--steps"
        "5000"
        "--memory"
        "1GB"
        "--out"
        file folder $"%s{name}.npy"
        "--json"
    ]
    @ extra

let private prepare folder =
    let rows = 1500
    let x = UnitRows.ofMatrix(normal 1 rows 4).Units
    write folder "x.npy" rows 4 (fun i j -> x[i, j])
    write folder "y.npy" rows 1 (fun i _ -> sin (3.0 * x[i, 0]) + x[i, 1])

/// What a solve wrote, and what vouches for it.
let private outcome folder name (output: string) =
    use said = JsonDocument.Parse(output.TrimEnd().Split '\n' |> Array.last)
    let systems = said.RootElement.GetProperty("systems").GetRawText()
    let steps = said.RootElement.GetProperty("iterations").GetInt32()
    (Digest.ofBytes (File.ReadAllBytes(file folder $"%s{name}.npy"))).Hex, systems, steps

/// What one process gives.
let private alone kind =
    lazy
        (let mutable found = "", "", 0

         inFolder
             (fun folder ->
                 prepare folder
                 let answer = arguments kind folder "alone" [ "--method"; "cg" ] |> wantDone
                 found <- outcome folder "alone" answer.Output)
             ()

         found)

let private shortAlone, longAlone = alone short, alone long

/// What a solve says, to its end; once it has taken a step, something happens to it.
let private follow (solve: Process) (happen: unit -> unit) =
    let output = solve.StandardOutput.ReadToEndAsync()
    let lines = ResizeArray<string>()
    let mutable hasHappened = false

    let rec read () =
        match solve.StandardError.ReadLine() with
        | null -> ()
        | line ->
            lines.Add line

            if not hasHappened && line.Contains ": step " then
                hasHappened <- true
                happen ()

            read ()

    read ()
    solve.WaitForExit()
    let said = String.concat "\n" lines
    Expect.equal solve.ExitCode 0 (output.Result + said)
    Expect.isTrue hasHappened $"it took some steps: %s{said}"
    output.Result, said

let tests =
    testSequenced
    <| testList "a solve with workers" [
        for workers in [ 1; 3 ] do
            testCase $"%d{workers} make the bits of one process, with its certificate"
            <| inFolder (fun folder ->
                prepare folder
                use solve = start (arguments short folder "shared" [ "--workers"; string workers ])
                let output, said = follow solve ignore
                Expect.isFalse (said.Contains "warning") said
                Expect.equal (outcome folder "shared" output) shortAlone.Value "bytes, residuals, steps")

        if OperatingSystem.IsLinux() then
            testCase "one that is killed in a product is replaced, and the solve goes on to the same bits"
            <| inFolder (fun folder ->
                prepare folder
                use solve = start (arguments long folder "shared" [ "--workers"; "2" ])

                let output, said =
                    follow solve (fun () ->
                        use worker = Process.GetProcessById(List.head (offspring solve.Id))
                        worker.Kill())

                Expect.stringContains said "does not answer; what it held is made again" "it was missed"
                Expect.equal (outcome folder "shared" output) longAlone.Value "bytes, residuals, steps")

        RedisServer.testCaseRedis "workers of a cluster, one of which is killed, make the bits of one process"
        <| inFolder (fun folder ->
            RedisServer.withRedis folder (fun address ->
                prepare folder

                let workers = [
                    for k in 1..2 ->
                        startWorker [ "--cluster"; address; "--name"; $"w%d{k}"; "--cores"; "1" ]
                ]

                use solve = start (arguments long folder "shared" [ "--cluster"; address ])

                try
                    let output, _ = follow solve (fun () -> workers[0].Process.Kill())

                    Expect.equal (outcome folder "shared" output) longAlone.Value "bytes, residuals, steps"
                finally
                    finally' (solve :: (workers |> List.map _.Process))))

        testCase "what workers cannot do is refused"
        <| inFolder (fun folder ->
            prepare folder

            refused
                2
                [ "--method"; "cg" ]
                (arguments short folder "out" [ "--workers"; "2"; "--method"; "nystrom" ])

            refused 2 [ "--workers" ] (arguments short folder "out" [ "--workers"; "0" ]))
    ]
