module NtkPipeline.Tests.RidgeFitTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.RidgeDoors

let tests =
    testList "RidgeFit" [
        for what, kernel, ridge, tolerance in
            [
                "a well-conditioned matrix", double rough, 0.1, 1e-11
                "a nearly singular matrix", double smooth, 1e-8, 1e-6
                "rows that stand twice, with opposite targets", double duplicates, 1e-3, 1e-10
                "a float32 matrix that rounding made indefinite", rounded, 1e-3, 1e-4
            ] do
            testCase $"%s{what} has one answer through every door"
            <| fun () ->
                let expected = solve ridge (Matrix.init n n (fun i j -> KernelMatrix.entry i j kernel)) y

                for door, _, f in doors do
                    wantClose tolerance door (Expect.wantOk (f kernel ridge) door) (times kernel expected)

        for what, kernel, ridge, reason in
            [
                "a nearly singular matrix", double smooth, 1e-13, "digits"
                "an indefinite matrix", double indefinite, 0.1, "not positive semi-definite"
                "an indefinite matrix that the ridge would hide",
                double indefinite,
                9.0,
                "not positive semi-definite"
                "rows that stand twice", double duplicates, 1e-14, "digits"
                "a ridge below the rounding of float32", rounded, 1e-9, "rounding"
            ] do
            testCase $"%s{what}: refused through every door, by name"
            <| fun () ->
                for _, name, f in doors do
                    f kernel ridge |> wantRefusal [ name; reason ]

        testCase "from hopeless to harmless ridges, every door gives the same verdict"
        <| fun () ->
            for what, kernel in
                [
                    "rough", double rough
                    "smooth", double smooth
                    "twice", double duplicates
                    "indefinite", double indefinite
                    "float32", rounded
                    "float32, twice", KernelMatrix.Single(Matrix.map float32 duplicates)
                ] do
                let verdicts =
                    [ -60 .. 4 ]
                    |> List.map (fun k ->
                        let ridge = 10.0 ** (float k / 4.0)

                        let each = doors |> List.map (fun (door, _, f) -> door, Result.isOk (f kernel ridge))

                        let first = snd each.Head

                        Expect.equal
                            each
                            (each |> List.map (fun (door, _) -> door, first))
                            $"%s{what}, %g{ridge}"

                        first)

                Expect.equal verdicts (List.sort verdicts) $"%s{what}: a larger ridge is never worse"
                Expect.equal (List.last verdicts) (what <> "indefinite") $"%s{what}: at a large ridge"
                Expect.equal verdicts.Head (what = "rough") $"%s{what}: at a ridge of 1e-15"

        testCase "without a ridge, every door gives the solution of least norm, or refuses noise"
        <| fun () ->
            let withoutRidge = doors |> List.filter (fun (door, _, _) -> door <> "fit-ridge, select")
            let pseudo = (dense duplicates).PseudoInverse()
            let alpha = (pseudo * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense y).ToArray()

            for door, name, f in withoutRidge do
                // Regress says what it fits, y without what no function of the kernel can.
                wantClose
                    1e-9
                    door
                    (Expect.wantOk (f (double duplicates) 0.0) door)
                    (times (double duplicates) alpha)

                f rounded 0.0 |> wantRefusal [ name; "ridge 0" ]

        testCase "a trial of views and a kernel that is learnt are trusted where a regression is"
        <| fun () ->
            use _ = TorchSharp.torch.NewDisposeScope()

            for k in -24 .. 4 do
                let ridge = 10.0 ** (float k / 2.0)
                let fit = RidgeFit.fit name (RidgeSource.Given ridge) None rounded column
                let trial = LeaveOneOutTrial.at name (Matrix.map float32 smooth) y ridge
                Expect.equal (Result.isOk trial) (Result.isOk fit) $"a trial at %g{ridge}"

                match trial, fit with
                | Ok trial, Ok fit when ridge >= 1e-3 ->
                    wantClose 1e-3 "its error" [| trial.Error |] [| fit.Chosen.LooError |]
                | Error refusal, _ -> Expect.stringContains refusal.Sentence name "by name"
                | Ok _, _ -> ()

                let fit = RidgeFit.fit name (RidgeSource.Given ridge) None (double smooth) column

                let learnt =
                    KernelEvidence.value
                        LearnBy.Likelihood
                        (Tensors.ofMatrix64 smooth)
                        (log ridge)
                        (Tensors.ofMatrix64 column)

                Expect.equal learnt.IsSome (Result.isOk fit) $"learnt at %g{ridge}"

        testCase "targets that are none, and sizes that disagree, are refused by name"
        <| fun () ->
            let refused fragments targets =
                RidgeFit.fit name (RidgeSource.Given 1.0) None (double rough) targets |> wantRefusal fragments
                RidgeFit.solve name (double rough) 1.0 targets |> wantRefusal fragments

            refused [ name; "59 rows of targets" ] (Matrix.create 59 1 y[1..])
            refused [ name; "60 rows" ] (Matrix.create 60 0 [||])
            refused [ "row 3"; "NaN" ] (Matrix.init n 1 (fun i _ -> if i = 3 then nan else y[i]))
            refused [ "all targets are 0" ] (Matrix.create n 1 (Array.zeroCreate n))
            RidgeFit.solve name (double rough) -1.0 column |> wantRefusal [ "-1" ]
    ]
