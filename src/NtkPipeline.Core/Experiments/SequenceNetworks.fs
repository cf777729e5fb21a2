namespace NtkPipeline.Core

/// Which rows of a split a network over texts trains on, and which it then speaks of.
[<RequireQualifiedAccess>]
type SequenceRows =
    /// All fitted texts but those of the first fold, which choose the epoch.
    | Choosing
    /// All fitted texts; the validation texts judge.
    | Judged

/// A network over texts, trained to its last epoch.
type SequencePath = {
    Path: HeldOutPath
    /// ‖Θ̂_0 − Θ‖/‖Θ‖ on the texts on which its kernel is followed.
    InitialError: float
}

/// Stage: tokens, the kernel of their network and a regression with it → one finite network over tokens, trained for real.
[<RequireQualifiedAccess>]
module SequenceNetworks =

    /// Places, among the fitted texts, of those that are trained on; and the texts that are spoken of.
    let rows (which: SequenceRows) (split: Split) : int[] * int[] =
        match which with
        | SequenceRows.Choosing ->
            let kept, held = TrainFold.rows 0 split
            kept, held |> Array.map (fun place -> split.Train[place])
        | SequenceRows.Judged -> [| 0 .. split.Train.Length - 1 |], split.Validation

    /// η of all fitted texts: that of a network that trains on fewer is the same, so that an epoch of these takes as much of each eigenvalue.
    let private rate (spec: RunSpec) (tokens: TokenVectors) places (split: Split) (fit: SequenceFit) =
        let parameters =
            LinearMaps.ofTexts tokens.Vectors.Columns places (RunSpec.network spec)
            |> List.sumBy (fun map ->
                int64 map.FanIn * int64 map.Width + (if map.Prior.HasBias then int64 map.Width else 0L))

        let alpha = spec.Architecture.OutputScale

        Optimiser.resolve (alpha * alpha * fit.Largest) split.Train.Length parameters spec.Rate spec.Optimiser

    let private run (spec: RunSpec) which seed (tokens: TokenVectors, (split, (gram: Matrix<float32>, fit))) =
        let kept, spoken = rows which split
        let trained = kept |> Array.map (fun place -> split.Train[place])
        let places = TokenVectors.places (Array.append split.Train split.Validation) tokens
        let features = tokens.Vectors.Columns
        let read rows = (TokenVectors.source "texts" places rows tokens).Rows.Read 0 (Array.length rows)
        let alpha = spec.Architecture.OutputScale

        match read trained, read spoken with
        | Ok kept32, Ok held ->
            HeldOutTraining.runTexts
                spec
                (rate spec tokens places split fit)
                seed
                features
                (Matrix.map float32 kept32)
                (SplitTweets.targets split trained)
                (Matrix.map float32 held)
            |> Result.map (fun (path, first) ->
                let probe = HeldOutTraining.probe kept.Length |> Array.map (fun place -> kept[place])
                let limit = Matrix.gather probe probe gram |> Matrix.map (fun k -> float (k) * alpha * alpha)
                let gap = Array.map2 (fun a b -> float a - b) first.Values limit.Values
                let norm (values: float[]) = values |> Array.sumBy (fun x -> x * x) |> sqrt

                // Texts without tokens alone have the kernel 0, as their networks do.
                let below = norm limit.Values
                { Path = path; InitialError = (if below = 0.0 then 0.0 else norm gap / below) })
        | Error reason, _
        | _, Error reason -> Error reason

    let private codec: Codec<SequencePath> =
        Codec.pair ("path", HeldOutPath.codec) ("error", Codec.vector)
        |> Codec.map
            "sequence-path/1"
            (fun trained -> trained.Path, [| trained.InitialError |])
            (fun (path, error) ->
                if error.Length = 1 then
                    Ok { Path = path; InitialError = error[0] }
                else
                    Error $"it has %d{error.Length} distances of kernels, and there is one")

    let stage
        (model: SequenceModel)
        (spec: RunSpec)
        (which: SequenceRows)
        : Stage<TokenVectors * (Split * (Matrix<float32> * SequenceFit)), SequencePath> =
        RunSpec.check spec

        let part =
            match which with
            | SequenceRows.Choosing -> "choosing"
            | SequenceRows.Judged -> "judged"

        {
            Name = $"train-sequence/%s{SequenceModel.id model}/m=%d{spec.Width}/seed=%d{spec.Member}/%s{part}"
            Version = 2
            Settings = Fingerprint.describe (spec, part)
            Codec = codec
            Body = Seeded(run spec which)
        }
