module NtkPipeline.Tests.KernelTilesTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.TileSamples

let tests =
    testList "KernelTiles" [
        for text in
            [
                "dense 8 w=1.4 b=0.05 | relu | dense 8 | erf | dense 1"
                "dense 8 | relu | dense 1 | scale(3)"
                "dense 8 | tanh | dense 1"
            ] do
            testCase $"%s{text}: analytic tiles of any side have the bits of the whole"
            <| fun () ->
                let network = Networks.parse text

                let units count seed = {
                    random seed count 5 with
                        Values = (UnitRows.ofMatrix (random seed count 5)).Units.Values
                }

                let x, z = units 200 1, units 90 2

                for kind, wide, narrow in
                    [
                        KernelKind.Ntk, Gram.ntk64, Gram.ntk
                        KernelKind.Nngp, Gram.nngp64, Gram.nngp
                    ] do
                    for side in [ 64; 128; 256 ] do
                        for other in [ None; Some z ] do
                            let whole: Matrix<float> = ok (wide network x other)

                            let tiles =
                                AnalyticTiles.double
                                    kind
                                    network
                                    side
                                    (RowSource.ofMatrix x)
                                    (Option.map RowSource.ofMatrix other)

                            Expect.equal (array (ok tiles)) whole.Values $"float64, side %d{side}"

                            let whole: Matrix<float32> =
                                ok (
                                    narrow
                                        network
                                        (Matrix.map float32 x)
                                        (Option.map (Matrix.map float32) other)
                                )

                            let tiles =
                                AnalyticTiles.single kind network side (single x) (Option.map single other)

                            Expect.equal (array (ok tiles)) whole.Values $"float32, side %d{side}"

        testCase "inputs that cannot be are refused, named by the row of the whole"
        <| fun () ->
            let network = Networks.parse "dense 8 | relu | dense 1"

            let says (part: string) result =
                Expect.stringContains (Expect.wantError result "refused": PipelineError).Sentence part part

            let x = random 1 1500 2

            let broken = {
                x with
                    Values = Array.mapi (fun k v -> if k = 2401 then infinity else v) x.Values
            }

            let plan x z = EmpiricalTiles.plan Precision.double 1e9 None network KernelForm.plain x z
            plan (RowSource.ofMatrix broken) None |> says "row 1200, column 1"
            plan (rows 1 5 2) (Some(rows 1 5 3)) |> says "x has 2 columns and z 3"

            AnalyticTiles.double KernelKind.Ntk network 64 (RowSource.ofMatrix broken) None
            |> says "row 1200, column 1"

            AnalyticTiles.double KernelKind.Ntk network 64 (rows 1 5 2) (Some(rows 1 5 3))
            |> says "x has 2 columns and z 3"

            let far = {
                x with
                    Values = Array.mapi (fun k v -> if k = 2401 then 1e30 else v) x.Values
            }

            let narrow = ok (AnalyticTiles.single KernelKind.Ntk network 512 (single far) None)
            KernelTiles.toArray narrow |> says "rows 1200 and 1200"

            let tiles =
                EmpiricalTiles.ntk
                    Precision.single
                    torch.CPU
                    (ok (
                        EmpiricalTiles.plan
                            Precision.single
                            1e9
                            None
                            network
                            KernelForm.plain
                            (single far)
                            None
                    ))
                    network
                    (Seed.root 1UL)
                    KernelForm.plain
                    (single far)
                    None

            KernelTiles.toArray tiles |> says "exceeds what float32 holds"
    ]
