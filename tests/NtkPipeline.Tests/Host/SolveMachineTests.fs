/// One solve on machines with more processors and fewer.
module NtkPipeline.Tests.SolveMachineTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs
open NtkPipeline.Tests.SolveCall

let private network = "repeat(2, dense 64 w=1.4142135 | relu) | dense 1"

/// Rows enough for LibTorch to cut its sums among threads.
let private rows, features, rank = 600, 20, 100

let private problem: SolveProblem =
    let x = normal 1 rows features

    {
        Kind = KernelKind.Ntk
        Network = Networks.parse network
        IsSingle = true
        X = x
        Y = Matrix.init rows 1 (fun i _ -> sin x[i, 0] + x[i, 1])
        Ridges = [| 0.01 |]
        IsRelative = true
        Asked = None
    }

let private settings: SolveSettings = {
    Method = Some SolveMethod.Gradients
    Rank = rank
    Gradients = { Tolerance = 1e-8; MostSteps = 500 }
    Memory = 1_000_000_000L
    HoldsEntries = true
    Seed = Seed.root 1UL
}

let private arguments folder = [
    "solve"
    "--network"
    network
    "--x"
    file folder "x.npy"
    "--y"
    file folder "y.npy"
    "--ridge"
    "0.01rel"
    "--method"
    "cg"
    "--rank"
    string rank
    "--tolerance"
    "1e-8"
    "--memory"
    "1GB"
    "--out"
    file folder "out.npy"
    "--coefficients"
    file folder "alpha.npy"
]

/// The coefficients that a program finds which sees so many processors.
let private onProcessors folder (count: int) extra =
    startWith [ "DOTNET_PROCESSOR_COUNT", string count ] (arguments folder @ extra)

let private coefficients folder =
    (Expect.wantOk (SourceFile.readNpy64 (file folder "alpha.npy")) "read").Values

let private write folder =
    SolveCall.write folder "x.npy" rows features (fun i j -> problem.X[i, j])
    SolveCall.write folder "y.npy" rows 1 (fun i _ -> problem.Y[i, 0])

/// A solve in this process that power fails in, a step after it kept its state.
let private stopAt folder step =
    let hear =
        function
        | SolveProgress.Step state when state.Iteration = step -> raise (OperationCanceledException())
        | SolveProgress.Step _
        | SolveProgress.Planned _
        | SolveProgress.Pivots _ -> ()

    try
        SolveRun.solve
            (file folder "out.npy")
            0.0
            settings
            (Action<_> hear)
            (Action<_>(failtestf "%s"))
            problem
        |> ignore

        failtest "it was not stopped"
    with :? OperationCanceledException ->
        ()

let tests =
    testSequenced
    <| testList "a solve on other machines" [
        testCase "has the same bits whatever the number of processors"
        <| inFolder (fun folder ->
            write folder

            let found = [
                for count in [ 1; 2; 5 ] do
                    onProcessors folder count [] |> finish |> ignore
                    coefficients folder
            ]

            Expect.equal (List.distinct found).Length 1 "on 1, 2 and 5"
            let here = LargeSolve.solve settings ignore None problem
            Expect.equal (Expect.wantOk here "solved").Coefficients.Values found.Head "and in this process")

        testCase "goes on from a state that a machine with other processors kept, to the same bits"
        <| inFolder (fun folder ->
            write folder
            let whole = Expect.wantOk (LargeSolve.solve settings ignore None problem) "solved"
            stopAt folder 7
            let other = if Environment.ProcessorCount = 1 then 2 else 1

            // The limit of steps is no part of a state: from step 6 on, two are too few at once.
            use short = onProcessors folder other [ "--steps"; "2" ]
            let said = short.StandardError.ReadToEnd()
            short.WaitForExit()
            Expect.equal short.ExitCode 1 said
            Expect.stringContains said "after 6 steps" "it went on there"
            Expect.isTrue (File.Exists(SolveRun.checkpointPath (file folder "out.npy"))) "the state is kept"
            onProcessors folder other [] |> finish |> ignore
            Expect.equal (coefficients folder) whole.Coefficients.Values "the same bits")
    ]
