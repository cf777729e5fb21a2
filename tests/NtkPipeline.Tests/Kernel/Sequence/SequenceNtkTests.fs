module NtkPipeline.Tests.SequenceNtkTests

open System
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

let private number (element: JsonElement) (name: string) usual =
    match element.TryGetProperty name with
    | true, value -> value.GetDouble()
    | _ -> usual

/// A reference case's layers as a network's text.
let private layer (element: JsonElement) =
    let real name usual = number element name usual

    let word (name: string) = element.GetProperty(name).GetString()

    match word "op" with
    | "dense" -> $"""dense 1 w=%g{real "W" 1.0} b=%g{real "b" 0.0}"""
    | "conv" -> $"""conv 1 size=%g{real "width" 3.0} w=%g{real "W" 1.0} b=%g{real "b" 0.0}"""
    | "relu" -> "relu"
    | "meanpool" -> "mean-pool"
    | "sumpool" -> "sum-pool"
    | "attn" ->
        $"""attention 1 scale=%s{word "scaling"} scores=%s{word "mech"} q=%g{real "Wq" 1.0} k=%g{real "Wk" 1.0} """
        + $"""v=%g{real "Wv" 1.0} o=%g{real "Wo" 1.0} b=%g{real "b" 0.0}"""
    | other -> failtest other

let private flat (element: JsonElement) = [|
    for row in element.EnumerateArray() do
        for value in row.EnumerateArray() do
            value.GetDouble()
|]

let private references (path: string) =
    use document = JsonDocument.Parse(File.ReadAllText path)

    for case in document.RootElement.EnumerateArray() do
        let network =
            [ for step in case.GetProperty("layers").EnumerateArray() -> layer step ]
            |> String.concat " | "
            |> parse

        let name = nonNull (case.GetProperty("name").GetString())

        let read (tokens: string) (mask: string) =
            let rows = case.GetProperty tokens
            let features = rows[0].GetArrayLength()

            let valid = [|
                for value in case.GetProperty(mask).EnumerateArray() -> value.GetDouble() = 1.0
            |]

            let values = flat rows |> Array.mapi (fun k value -> if valid[k / features] then value else 0.0)

            features, text features values valid

        let features, x = read "x" "mask_x"
        let _, z = read "z" "mask_z"

        let close what (expected: JsonElement) (found: float[]) =
            let expected = flat expected
            let scale = expected |> Array.map abs |> Array.max
            Expect.hasLength found expected.Length name
            Array.iter2 (fun e f -> near (1e-12 * scale) e f $"%s{name}, %s{what}") expected found

        let xz = define network features x z
        close "K" (case.GetProperty "nngp") xz.K
        close "Θ" (case.GetProperty "ntk") xz.Theta
        close "K of x" (case.GetProperty "nngp_xx") (define network features x x).K
        close "K of z" (case.GetProperty "nngp_zz") (define network features z z).K

