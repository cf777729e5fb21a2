module NtkPipeline.Tests.SolveTests

open System
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.SolveCall

let private read folder name = Expect.wantOk (SourceFile.readNpy64 (file folder name)) "read"

let tests =
    testList "solve" [
        testCase "every method predicts the same, and says what vouches for it"
        <| inFolder (fun folder ->
            prepare folder

            let predictions extra =
                let answer = solve folder ([ "--z"; file folder "z.npy"; "--json" ] @ extra) |> wantDone
                let last = answer.Output.Trim().Split('\n') |> Array.last
                JsonDocument.Parse(last).RootElement, read folder "out.npy"

            let outcome, exact = predictions []
            Expect.equal (outcome.GetProperty("method").GetString()) "exact" "it fits"
            Expect.equal (exact.Rows, exact.Columns) (20, 2) "a column for each ridge"
            let outcome, found = predictions [ "--method"; "cg"; "--rank"; "20"; "--tolerance"; "1e-10" ]
            Expect.isGreaterThan (outcome.GetProperty("iterations").GetInt32()) 1 "it took steps"

            for system in outcome.GetProperty("systems").EnumerateArray() do
                Expect.isLessThan (system.GetProperty("residual").GetDouble()) 1e-10 "certified"

            let gap (a: Matrix<float>) (b: Matrix<float>) =
                Array.map2 (fun x y -> abs (x - y)) a.Values b.Values |> Array.max

            Expect.isLessThan (gap found exact) 1e-7 "conjugate gradients"

            Expect.isFalse
                (File.Exists(SolveRun.checkpointPath (file folder "out.npy")))
                "no state is left behind"

            let outcome, found = predictions [ "--method"; "nystrom"; "--rank"; "100" ]
            let norm (values: float[]) = values |> Array.sumBy (fun x -> x * x) |> sqrt
            let off = norm (Array.map2 (-) found.Values exact.Values) / norm exact.Values
            let told = outcome.GetProperty("nystromError").GetProperty("relative").GetDouble()

            Expect.isTrue
                (told > off / 10.0 && told < 10.0 * off)
                $"Nyström is off by %g{off}, and says %g{told}")

        testCase "where auto is exact, options of the other methods are said to have no effect"
        <| inFolder (fun folder ->
            prepare folder
            let said extra = (solve folder extra |> wantDone).Error
            let notes = said [ "--rank"; "9"; "--tolerance"; "1e-3" ]
            Expect.stringContains notes "ntk: note: --rank has no effect here: the whole matrix fits" "rank"
            Expect.stringContains notes "ntk: note: --tolerance has no effect here" "tolerance"
            Expect.isFalse (notes.Contains "--steps has no effect") "of what is given alone"
            let notes = said [ "--method"; "cg"; "--rank"; "20" ]
            Expect.isFalse (notes.Contains "has no effect here") "conjugate gradients use it")

        testCase "a stopped solve goes on where it was, and another command starts anew"
        <| inFolder (fun folder ->
            prepare folder
            let output = file folder "out.npy"

            let problem: SolveProblem = {
                Kind = KernelKind.Ntk
                Network = Networks.parse "dense 64 | relu | dense 1"
                IsSingle = true
                X = read folder "x.npy"
                Y = read folder "y.npy"
                Ridges = [| 0.01 |]
                IsRelative = true
                Asked = None
            }

            let settings: SolveSettings = {
                Method = Some SolveMethod.Gradients
                Rank = 10
                Gradients = { Tolerance = 1e-10; MostSteps = 500 }
                Memory = 1_000_000_000L
                HoldsEntries = true
                Seed = Seed.root 1UL
            }

            let run settings stopAt =
                let steps = ResizeArray<int>()

                let hear =
                    function
                    | SolveProgress.Step state ->
                        steps.Add state.Iteration
                        // Power fails after the step before was kept.
                        if state.Iteration = stopAt then
                            raise (OperationCanceledException())
                    | SolveProgress.Planned _
                    | SolveProgress.Pivots _ -> ()

                let solved =
                    try
                        SolveRun.solve
                            output
                            0.0
                            settings
                            (Action<_> hear)
                            (Action<_>(failtestf "%s"))
                            problem
                        |> Result.toOption
                    with :? OperationCanceledException ->
                        None

                solved, List.ofSeq steps

            let whole, steps = run settings -1
            let whole = Expect.wantSome whole "solved"
            Expect.equal steps [ 1 .. whole.Iterations ] "step by step"
            let stopped, _ = run settings 6
            Expect.isNone stopped "stopped"
            let resumed, steps = run settings -1
            let resumed = Expect.wantSome resumed "resumed"
            Expect.equal steps [ 5 .. whole.Iterations ] "from the state that was kept"
            Expect.equal resumed.Predictions.Values whole.Predictions.Values "to the same bits"
            run settings 6 |> ignore
            let _, steps = run { settings with Rank = 11 } -1
            Expect.equal (List.head steps) 1 "another rank, another problem")
    ]
