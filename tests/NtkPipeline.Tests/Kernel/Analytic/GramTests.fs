module NtkPipeline.Tests.GramTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core

let private random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> 2.0 * random.NextDouble() - 1.0)

let private bits (m: Matrix<float>) = m.Values |> Array.map BitConverter.DoubleToInt64Bits
let private ok result = Expect.wantOk result "no refusal"

/// Well-formed networks with cheap duals.
let private networks = [
    "dense 8 | relu | dense 1"
    "dense 8 w=1.4142 b=0.05 | leaky-relu(0.1) | dense 8 b=0.3 | abs | dense 1"
    "dense 8 w=1.5 b=0.05 | erf | dense 8 w=1.5 | gelu | dense 1 b=1"
    "dense 8 | sin | dense 8 b=0.2 | relu | dense 1"
    "dense 8 | rbf(0.5) | dense 1"
    "dense 8 | gaussian | dense 8 | cos | dense 1"
    "dense 8 b=0.1 | residual(relu | dense 8) | layer-norm | relu | dense 1"
    "dense 8 | exp-normalised | dense 8 | monomial(2) | dense 1 param=standard"
]

let private kernels
    : (string * (Network -> Matrix<float> -> Matrix<float> option -> Result<Matrix<float>, PipelineError>)) list = [
    "K", Gram.nngp64
    "Θ", Gram.ntk64
]

/// No finite input may give a NaN: duplicates, antiparallel and zero rows, norms of 1e±150.
let private hard =
    Matrix.ofRows 3 [|
        [| 1.0; 2.0; -1.0 |]
        [| 1.0; 2.0; -1.0 |]
        [| -1.0; -2.0; 1.0 |]
        [| 0.0; 0.0; 0.0 |]
        [| 0.0; 0.0; 0.0 |]
        [| 1e150; 0.0; -1e150 |]
        [| -1e150; 0.0; 1e150 |]
        [| 1e-150; 0.0; 1e-150 |]
        [| 1e-300; 0.0; 0.0 |]
        [| 3.0; -1e-160; 1e-160 |]
    |]

/// Of a degree above 1, φ makes numbers that no longer fit of long rows.
let private overflows (activation: Activation) =
    activation.Degree |> ValueOption.exists (fun degree -> degree > 1)

let tests =
    testList "Gram" [
        for text in networks do
            let network = Networks.parse text

            testProperty $"%s{text}: symmetric, within Cauchy–Schwarz, positive semi-definite"
            <| fun (seed: int) ->
                let x = Matrix.stack (random seed 6 3) (Matrix.gatherRows [| 0; 1 |] (random seed 6 3))

                for name, gram in kernels do
                    let k = ok (gram network x None)
                    let trace = Seq.sum (Seq.init k.Rows (fun i -> k[i, i]))

                    for i in 0 .. k.Rows - 1 do
                        for j in 0 .. k.Rows - 1 do
                            Expect.equal k[i, j] k[j, i] name

                            Expect.isLessThanOrEqual
                                (abs k[i, j])
                                ((1.0 + 1e-13) * sqrt (k[i, i] * k[j, j]))
                                name

                    use _ = torch.NewDisposeScope()
                    let smallest = torch.linalg.eigvalsh(Tensors.ofMatrix64 k).min().item<float>()
                    Expect.isGreaterThan smallest (-1e-13 * trace) name

            testCase $"%s{text}: a block has the bits that it has in the whole"
            <| fun () ->
                let x, z = random 1 300 5, random 2 150 5

                for name, gram in kernels do
                    let whole = ok (gram network x None)
                    let between = ok (gram network x (Some z))
                    let rows = [| 3; 17; 130; 131; 299 |]
                    let block = ok (gram network (Matrix.gatherRows rows x) None)
                    Expect.equal (bits block) (bits (Matrix.gather rows rows whole)) $"%s{name}, symmetric"
                    let columns = [| 0; 127; 128; 149 |]

                    let block =
                        ok (gram network (Matrix.gatherRows rows x) (Some(Matrix.gatherRows columns z)))

                    Expect.equal (bits block) (bits (Matrix.gather rows columns between)) $"%s{name}, between"

        testCase "no finite input gives a NaN, and what overflows is refused"
        <| fun () ->
            for activation in Activations.examples do
                for text in
                    [
                        $"dense 8 | %s{Activation.print activation} | dense 1"
                        $"dense 8 b=0.5 | %s{Activation.print activation} | dense 8 | relu | dense 1 b=0.1"
                        $"dense 8 | layer-norm | %s{Activation.print activation} | dense 1"
                    ] do
                    let network = Networks.parse text

                    for name, gram in kernels do
                        match gram network hard None, activation with
                        | Ok k, _ -> Expect.equal (Matrix.firstNonFinite k) None $"%s{name} of %s{text}"
                        | Error e, phi when overflows phi ->
                            Expect.stringContains e.Sentence "rows 5 and 5" "the long row is named"
                        | Error e, _ -> failtest $"%s{name} of %s{text}: %s{e.Sentence}"

        testCase "nor does one of depth fifty"
        <| fun () ->
            for activation in Activations.examples do
                let phi = Activation.print activation

                for text in
                    [
                        $"repeat(50, dense 8 w=1.4142 | %s{phi}) | dense 1"
                        $"repeat(50, dense 8 w=1.2 b=0.3 | %s{phi}) | dense 1 b=0.1"
                        $"dense 8 | repeat(50, residual(%s{phi} | dense 8 b=0.1) | layer-norm) | dense 1"
                    ] do
                    for name, gram in kernels do
                        match
                            gram (Networks.parse text) (Matrix.gatherRows [| 0; 1; 2; 3; 9 |] hard) None,
                            activation
                        with
                        | Ok k, _ -> Expect.equal (Matrix.firstNonFinite k) None $"%s{name} of %s{text}"
                        | Error e, phi when overflows phi ->
                            Expect.stringContains e.Sentence "exceeds" "squares of squares overflow"
                        | Error e, _ -> failtest $"%s{name} of %s{text}: %s{e.Sentence}"

        testCase "ReLU's kernels are homogeneous"
        <| fun () ->
            let network = Networks.parse "dense 8 | relu | dense 8 | relu | dense 1"
            let x = random 3 5 4

            for name, gram in kernels do
                let k = ok (gram network x None)

                for factor in [ 1e-60; 3.0; 1e60 ] do
                    let scaled = ok (gram network (Matrix.map (fun v -> factor * v) x) None)

                    Array.iter2
                        (fun a b -> Expect.floatClose Accuracy.veryHigh (a / factor / factor) b name)
                        scaled.Values
                        k.Values

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

        testCase "inputs that cannot be are refused, named"
        <| fun () ->
            let network = Networks.parse "dense 8 | relu | dense 1"

            let says (part: string) result =
                Expect.stringContains (Expect.wantError result "refused": PipelineError).Sentence part part

            let x = random 5 3 2
            let broken = { x with Values = Array.mapi (fun k v -> if k = 3 then nan else v) x.Values }
            Gram.ntk64 network broken None |> says "row 1, column 1"
            Gram.ntk64 network x (Some broken) |> says "z holds NaN"
            Gram.ntk64 network x (Some(random 5 3 3)) |> says "x has 2 columns and z 3"
            Gram.ntk network (Matrix.create 1 1 [| 1e30f |]) None |> says "rows 0 and 0"
    ]
