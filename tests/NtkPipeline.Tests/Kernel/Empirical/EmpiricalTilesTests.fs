module NtkPipeline.Tests.EmpiricalTilesTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.TileSamples

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
    ]
