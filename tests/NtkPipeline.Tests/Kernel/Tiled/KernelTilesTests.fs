module NtkPipeline.Tests.KernelTilesTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core

let private random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> 2.0 * random.NextDouble() - 1.0)

let private rows seed count columns = RowSource.ofMatrix (random seed count columns)
let private single (m: Matrix<float>) = RowSource.ofMatrix (Matrix.map float32 m)
let private ok result = Expect.wantOk result "no refusal"
let private array tiles = ok (KernelTiles.toArray tiles)

let private empirical way side network form x z =
    let plan = {
        Method = way
        Side = side
        Cost = { Flops = 0.0; Bytes = 0.0 }
        Considered = []
    }

    EmpiricalTiles.ntk Precision.double torch.CPU plan network (Seed.root 3UL) form x z

let private forms = [
    for outputs in [ Trace; Diagonal; Full ] do
        for isByLayer in [ false; true ] do
            { Outputs = outputs; IsByLayer = isByLayer }
]

let private gap (a: float[]) (b: float[]) =
    let largest = b |> Array.map abs |> Array.max
    (Array.map2 (fun p q -> abs (p - q)) a b |> Array.max) / largest

/// Networks whose outputs and layers hang together in every way.
let private networks = [
    "dense 7 b=0.3 | erf | dense 3 b=0.1"
    "dense 6 | gelu | dense 5 param=standard b=0.2 | tanh | dense 2 w=1.3"
    "dense 4 b=0.2 | residual(relu | dense 4 b=0.1)"
    "dense 3 | layer-norm(0.1) | sin | dense 3 | softplus"
    "dense 3 b=0.5"
    "dense 5 | erf | dense 2 | scale(2.5) | centred"
]

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

        for text in networks do
            testCase $"%s{text}: the three methods agree in every form, and with the Jacobian's own product"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let network = Networks.parse text
                let x, z = random 1 45 3, random 2 37 3
                let outputs = Network.outputs network
                let theta = Forward.draw network 3 (Seed.root 3UL) torch.float64

                for other in [ None; Some z ] do
                    let jacobian (m: Matrix<float>) =
                        EmpiricalNtk.jacobian network theta (Tensors.ofMatrix64 m)
                    // All of Θ̂, rows (x, o) by columns (z, p), by its definition.
                    let definition = (jacobian x).mm((jacobian (defaultArg other x)).t())
                    let columns = (defaultArg other x).Rows

                    let entry i j o p =
                        definition[int64 (i * outputs + o), int64 (j * outputs + p)].item<float>()

                    for form in forms do
                        let tiles way side =
                            empirical
                                way
                                side
                                network
                                form
                                (RowSource.ofMatrix x)
                                (Option.map RowSource.ofMatrix other)

                        let structured = array (tiles Structured 256)

                        Expect.isLessThan
                            (gap (array (tiles Contraction 32)) structured)
                            1e-12
                            $"%A{form}: jacobian"

                        Expect.isLessThan
                            (gap (array (tiles VectorProducts 256)) structured)
                            1e-12
                            $"%A{form}: products"

                        if not form.IsByLayer then
                            let expected = [|
                                for i in 0 .. x.Rows - 1 do
                                    for j in 0 .. columns - 1 do
                                        match form.Outputs with
                                        | Trace ->
                                            Seq.average (seq { for o in 0 .. outputs - 1 -> entry i j o o })
                                        | Diagonal ->
                                            for o in 0 .. outputs - 1 do
                                                entry i j o o
                                        | Full ->
                                            for o in 0 .. outputs - 1 do
                                                for p in 0 .. outputs - 1 do
                                                    entry i j o p
                            |]

                            Expect.isLessThan (gap structured expected) 1e-12 $"%A{form}: the definition"
                        else
                            let whole =
                                array (
                                    empirical
                                        Structured
                                        256
                                        network
                                        { form with IsByLayer = false }
                                        (RowSource.ofMatrix x)
                                        (Option.map RowSource.ofMatrix other)
                                )

                            let layers = (Network.denseLayers 3 network).Length

                            let sum =
                                Array.init whole.Length (fun k ->
                                    Seq.sum (
                                        seq { for l in 0 .. layers - 1 -> structured[l * whole.Length + k] }
                                    ))

                            Expect.equal structured.Length (layers * whole.Length) "a sheet a layer"
                            Expect.isLessThan (gap sum whole) 1e-12 $"%A{form}: the parts' sum"

        testCase "a tile's side moves no bit of an empirical kernel, and its mirror image is exact"
        <| fun () ->
            let network = Networks.parse "dense 40 b=0.2 | erf | dense 30 | relu | dense 2 b=0.1"

            for way, count, sides in
                [
                    Structured, 700, [ 256; 512; 1024 ]
                    Contraction, 75, [ 32; 64; 128 ]
                    VectorProducts, 300, [ 256; 512 ]
                ] do
                let x = rows 1 count 4
                let z = rows 2 (count / 2) 4

                let forms =
                    if way = VectorProducts then
                        [ KernelForm.plain ]
                    else
                        [ KernelForm.plain; { Outputs = Full; IsByLayer = true } ]

                for form in forms do
                    for other in [ None; Some z ] do
                        let results =
                            sides |> List.map (fun side -> array (empirical way side network form x other))

                        let name = $"%s{EmpiricalMethod.print way}, %A{form}, between: %b{other.IsSome}"

                        for result in results.Tail do
                            Expect.isTrue (result.AsSpan().SequenceEqual(ReadOnlySpan results.Head)) name

                    if form.Outputs = Full then
                        let k = array (empirical way sides.Head network form x None)
                        let at l i j o p = k[((((l * count + i) * count + j) * 2) + o) * 2 + p]

                        for l, i, j in [ 0, 3, 70; 1, 40, 8; 2, 33, 34; 2, 5, 5 ] do
                            for o, p in [ 0, 0; 0, 1; 1, 0 ] do
                                Expect.equal
                                    (at l i j o p)
                                    (at l j i p o)
                                    $"Θ̂_op(x, z) = Θ̂_po(z, x) at %A{(l, i, j)}"

        testCase
            "the NNGP kernel of finite networks is the last layer's covariance; its mean is the analytic one"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let text = "dense 64 w=1.4 b=0.3 | erf | dense 2 w=1.2 b=0.1"
            let x = RowSource.ofMatrix Networks.rows

            let kernel text seed =
                let tiles =
                    EmpiricalTiles.nngp
                        Precision.double
                        torch.CPU
                        256
                        (Networks.parse text)
                        (Seed.root seed)
                        x
                        None

                array (ok tiles)

            // By hand: features of the first layer, and the last layer's prior.
            let network = Networks.parse text
            let theta = Forward.draw network 4 (Seed.root 5UL) torch.float64
            let below = Networks.parse "dense 64 w=1.4 b=0.3 | erf"
            let features = Forward.apply below theta[..0] (Tensors.ofMatrix64 Networks.rows)
            let gram = features.mm(features.t ()).mul((1.44 / 64.0).ToScalar()).add((0.01).ToScalar())
            Expect.isLessThan (gap (kernel text 5UL) (Tensors.toArray64 gram)) 1e-14 "σ_w²/fan_in·a·a + σ_b²"
            let standard = "dense 64 w=1.4 b=0.3 | erf | dense 2 w=1.2 b=0.1 param=standard"
            Expect.isLessThan (gap (kernel standard 5UL) (kernel text 5UL)) 1e-14 "of either parameterisation"
            let scaled = kernel (text + " | scale(2)") 5UL |> Array.map (fun v -> v / 4.0)
            Expect.isLessThan (gap scaled (kernel text 5UL)) 1e-14 "α²"
            Expect.all (kernel (text + " | centred") 5UL) (fun v -> v = 0.0) "0 before training"

            // Unbiased at any width of one hidden layer: 300 first seeds, within 4 standard errors.
            let samples = [| for seed in 1UL .. 300UL -> kernel text seed |]
            let analytic = ok (Gram.nngp64 network Networks.rows None)

            for k in 0 .. analytic.Values.Length - 1 do
                let values = samples |> Array.map (fun sample -> sample[k])
                let mean = Array.average values
                let variance = (values |> Array.sumBy (fun v -> (v - mean) * (v - mean))) / 299.0
                let distance = abs (mean - analytic.Values[k]) / (sqrt (variance / 300.0) + 1e-12)
                Expect.isLessThan distance 4.0 $"entry %d{k}: %g{mean}, analytic %g{analytic.Values[k]}"

            for ending in [ "dense 5 | relu"; "dense 5 | residual(relu | dense 5)" ] do
                let refusal = EmpiricalTiles.planNngp Precision.double 1e9 (Networks.parse ending) x None

                Expect.stringContains
                    (Expect.wantError refusal ending).Sentence
                    "dense layer at the end"
                    ending

        testCase "the distance to the analytic kernel is measured in every form, on some rows of many"
        <| fun () ->
            let text = "dense 8 b=0.3 | erf | dense 2 b=0.1"
            let network = Networks.parse text
            let x = Networks.rows
            let k = ok (Gram.ntk64 network x None)
            let measure outputs values = ok (AnalyticGap.measure KernelKind.Ntk network outputs x None values)
            let relative outputs values = (Expect.wantSome (measure outputs values) "a gap").Relative
            let exact = k.Values
            let full = exact |> Array.collect (fun v -> [| v; 0.0; 0.0; v |])
            Expect.equal (relative Trace exact) 0.0 "itself"
            Expect.equal (relative Diagonal (exact |> Array.collect (fun v -> [| v; v |]))) 0.0 "each output"
            Expect.equal (relative Full full) 0.0 "different outputs have a kernel of 0"
            let doubled = exact |> Array.map (fun v -> 2.0 * v)
            Expect.floatClose Accuracy.veryHigh (relative Trace doubled) 1.0 "‖2K − K‖/‖K‖"
            let moved = full |> Array.mapi (fun i v -> if i % 4 = 1 then 1.0 else v)
            let norm = sqrt (2.0 * (exact |> Array.sumBy (fun v -> v * v)))
            Expect.floatClose Accuracy.veryHigh (relative Full moved) (float x.Rows / norm) "between outputs"
            let centred = Network.centred network
            let none = ok (AnalyticGap.measure KernelKind.Nngp centred Trace x None exact)
            Expect.isNone none "no distance from 0"
            let probe = AnalyticGap.probe 10000
            Expect.equal (probe.Length, probe[0], Array.last probe) (256, 0, 9999) "evenly spread"
            Expect.equal (Array.distinct probe).Length 256 "each once"
            Expect.equal (AnalyticGap.probe 3) [| 0; 1; 2 |] "all of few"

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