let tests =
    testList "SequenceNtk" [
        match Clone.shared "fixtures/sequence.json" with
        | Some path -> testCase "the reference cases" <| fun () -> references path
        | None -> ptestCase "the reference cases (only where NTK_SHARED names the data)" ignore

        testCase "two tokens against one, by hand"
        <| fun () ->
            // x = (1, 2), z = (3); K = [3; 6].
            let x, z = text 1 [| 1.0; 2.0 |] [| true; true |], text 1 [| 3.0 |] [| true |]
            let values network = define (parse network) 1 x z

            let sums = values "conv 1 size=3 w=3 b=0.5"
            Expect.equal (sums.RowCount, sums.ColumnCount) (2, 1) "a row for each token"
            // σ_w²/3·K + σ_b²: each of x's tokens meets z's only at z's own place.
            near 1e-14 9.25 sums.K[0] "conv"
            near 1e-14 18.25 sums.K[1] "conv"
            near 1e-13 27.5 (values "conv 1 size=3 w=3 b=0.5 | sum-pool").K[0] "their sum"

            let pooled = values "mean-pool"
            near 1e-14 4.5 pooled.K[0] "mean"
            near 1e-14 9.0 (values "sum-pool").K[0] "sum"

            // G_x = softmax of [1 2; 2 4], G_z = 1.
            let attended = values "attention 1"
            let share (a: float) b = (3.0 * exp a + 6.0 * exp b) / (exp a + exp b)
            near 1e-14 (share 1.0 2.0) attended.K[0] "softmax"
            near 1e-14 (share 2.0 4.0) attended.K[1] "softmax"
            near 1e-14 (2.0 * share 2.0 4.0) attended.Theta[1] "Θ of inputs is 2K"

            // G_x = [1 2; 2 4], G_z = 9: K = G_x [3; 6]·9.
            near 1e-12 135.0 (values "attention 1 scores=identity").K[0] "identity"

            // c = 9 + 36: K = 45·[3; 6], Θ = 4K.
            let gaussian = values "attention 1 scale=sqrt scores=identity"
            near 1e-12 270.0 gaussian.K[1] "sqrt"
            near 1e-12 1080.0 gaussian.Theta[1] "sqrt"

        testCase "positions add σ_p² between a token and itself in the scores"
        <| fun () ->
            let x = text 1 [| 1.0; 2.0 |] [| true; true |]
            let found = define (parse "attention 1 scores=identity position=2") 1 x x
            // G = [5 2; 2 8], K = [1 2; 2 4], rank one: G K Gᵀ = (G·(1, 2))(G·(1, 2))ᵀ = (9, 18)(9, 18)ᵀ.
            near 1e-11 81.0 found.K[0] "first"
            near 1e-11 162.0 found.K[1] "crossed"
            near 1e-11 324.0 found.K[3] "second"

        testCase "Gaussian scores have σ_p² more where both tokens stand at one place, masked ones counted"
        <| fun () ->
            let found network x z = define (parse network) 1 x z
            let x, z = text 1 [| 1.0; 2.0 |] [| true; true |], text 1 [| 3.0 |] [| true |]
            let plain = found "attention 1 scale=sqrt scores=identity position=2" x z
            // K = [3; 6], M = [7; 6], c = 7·3 + 6·6 = 57, Θ = 57·(4 I + 4 M) + 4·3·M.
            near 1e-12 399.0 plain.K[0] "K at one place"
            near 1e-12 342.0 plain.K[1] "K at two"
            near 1e-11 1908.0 plain.Theta[0] "Θ at one place"
            near 1e-11 1440.0 plain.Theta[1] "Θ at two"

            // The token of z at the second place, the first being masked: M = 3 with x's first, 6 + 4 with its second.
            let later = text 1 [| 0.0; 3.0 |] [| false; true |]
            let moved = found "attention 1 scale=sqrt scores=identity position=2" x later
            near 1e-12 (69.0 * 3.0) moved.K[1] "K at two places"
            near 1e-12 690.0 moved.K[3] "K at one: c = 3·3 + 10·6"
            near 0.0 0.0 moved.K[0] "nothing where no token is"

            // Θ = K below: Σ (Θ + 4 I)∘K = Σ M∘Θ = 57, and Θ = 57·(3 + 4 + 4·7) + (57 + 57)·7 at one place.
            let upon = found "dense 1 | attention 1 scale=sqrt scores=identity position=2" x z
            near 1e-11 2793.0 upon.Theta[0] "Θ upon a layer"

        testCase "one token is a row: today's kernel"
        <| fun () ->
            let phi = "relu"

            for shape in Networks.shapes phi @ Networks.shapes "erf" do
                let network = Networks.parse shape
                let rows = UnitRows.ofMatrix Networks.rows

                for i in 0 .. Networks.rows.Rows - 1 do
                    for j in 0 .. Networks.rows.Rows - 1 do
                        let one k = text 4 (Matrix.gatherRows [| k |] Networks.rows).Values [| true |]
                        let found = define network 4 (one i) (one j)
                        let m = UnitRows.between rows i rows j
                        let self k = AnalyticNtk.ntk network 4 (Moments.same rows.Norms[k])
                        let scale = sqrt (self i * self j)

                        near
                            (1e-14 * scale)
                            (AnalyticNtk.ntk network 4 m)
                            found.Theta[0]
                            $"%s{shape}, %d{i}, %d{j}"

        testCase "a conv on one token is a dense layer of σ_w/√size"
        <| fun () ->
            let one values = text 3 values [| true |]
            let x, z = one [| 1.0; -0.5; 0.25 |], one [| 0.5; 2.0; -1.0 |]
            let conv = define (parse "conv 1 size=3 w=3 b=0.2 | relu | conv 1 size=5 b=0.1") 3 x z

            let dense =
                define
                    (parse
                        $"dense 1 w=%.17g{3.0 / sqrt 3.0} b=0.2 | relu | dense 1 w=%.17g{1.0 / sqrt 5.0} b=0.1")
                    3
                    x
                    z

            near 1e-14 dense.K[0] conv.K[0] "K"
            near 1e-14 dense.Theta[0] conv.Theta[0] "Θ"

        testCase "a network without a closed form is refused with the reason"
        <| fun () ->
            for text, part in
                [
                    "attention 2 scale=sqrt", "only scores=identity has a closed form"
                    "dense 4 | residual(attention 2 scale=sqrt scores=relu)", "only scores=identity"
                ] do
                Expect.stringContains (Expect.wantError (SequenceNtk.check (parse text)) text) part text
    ]
