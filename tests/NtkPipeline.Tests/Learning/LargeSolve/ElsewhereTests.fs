/// Products of conjugate gradients that are made elsewhere.
module NtkPipeline.Tests.ElsewhereTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.SolveSamples

/// Two makers with kernels of their own: even lanes and odd ones. The odd ones' is lost, and made anew, at this product.
let private makers lostAt =
    let create () =
        let source, xs =
            Expect.wantOk (KernelSource.create problem.Kind network problem.IsSingle x) "a kernel"

        UnheldKernel.symmetric source xs |> KeptTiles.remember 100_000_000L source

    let even = create ()
    let mutable odd = create ()
    let mutable products = 0
    let lanes = [| 0 .. KernelLanes.count x.Rows - 1 |]

    {
        new IKernelLanes with
            member _.Parts v =
                products <- products + 1

                if products = lostAt then
                    odd <- create ()

                let parts = Array.zeroCreate lanes.Length

                for maker, own in [ even, (fun lane -> lane % 2 = 0); odd, (fun lane -> lane % 2 = 1) ] do
                    let own = Array.filter own lanes
                    KernelLanes.parts maker own v |> Array.iter2 (fun lane part -> parts[lane] <- part) own

                Ok parts
    }

let private gone = MachineLacks "no worker is left"

let tests =
    testList "products made elsewhere" [
        testCase "give the same bits, steps and certificates, and so they do where a maker is lost"
        <| fun () ->
            let here = solved settings problem
            Expect.isGreaterThan here.Iterations 5 "it takes some steps"

            for lostAt in [ 0; 1; 4 ] do
                let there = LargeSolve.solveWith (Some(makers lostAt)) settings ignore None problem
                let there = Expect.wantOk there "solved"
                Expect.equal there.Coefficients here.Coefficients "coefficients"
                Expect.equal there.Predictions here.Predictions "predictions"
                Expect.equal there.Systems here.Systems "residuals"
                Expect.equal there.Iterations here.Iterations "steps"

        testCase
            "that cannot be had any more end the solve with their sentence; it goes on to the same bits from where it was"
        <| fun () ->
            let states = ResizeArray<GradientsState>()

            let hear =
                function
                | SolveProgress.Step state -> states.Add state
                | SolveProgress.Planned _
                | SolveProgress.Pivots _ -> ()

            let whole = makers 0

            let leaving = {
                new IKernelLanes with
                    member _.Parts v = if states.Count < 4 then whole.Parts v else Error gone
            }

            Expect.equal
                (LargeSolve.solveWith (Some leaving) settings hear None problem |> Result.map ignore)
                (Error gone)
                "its sentence"

            let resumed = LargeSolve.solve settings ignore (Some(Seq.last states)) problem

            Expect.equal
                (Expect.wantOk resumed "alone").Coefficients
                (solved settings problem).Coefficients
                "the same bits"

            let absent = {
                new IKernelLanes with
                    member _.Parts _ = Error gone
            }

            let atEnd = {
                Seq.last states with
                    Residuals = (Seq.last states).Residuals |> Array.map (Array.map (fun _ -> 0.0))
            }

            LargeSolve.solveWith (Some absent) settings ignore (Some atEnd) problem
            |> wantRefusal [ "no worker is left" ]
    ]
