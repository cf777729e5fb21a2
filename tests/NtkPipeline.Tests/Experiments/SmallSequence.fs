/// Small texts of made-up words, and their kernels.
module NtkPipeline.Tests.SmallSequence

open System
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.TextSamples

/// Thirty texts of up to six of twelve words; the label is whether the first word is of the first six.
let made: TokenVectors =
    let random = Random 4

    {
        Source = "made up"
        Vectors = Matrix.init 12 5 (fun _ _ -> float32 (normal random))
        Texts =
            Array.init 30 (fun i ->
                Array.init (if i = 3 then 0 else random.Next(1, 7)) (fun _ -> random.Next 12))
    }

let split: Split =
    let labels = made.Texts |> Array.map (fun text -> if text.Length > 0 && text[0] < 6 then 1.0 else -1.0)

    {
        SampleRuns.split with
            Train = [| 0..19 |]
            Validation = [| 20..29 |]
            Folds = Array.init 20 (fun i -> i % 4)
            Labels = labels
            Targets = labels
            FitRows = [| 0..29 |]
    }

let still = Action<int, int>(fun _ _ -> ())

let networkOf model =
    Sequence.limit
        (Config.settings |> List.map (fun setting -> setting.Key, setting.Default) |> Map.ofList)
        model

let gramOf tokens model = run (SequenceGrams.stage model (networkOf model) still) (tokens, split) |> want

let gram = gramOf made
