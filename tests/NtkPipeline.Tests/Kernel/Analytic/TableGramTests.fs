/// Kernels in float32, by a table of the cosine where there is one.
module NtkPipeline.Tests.TableGramTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.GramNetworks
open NtkPipeline.Tests.Matrices

let tests =
    testList "Gram" [
        for text in
            networks
            @ [
                "repeat(10, dense 8 w=1.4142 | relu) | dense 1"
                "dense 8 b=0.2 | tanh | dense 1"
            ] do
            testCase
                $"%s{text}: in float32 the kernel is the definition's, whatever the rows' norms, angles and neighbours"
            <| fun () ->
                let network = Networks.parse text
                // Of one norm, with equal, opposite and nearly equal rows, a zero row and one that is longer.
                let count = if text.Contains "tanh" then 45 else 260
                let base' = random 4 count 7
                let base' = Matrix.stack base' (Matrix.gatherRows [| 5; 6 |] base' |> Matrix.map (~-))

                let base' =
                    Matrix.stack base' (Matrix.gatherRows [| 7; 8 |] base' |> Matrix.map (fun v -> v + 1e-5))

                let units = (UnitRows.ofMatrix base').Units

                let scale i =
                    if i = 3 then 0.0
                    elif i = 33 then 2.5
                    else sqrt 7.0

                let x = Matrix.init units.Rows 7 (fun i j -> float32 (scale i * units[i, j]))
                let z = Matrix.gatherRows [| 0..3 .. count - 1 |] x

                for gram, gram64 in [ Gram.nngp, Gram.nngp64; Gram.ntk, Gram.ntk64 ] do
                    let expectNear
                        (k: Matrix<float32>)
                        (expected: Matrix<float>)
                        (rows: float[])
                        (columns: float[])
                        =
                        for i in 0 .. k.Rows - 1 do
                            for j in 0 .. k.Columns - 1 do
                                let gap = abs (float k[i, j] - expected[i, j])

                                Expect.isLessThanOrEqual
                                    gap
                                    (1.5e-6 * sqrt (rows[i] * columns[j]))
                                    $"(%d{i}, %d{j})"

                    let diagonal (k: Matrix<float>) = Array.init k.Rows (fun i -> k[i, i])
                    let k, kz = ok (gram network x None), ok (gram network x (Some z))
                    let wide = ok (gram64 network (Matrix.map float x) None)
                    let wideZ = ok (gram64 network (Matrix.map float x) (Some(Matrix.map float z)))
                    expectNear k wide (diagonal wide) (diagonal wide)
                    let columns = Array.init z.Rows (fun j -> wide[3 * j, 3 * j])
                    expectNear kz wideZ (diagonal wide) columns

                    Expect.isTrue
                        (Seq.forall
                            (fun i -> Seq.forall (fun j -> k[i, j] = k[j, i]) (seq { 0..i }))
                            (seq { 0 .. k.Rows - 1 }))
                        "symmetric"

                    let some = [| 1; 5; 17; count - 7; count - 1 |]
                    let block = ok (gram network (Matrix.gatherRows some x) None)
                    Expect.equal block.Values (Matrix.gather some some k).Values "a block has its bits"

        testCase "a table of the cosine converges for every activation, and knows its error"
        <| fun () ->
            for activation in Activations.examples do
                let network =
                    Networks.parse
                        $"dense 8 b=0.1 | %s{Activation.print activation} | dense 8 | relu | dense 1"

                let entry = AnalyticNtk.ntk network 1
                let table = Expect.wantSome (CosineTable.build entry 1.3 1e-7) (Activation.print activation)
                Expect.isLessThan table.Error 1e-7 "as asked"

                for angle in [ 0.0; 1e-6; 0.3; 1.5; 1.6; 3.1; Math.PI ] do
                    let m = Moments.ofAngle 1.3 1.3 (cos angle) (sin angle)
                    let gap = if m.Cos < 0.0 then m.Vercosine else m.Versine
                    let error = CosineTable.at table (m.Cos < 0.0) (sqrt gap) - entry m

                    Expect.isLessThan
                        (abs error)
                        (2e-7 * abs (entry (Moments.same 1.3)))
                        $"%s{Activation.print activation} at %g{angle}"
    ]
