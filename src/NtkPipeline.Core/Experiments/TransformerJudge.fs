namespace NtkPipeline.Core

/// What is judged, as other stages give it.
[<NoEquality; NoComparison>]
type TransformerInput = {
    Split: Split
    Stop: StopRows
    /// f before the first epoch.
    Start: TunedOutputs
    Fits: (TransformerModel * TransformerFit) list
    Members: TunedMember list
    Leaked: float[]
    Sketch: SketchError
    SketchRows: int
    Drift: TransformerDrift list
    /// f at the validation rows to first order in what fine-tuning did to the weights; none without it.
    FirstOrder: float[] option
    Layers: LayerTable
}

/// Stage: all models of the transformer → scores and differences with bands.
[<RequireQualifiedAccess>]
module TransformerJudge =

    let private first isWanted (members: TunedMember list) =
        members |> List.tryFind (fun one -> isWanted one.Method && one.Seed = 0)

    /// What the kernels and expansions say of the fine-tuned outputs of the first seed, at the chosen epoch.
    let private foretold (input: TransformerInput) (start: TunedOutputs) : Foretold[] =
        match first (fun method -> method.IsFull) input.Members with
        | None -> [||]
        | Some full ->
            let actual = (TransformerScores.chosen full).Validation
            let say what = TransformerDrifts.foretold full.Method what start.Validation actual

            [|
                match input.FirstOrder with
                | Some outputs ->
                    say
                        "The first-order expansion at the pretrained weights, moved as fine-tuning moved them,"
                        outputs
                | None -> ()

                match first (fun method -> method.IsLinearised) input.Members with
                | Some linearised ->
                    say
                        "The linearised transformer, trained by the same steps,"
                        linearised.Epochs[full.Best - 1].Validation
                | None -> ()

                for model, fit in input.Fits do
                    if model = TransformerModel.Tangent then
                        say "Regression with the tangent kernel" fit.Validation
                    elif model = TransformerModel.FrozenNtk then
                        say "Regression with the frozen features' NTK" fit.Validation
            |]

    /// The same of LoRA, by its own kernel.
    let private foretoldOfLora (input: TransformerInput) (start: TunedOutputs) : Foretold[] = [|
        match first (fun method -> method.IsLora) input.Members with
        | None -> ()
        | Some lora ->
            for model, fit in input.Fits do
                if model.IsLoraTangent then
                    TransformerDrifts.foretold
                        lora.Method
                        "Regression with LoRA's tangent kernel"
                        start.Validation
                        (TransformerScores.chosen lora).Validation
                        fit.Validation
    |]

    let private run (settings: CompareSettings) (seed: Seed) (input: TransformerInput) =
        let rows = TransformerScores.rows input.Split input.Stop
        let targets = SplitTweets.targets input.Split input.Split.Train
        let fit model = input.Fits |> List.find (fst >> (=) model) |> snd
        let tangent, frozen = fit TransformerModel.Tangent, fit TransformerModel.FrozenNtk
        let errors (f: float[]) = Array.map2 (fun f y -> (f - y) * (f - y)) f targets
        let hits = Bootstrap.hits rows.ValidationLabels

        let paired name members base' =
            Bootstrap.paired settings.Resamples (Seed.derive name seed) members base'

        let full =
            input.Members
            |> List.filter (fun one -> one.Method = TuningMethod.Full)
            |> List.map (TransformerScores.chosen >> _.Validation >> hits)
            |> Array.ofList

        let against name (other: TransformerFit) =
            if full.Length = 0 then None else Some(paired name full (hits other.Validation))

        Ok {
            LazyThreshold = settings.LazyThreshold
            Margin = settings.Margin
            FittedRows = targets.Length
            StopRows = rows.Places.Length
            ValidationRows = rows.ValidationLabels.Length
            Models = [|
                yield! input.Fits |> List.map (TransformerScores.ofFit rows input.Split)
                yield! TransformerScores.ofMembers rows input.Members
            |]
            ErrorGain = paired "errors" [| errors frozen.HeldOut |] (errors tangent.HeldOut)
            AccuracyGain =
                paired
                    "cv"
                    [| Bootstrap.hits targets tangent.HeldOut |]
                    (Bootstrap.hits targets frozen.HeldOut)
            TunedLessTangent = against "tuned-tangent" tangent
            TunedLessFrozen = against "tuned-frozen" frozen
            TangentLessFrozen = paired "tangent-frozen" [| hits tangent.Validation |] (hits frozen.Validation)
            P = [|
                if full.Length > 0 then
                    for name, other in [ "the tangent kernel", tangent; "the frozen features' NTK", frozen ] do
                        {
                            Against = name
                            P = McNemar.p (McNemar.ofHits full[0] (hits other.Validation))
                        }
            |]
            LeakedError = TransformerSolve.meanSquare input.Leaked targets
            LeakedAccuracy = Metrics.accuracy targets input.Leaked
            Sketch = input.Sketch
            SketchRows = input.SketchRows
            Drift = Array.ofList input.Drift
            Foretold = Array.append (foretold input input.Start) (foretoldOfLora input input.Start)
            Layers = input.Layers.Layers
            Kinds = input.Layers.Kinds
            Paths = input.Members |> List.map (TransformerScores.path rows input.Start) |> Array.ofList
        }

    let stage (settings: CompareSettings) : Stage<TransformerInput, TransformerEvidence> = {
        Name = "judge-transformer"
        // 2: log loss after calibration. 3: correlations by MathNet. 4: bands of few rows that differ are exact.
        Version = 4
        Settings = Fingerprint.describe settings
        Codec = Codec.json "transformer/3"
        Body = Seeded(run settings)
    }

    let inputs
        (split: Artifact<Split>)
        (stop: Artifact<StopRows>)
        (start: Artifact<TunedOutputs>)
        (fits: (TransformerModel * Artifact<TransformerFit>) seq)
        (members: Artifact<TunedMember list>)
        (leaked: Artifact<float[]>)
        (sketch: Artifact<SketchError>)
        (rows: int)
        (drift: Artifact<TransformerDrift list>)
        (firstOrder: Artifact<float[] list>)
        (layers: Artifact<LayerTable>)
        : Artifact<TransformerInput> =
        let fits = List.ofSeq fits

        let gather split stop start found members leaked sketch drift firstOrder layers = {
            Split = split
            Stop = stop
            Start = start
            Fits = List.zip (List.map fst fits) found
            Members = members
            Leaked = leaked
            Sketch = sketch
            SketchRows = min rows split.Train.Length
            Drift = drift
            FirstOrder = List.tryHead firstOrder
            Layers = layers
        }

        Artifact.map4 gather split stop start (fits |> List.map snd |> Artifact.all)
        |> Artifact.apply members
        |> Artifact.apply leaked
        |> Artifact.apply sketch
        |> Artifact.apply drift
        |> Artifact.apply firstOrder
        |> Artifact.apply layers
