module NtkPipeline.Tests.GramTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.GramNetworks
open NtkPipeline.Tests.Matrices

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
