module NtkPipeline.Tests.ConjugateGradientsTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.SolveSamples

let private gradients =
    testList "conjugate gradients" [
        testCase "give what Cholesky gives, for several ridges and outputs at once"
        <| fun () ->
            let direct, found = solved (by (Some SolveMethod.Exact)) problem, solved settings problem
            Expect.isLessThan (gap found.Coefficients direct.Coefficients) 1e-8 "coefficients"
            Expect.isLessThan (gap found.Predictions direct.Predictions) 1e-8 "predictions"
            Expect.equal (found.Systems |> Array.map _.Output) [| 0; 1; 0; 1 |] "ridge by ridge"

            for system in found.Systems do
                Expect.isLessThanOrEqual system.Residual 1e-12 "certified"
                Expect.isLessThanOrEqual system.SampledResidual 1e-11 "and by the definition"

            let again = solved { settings with HoldsEntries = false } problem
            Expect.equal again.Coefficients.Values found.Coefficients.Values "kept entries change no bit"

            attempt settings { problem with Asked = Some(Matrix.map ((*) 5e307) z) }
            |> wantRefusal [ "scale the rows down" ]

            let fits = solved settings { problem with Asked = None }
            let own = solved settings { problem with Asked = Some x }
            Expect.isLessThan (gap fits.Predictions own.Predictions) 1e-8 "without rows asked, the fit"

        testCase "float32 entries reach any residual of their own kernel, and 1e-6 of the true one"
        <| fun () ->
            // Rows of one norm, so that there is a table.
            let scaled =
                Matrix.init 300 6 (fun i j ->
                    let norm = Seq.sum (seq { for c in 0..5 -> x[i, c] * x[i, c] }) |> sqrt
                    x[i, j] * sqrt 6.0 / norm)

            let problem = { problem with X = scaled; IsSingle = true }
            let found = solved settings problem
            let direct = solved (by (Some SolveMethod.Exact)) { problem with IsSingle = false }
            Expect.isTrue found.ByTable "by the table"

            for system in found.Systems do
                Expect.isLessThanOrEqual system.Residual 1e-12 "of the float32 kernel"
                Expect.isLessThan system.SampledResidual 1e-4 "of the definition"

            Expect.isLessThan (gap found.Predictions direct.Predictions) 1e-4 "predictions"

        testCase "a run that was stopped goes on to the same bits"
        <| fun () ->
            let states = ResizeArray<GradientsState>()

            let hear =
                function
                | SolveProgress.Step state -> states.Add state
                | SolveProgress.Planned _
                | SolveProgress.Pivots _ -> ()

            let whole = Expect.wantOk (LargeSolve.solve settings hear None problem) "solved"
            Expect.isGreaterThan states.Count 5 "it took some steps"
            let resumed = Expect.wantOk (LargeSolve.solve settings ignore (Some states[3]) problem) "resumed"
            Expect.equal resumed.Coefficients.Values whole.Coefficients.Values "the same bits"
            Expect.equal resumed.Iterations whole.Iterations "and steps"

        testCase "refuse what does not converge, and a matrix that is not positive definite"
        <| fun () ->
            let few = { settings with Rank = 1; Gradients = { Tolerance = 1e-12; MostSteps = 3 } }
            attempt few problem |> wantRefusal [ "did not converge after 3 steps"; "1e-12 was asked" ]

            let systems = { Ridges = [| 0.5 |]; Targets = [| [| 1.0; 2.0; 3.0 |] |] }

            let run multiply tolerance =
                ConjugateGradients.solve
                    multiply
                    (fun _ r -> r)
                    { Tolerance = tolerance; MostSteps = 50 }
                    ignore
                    None
                    systems

            run (Matrix.map (~-) >> Ok) 1e-8 |> wantRefusal [ "without curvature" ]

            // A product that is not one matrix's: the recursion is sure, the truth is not.
            let random = Random 1

            run (Matrix.map (fun v -> v * (1.0 + 1e-3 * random.NextDouble())) >> Ok) 1e-9
            |> wantRefusal [ "1e-09 was asked" ]

            ConjugateGradients.solve Ok (fun _ r -> r) { Tolerance = 1e-8; MostSteps = 5 } ignore None {
                systems with
                    Ridges = [| 0.0 |]
            }
            |> wantRefusal [ "a ridge of 0" ]
    ]


let tests = testList "regression past memory" [ gradients ]
