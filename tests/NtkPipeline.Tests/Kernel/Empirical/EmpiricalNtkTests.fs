module NtkPipeline.Tests.EmpiricalNtkTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core

let private f64 = torch.ScalarType.Float64

let private inputs rows columns =
    torch.randn ([| int64 rows; int64 columns |], dtype = f64, generator = Seed.generator (Seed.root 5UL))

let private gap (a: torch.Tensor) (b: torch.Tensor) =
    let largest (t: torch.Tensor) = t.abs().max().``to``(f64).item<float>()
    largest (a - b) / largest b

let private same (a: torch.Tensor) (b: torch.Tensor) = a.shape = b.shape && a.eq(b).all().item<bool>()

/// θ as one vector, and back.
let private flat (theta: DenseParameters[]) = Forward.tensors theta |> Array.map _.reshape(-1L) |> torch.cat

let private shaped (like: DenseParameters[]) (vector: torch.Tensor) : DenseParameters[] =
    let mutable start = 0L

    let take (t: torch.Tensor) =
        let part = vector.narrow(0, start, t.numel ()).reshape(t.shape)
        start <- start + t.numel ()
        part

    like |> Array.map (fun layer -> let w = take layer.W in { W = w; B = Option.map take layer.B })

let tests =
    testList "EmpiricalNtk" [
        for activation in Networks.finite do
            let phi = Activation.print activation

            testCase $"%s{phi}: structured and by products, the kernel is J Jᵀ, whatever the network's shape"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let x, z = inputs 5 3, (inputs 7 3).mul((0.7).ToScalar())

                for text in Networks.shapes phi do
                    let network = Networks.parse text
                    let theta = Forward.draw network 3 (Seed.root 3UL) f64
                    let definition z = EmpiricalNtk.contraction network theta x z

                    for what, other in [ "with itself", None; "with others", Some z ] do
                        Expect.isLessThan
                            (gap (EmpiricalNtk.gram network theta x other) (definition other))
                            1e-12
                            $"%s{text} %s{what}"

                        let products = EmpiricalNtk.byProducts network theta x other

                        Expect.isLessThan
                            (gap products (definition other))
                            1e-12
                            $"%s{text} %s{what}, by products"

            testCase $"%s{phi}: the Jacobian is the central difference"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let x = inputs 3 3
                let network = Networks.shapes phi |> List.item 3 |> Networks.parse
                let theta = Forward.draw network 3 (Seed.root 4UL) f64
                let jacobian = EmpiricalNtk.jacobian network theta x
                let vector = flat theta
                let f (vector: torch.Tensor) = (Forward.apply network (shaped theta vector) x).reshape(-1L)

                for p in 0L .. 5L .. vector.numel () - 1L do
                    let shift (step: float) =
                        let moved = vector.clone ()
                        moved[p] <- moved[p] + torch.tensor step
                        f moved

                    let h = 1e-4
                    let first, second = shift h - shift -h, shift (2.0 * h) - shift (-2.0 * h)
                    let difference = first.mul((8.0).ToScalar()).sub(second).div((12.0 * h).ToScalar())
                    let error = (jacobian.select (1, p) - difference).abs().max().item<float>()
                    Expect.isLessThan error 1e-8 $"parameter %d{p}"

        testCase "each layer's part is J Jᵀ of that layer's parameters, and the parts add up to the kernel"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let x = inputs 6 3

            for text in [ "relu"; "erf" ] |> List.collect Networks.shapes do
                let network = Networks.parse text
                let theta = Forward.draw network 3 (Seed.root 6UL) f64
                let parts = EmpiricalNtk.parts network theta x
                Expect.hasLength parts theta.Length text
                let jacobian = EmpiricalNtk.jacobian network theta x
                let mutable start = 0L

                for part, layer in Array.zip parts theta do
                    let count = Forward.tensors [| layer |] |> Array.sumBy _.numel()
                    let rows = jacobian.narrow(1, start, count).reshape(6L, -1L)
                    let outputs = float (Network.outputs network)
                    let expected = rows.mm(rows.t ()).div(outputs.ToScalar())
                    start <- start + count
                    Expect.isLessThan ((part - expected).abs().max().item<float>()) 1e-10 text

                let sum = parts |> Array.reduce (fun a b -> a.add b)
                Expect.isTrue (same sum (EmpiricalNtk.gram network theta x None)) $"%s{text}: bit by bit"

        testCase "a block of the structured kernel is the block of the whole: bit for bit on the tiles' grid"
        <| fun () ->
            for dtype, tolerance in [ f64, 1e-14; torch.ScalarType.Float32, 1e-5 ] do
                use _ = torch.NewDisposeScope()
                let network = Networks.parse "dense 300 b=0.2 | erf | dense 70 | relu | dense 2"
                let theta = Forward.draw network 9 (Seed.root 1UL) dtype
                let x = (inputs 901 9).``to``(dtype)
                // One trace: which rows share a forward pass is the caller's choice.
                let traces = EmpiricalNtk.trace network theta x

                let part (start: int64) (length: int64) =
                    traces
                    |> Array.map (fun t -> {
                        t with
                            Input = t.Input.narrow (0, start, length)
                            Delta = t.Delta.narrow (0, start, length)
                    })

                let target (rows: int64) (columns: int64) = torch.zeros ([| rows; columns |], dtype = dtype)
                let whole = target 901L 901L
                StructuredGram.fillSymmetric traces whole
                Expect.isTrue (same whole (whole.t ())) "symmetric"
                let tile = StructuredGram.tile

                let check compare (top, height, left, width) =
                    let block = target height width
                    StructuredGram.fillBetween (part top height) (part left width) block
                    let name = $"rows from %d{top}, columns from %d{left}"
                    Expect.isTrue (compare block (whole.narrow(0, top, height).narrow(1, left, width))) name

                [ 0L, tile, tile, 901L - tile; tile, 7L, 2L * tile, 300L ] |> List.iter (check same)

                [ 0L, 901L, 0L, 901L; 3L, 300L, 250L, 257L; 599L, 2L, 77L, 1L ]
                |> List.iter (check (fun a b -> gap a b < tolerance))

                let block = target 645L 645L
                StructuredGram.fillSymmetric (part tile 645L) block
                Expect.isTrue (same block (whole.narrow(0, tile, 645L).narrow(1, tile, 645L))) "a corner"

        testCase "float32 networks are the float64 ones, rounded"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse "dense 50 b=0.2 | tanh | dense 1 param=standard b=0.1"
            let wide = Forward.draw network 9 (Seed.root 1UL) f64 |> flat
            let narrow = Forward.draw network 9 (Seed.root 1UL) torch.ScalarType.Float32 |> flat
            Expect.isTrue (same narrow (wide.``to`` torch.ScalarType.Float32)) "every parameter"

        testCase
            "an output scale multiplies the kernel by its square, and centring takes the first output away"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let text = "dense 5 b=0.3 | gelu | dense 2"
            let plain, scaled = Networks.parse text, Networks.parse (text + " | scale(3) | centred")
            let draw seed = Forward.draw plain 3 (Seed.root seed) f64
            let origin, theta, x = draw 1UL, draw 2UL, inputs 4 3
            let kernel network = EmpiricalNtk.gram network theta x None
            let nine = (kernel plain).mul((9.0).ToScalar())
            Expect.isLessThan (gap (kernel scaled) nine) 1e-14 "α² Θ"
            let f theta = Forward.apply plain theta x
            let expected = (f theta - f origin).mul((3.0).ToScalar())
            Expect.isLessThan (gap (Forward.applyFrom scaled origin theta x) expected) 1e-14 "α (y − y₀)"
            let start = (Forward.applyFrom scaled origin origin x).abs().max().item<float>()
            Expect.equal start 0.0 "0 before training"

            Expect.throwsT<System.ArgumentException>
                (fun () -> Forward.apply scaled theta x |> ignore)
                "θ₀ is asked for"

            let k = MonteCarlo.nngp scaled (Seed.root 1UL) 2 ignore x None
            Expect.all k.Mean.Values (fun v -> v = 0.0) "K of a centred network"

        testCase "a wider network does not move the other layers' draws"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let draw text = Forward.draw (Networks.parse text) 4 (Seed.root 1UL) f64

            let one, two =
                draw "dense 5 | relu | dense 3 | relu | dense 1",
                draw "dense 5 | relu | dense 3 | relu | dense 2"

            Expect.isTrue (same one[0].W two[0].W && same one[1].W two[1].W) "the layers below"
    ]
