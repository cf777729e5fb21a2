module NtkPipeline.Tests.TransformerLayersTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

let private features = lazy (tiles TileRows.All (heads split).All.Head)
let private table most = run (TransformerLayers.stage most) (features.Value, split) |> want
let private whole = lazy (table 1000)
let private sum parts = parts |> Array.sumBy (fun part -> part.TraceShare)

/// A part's kernel of the fitted rows, and of the validation rows with them, in float64.
let private kernels isWanted =
    let rows =
        features.Value
        |> List.map (TangentRows.select isWanted >> TangentRows.toMatrix >> double)
        |> List.reduce Matrix.stack

    let product (places: int[]) =
        let left = Matrix.gatherRows places rows |> KernelSamples.dense
        let right = Matrix.gatherRows split.Train rows |> KernelSamples.dense
        left * right.Transpose()

    product split.Train, product split.Validation

let private traceOf (kernel: Matrix<float32>) =
    Seq.sum (seq { for i in 0 .. kernel.Rows - 1 -> float kernel[i, i] })

let tests =
    testList "TransformerLayers" [
        testCase "shares of the trace sum to 1 over layers, and over kinds"
        <| fun () ->
            let found = whole.Value
            Expect.equal (found.Layers |> Array.map _.Part) [| "embeddings"; "layer 0"; "layer 1" |] "layers"

            Expect.equal
                (found.Kinds |> Array.map _.Part |> set)
                (TangentKind.all |> List.map TangentKind.print |> set)
                "kinds, each once"

            Expect.hasLength found.Kinds 11 "each once"
            close 1e-5 (sum found.Layers) 1.0 "layers"
            close 1e-5 (sum found.Kinds) 1.0 "kinds"

            for part in Array.append found.Layers found.Kinds do
                Expect.isTrue (part.TraceShare > 0.0 && part.TraceShare < 1.0) part.Part

        testCase "they are those of the kernel's parts on the fitted rows"
        <| fun () ->
            let fitted =
                let texts = split.Train |> Array.map (fun row -> tokens.Labelled[row])

                TangentFeatures.ofTexts
                    Device.Cpu
                    sketch
                    (Seed.root 2UL)
                    weights
                    (TransformerHeads.row (heads split).All.Head)
                    ignore
                    texts
                |> want
                |> List.ofArray

            let trace isWanted =
                fitted |> List.map (TangentRows.select isWanted) |> TangentKernel.symmetric |> traceOf

            let all = trace (fun _ -> true)

            for part in whole.Value.Layers do
                let own = trace (fun named -> TangentPart.printLayer named.Layer = part.Part)
                close 1e-5 part.TraceShare (own / all) part.Part

        testCase "a layer's kernel reaches what regression with it alone does"
        <| fun () ->
            for layer, name in [ None, "embeddings"; Some 1, "layer 1" ] do
                let own, cross = kernels (fun part -> part.Layer = layer)
                let part = whole.Value.Layers |> Array.find (fun part -> part.Part = name)
                let n = split.Train.Length
                let gram = Matrix.init n n (fun i j -> own[i, j])
                let ridge = part.RelativeRidge * meanDiagonal [| 0 .. n - 1 |] gram
                let alpha = KernelSamples.solve ridge gram targets

                let f =
                    Array.init split.Validation.Length (fun i ->
                        KernelSamples.dot (cross.Row(i).ToArray()) alpha)

                let labels = SplitTweets.validationLabels split
                close 1e-3 part.ValidationError (error f labels) name
                close 1e-12 part.ValidationAccuracy (Metrics.accuracy labels f) name

        testCase "few rows are evenly spaced fitted ones"
        <| fun () ->
            let few = table 20
            Expect.notEqual few whole.Value "another table"
            close 1e-5 (sum few.Layers) 1.0 "of its own trace"
    ]
