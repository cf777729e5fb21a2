module NtkPipeline.Tests.EmpiricalMethodTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private wide = Networks.parse "dense 4096 | relu | dense 1"

let private size rows = { FeatureCount = 128; RowCount = rows; ColumnCount = None; BytesPerNumber = 4 }

let private plan memory asked network rows =
    EmpiricalPlan.plan memory asked network KernelForm.plain (size rows)

let tests =
    testList "EmpiricalMethod" [
        testCase "auto takes the structured way to a wide network on many rows, and says what the others cost"
        <| fun () ->
            let chosen = Expect.wantOk (plan 4e9 None wide 7613) "it fits"
            Expect.equal chosen.Method Structured "the cheapest"
            // Two half Gram products of 4,096 columns and one of 128: N²·(4,096 + 4,096 + 128 + 1). Two passes for the rows of
            // each of four strips, and for those beside them in the six tiles off the diagonal.
            let products = 7613.0 * 7613.0 * (4096.0 + 4096.0 + 128.0 + 1.0)
            let rows = 7613.0 + 2048.0 + 2.0 * 2048.0 + 3.0 * (7613.0 - 3.0 * 2048.0)
            let passes = 2.0 * 2.0 * rows * 528384.0
            Expect.equal chosen.Side 2048 "the largest tile"
            Expect.floatClose Accuracy.medium chosen.Cost.Flops (products + passes) "flops"
            Expect.isLessThan chosen.Cost.Bytes 3.5e8 "tiles, not the result"

            Expect.stringStarts (EmpiricalPlan.print chosen) "structured: 520" "in words"

            Expect.stringContains (EmpiricalPlan.print chosen) "(vector-product: " "the others"
            let narrow = Expect.wantOk (plan 1.2e8 None wide 7613) "it fits"
            Expect.equal (narrow.Method, narrow.Side) (Structured, 512) "smaller tiles in less memory"
            Expect.isLessThanOrEqual narrow.Cost.Bytes 1.2e8 "as asked"

        testCase "whatever memory there is, a plan keeps within it"
        <| fun () ->
            for way in EmpiricalMethod.all do
                for memory in [ 3e7; 1e8; 3e8; 1e9; 3e9; 1e10 ] do
                    for outputs in [ Trace; Diagonal; Full ] do
                        let network = Networks.parse "dense 512 b=0.1 | erf | dense 3"
                        let form = { Outputs = outputs; IsByLayer = true }

                        match EmpiricalPlan.plan memory (Some way) network form (size 100000) with
                        | Ok plan ->
                            Expect.isLessThanOrEqual plan.Cost.Bytes memory "within it"
                            Expect.contains (EmpiricalMethod.sides way) plan.Side "a side of its grid"
                        | Error e ->
                            Expect.stringContains e.Sentence "for its smallest tile" "refused with the size"

        testCase "a small network on few rows is cheaper by its Jacobian"
        <| fun () ->
            // Many outputs of few parameters: the structured way pays for every output.
            let network = Networks.parse "dense 2 | erf | dense 40"
            let size = { FeatureCount = 2; RowCount = 4; ColumnCount = None; BytesPerNumber = 8 }
            let chosen = Expect.wantOk (EmpiricalPlan.plan 1e9 None network KernelForm.plain size) "it fits"
            let flops = chosen.Considered |> List.map (fun (_, cost) -> cost.Flops) |> List.min
            Expect.equal chosen.Cost.Flops flops "the fewest operations"

        testCase "what cannot fit is refused with its size, and what has no finite width as well"
        <| fun () ->
            let says (part: string) result =
                Expect.stringContains (Expect.wantError result "refused": PipelineError).Sentence part part

            plan 2e8 (Some Contraction) wide 7613 |> says "jacobian needs 494.76 MB"
            plan 2e8 (Some Contraction) wide 7613 |> says "420 MB may be used"
            plan 1e6 None wide 7613 |> says "MB of memory for its smallest tile, and 221 MB may be used"
            plan 1e9 None (Networks.parse "dense 8 | exp-normalised | dense 1") 10 |> says "kernels only"

        testCase "names are read as they are printed"
        <| fun () ->
            for way in EmpiricalMethod.all do
                Expect.equal (EmpiricalMethod.parse (EmpiricalMethod.print way)) (Ok(Some way)) "itself"

            Expect.equal (EmpiricalMethod.parse "auto") (Ok None) "auto"
            Expect.isError (EmpiricalMethod.parse "fast") "unknown"

        testCase "Monte Carlo estimates lie within their standard errors of the analytic kernels"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let rows = Matrix.gatherRows [| 0; 1; 3 |] Networks.rows
            let x = (Tensors.ofMatrix64 rows).clone()

            for text in
                [
                    "dense 256 b=0.3 | residual(relu | dense 256 w=0.7) | layer-norm | erf | dense 4"
                    "dense 256 w=1.2 param=standard b=0.2 | tanh | dense 4 param=standard"
                ] do
                let network = Networks.parse text

                for name, estimate, exact in
                    [
                        "K",
                        MonteCarlo.nngp network (Seed.root 1UL) 400 ignore x None,
                        Gram.nngp64 network rows None
                        "Θ",
                        MonteCarlo.ntk network (Seed.root 2UL) 20 ignore x None,
                        Gram.ntk64 network rows None
                    ] do
                    let exact = Expect.wantOk exact text

                    for k in 0 .. exact.Values.Length - 1 do
                        let error = abs (estimate.Mean.Values[k] - exact.Values[k])
                        // The bias of width 256 beside the standard error.
                        let allowed = 4.0 * estimate.StandardError.Values[k] + 0.01 * abs exact.Values[k]
                        Expect.isLessThan error allowed $"%s{name} of %s{text}, entry %d{k}"
                        Expect.isGreaterThan estimate.StandardError.Values[k] 0.0 "it varies"
    ]
