namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What each layer of the tangent kernel, and each kind of parameters, carries: its share of the trace, and what its kernel reaches alone.
type LayerTable = { Layers: LayerPart[]; Kinds: LayerPart[] }

[<RequireQualifiedAccess>]
module TransformerLayers =

    /// The rows of some tweets out of tiles that hold all, in order.
    let private gather (rows: int[]) (tiles: TangentRows list) : TangentRows =
        let first = List.head tiles
        let starts = tiles |> List.scan (fun start tile -> start + tile.Values.Rows) 0 |> Array.ofList
        let tiles = Array.ofList tiles
        let columns = first.Values.Columns
        let values = Array.zeroCreate<System.Half>(rows.Length * columns)

        rows
        |> Array.iteri (fun k row ->
            let tile = System.Array.FindLastIndex(starts, (fun start -> start <= row))
            let place = row - starts[tile]

            System.Array.Copy(tiles[tile].Values.Values, place * columns, values, k * columns, columns))

        { first with Values = Matrix.create rows.Length columns values }

    let private part (split: Split) (places: int[]) (fitted: TangentRows) kept whole (name, isWanted) =
        result {
            let name = $"the tangent kernel of %s{name}"
            let own = TangentRows.select isWanted fitted
            let gram = TangentKernel.symmetric [ own ]
            let cross = TangentKernel.between [ TangentRows.select isWanted kept ] [ own ]
            let targets = places |> Array.map (fun place -> split.Targets[split.Train[place]])

            let! fit =
                RidgeFit.fit
                    name
                    (RidgeSource.Selected {
                        Smallest = 0.01
                        Largest = 100.0
                        PointsPerDecade = 2
                        ChooseBy = RidgeChoice.CrossValidation
                    })
                    (Some(places |> Array.map (fun place -> split.Folds[place])))
                    (KernelMatrix.Single gram)
                    (Matrix.create targets.Length 1 targets)

            let! outputs = RidgeFit.predict name (KernelMatrix.Single cross) fit
            let labels = SplitTweets.validationLabels split

            return {
                Part = name.Replace("the tangent kernel of ", "")
                TraceShare = (seq { 0 .. gram.Rows - 1 } |> Seq.sumBy (fun i -> float gram[i, i])) / whole
                RelativeRidge = fit.Chosen.RelativeRidge
                ValidationError = TransformerSolve.meanSquare outputs.Values labels
                ValidationAccuracy = Metrics.accuracy labels outputs.Values
            }
        }

    let private run most (tiles: TangentRows list, split: Split) =
        result {
            use _ = torch.NewDisposeScope()
            let places = Probe.rows most split.Train.Length
            let fitted = gather (places |> Array.map (fun place -> split.Train[place])) tiles
            let kept = gather split.Validation tiles
            let parts = fitted.Columns |> List.map _.Part
            let whole = TangentKernel.diagonal [ fitted ] |> Array.sum
            let table = List.traverseResultM (part split places fitted kept whole)

            let! layers =
                parts
                |> List.map _.Layer
                |> List.distinct
                |> List.map (fun layer ->
                    TangentPart.printLayer layer, (fun (part: TangentPart) -> part.Layer = layer))
                |> table

            let! kinds =
                parts
                |> List.map _.Kind
                |> List.distinct
                |> List.map (fun kind ->
                    TangentKind.print kind, (fun (part: TangentPart) -> part.Kind = kind))
                |> table

            return { Layers = Array.ofList layers; Kinds = Array.ofList kinds }
        }

    /// On at most so many fitted rows. The head has seen their labels, so that only the validation rows judge.
    let stage (most: int) : Stage<TangentRows list * Split, LayerTable> = {
        Name = "transformer-layers"
        Version = 1
        Settings = Fingerprint.describe most
        Codec = Codec.json "layer-table/1"
        Body = Pure(run most)
    }
