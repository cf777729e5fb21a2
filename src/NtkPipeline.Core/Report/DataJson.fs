namespace NtkPipeline.Core

/// What a run was given, and how texts became features, as JSON.
[<RequireQualifiedAccess>]
module internal DataJson =

    let data (findings: Findings) =
        Json.record [
            "name", Json.text findings.Data.Name
            "synthetic", Json.flag findings.Data.Synthetic
            "trainRows", Json.whole findings.Data.TrainRows
            match findings.Data.SampledFrom with
            | Some all -> "sampledFrom", Json.whole all
            | None -> ()
            "testRows", Json.whole findings.Data.TestRows
            "encoder", Json.text findings.Features.Encoder
            "features", Json.whole findings.Features.Columns
            "fittedRows", Json.whole findings.Data.FittedRows
            "validationRows", Json.whole findings.Data.ValidationRows
            "positiveShare", Json.real findings.Data.PositiveShare
            "duplicateRows", Json.whole findings.Data.DuplicateRows
            "contradictoryTexts", Json.whole findings.Data.ContradictoryTexts
            "identicalRows", Json.whole findings.Data.IdenticalRows
            "identicalContradictions", Json.whole findings.Data.IdenticalContradictions
            "similarRows", Json.whole findings.Data.SimilarRows
            "largestSimilarGroup", Json.whole findings.Data.LargestSimilarGroup
            "reduction", Json.text findings.Features.Reduction
            // Without a reduction nothing is left out.
            "explainedVariance",
            (if findings.Features.ExplainedVariance.Length = 0 then
                 Json.real 1.0
             else
                 Json.real (Array.sum findings.Features.ExplainedVariance))
            "zeroRows",
            Json.whole (findings.Features.ZeroLabelledRows.Length + findings.Features.ZeroTestRows.Length)
        ]

    let private price (price: SequencePrice) =
        Json.record [
            "rows", Json.whole price.Rows
            "pairs", Json.real price.Pairs
            "seconds", Json.real price.Seconds
        ]

    let tokens (facts: TokenFacts) =
        Json.record [
            "network", Json.text facts.Network
            "mean", Json.real facts.MeanTokens
            "most", Json.whole facts.MostTokens
            "allRows", Json.whole facts.AllRows
            "price", price facts.Price
            "priceOfAll", price facts.PriceOfAll
            "leftOut", Json.list [ for sentence in facts.Omitted -> nonNull (Json.text sentence) ]
        ]

    let private heldOut (heldOut: LooScores) = [
        "looAccuracy", Json.real heldOut.Accuracy
        "looError", Json.real heldOut.Error
        "relativeRidge", Json.real heldOut.RelativeRidge
    ]

    let combination (facts: CombinationFacts) =
        Json.record [
            "combining", Json.text (Combining.print facts.Combining)
            "chosenBy", Json.text (WeightSource.print facts.ChosenBy)
            "searchRows", Json.whole facts.SearchRows
            "solves", Json.whole facts.Solves
            "views",
            Json.list [
                for view in facts.Views ->
                    Json.record [
                        "encoder", Json.text view.Encoder
                        "columns", Json.whole view.Columns
                        "weight", Json.real view.Weight
                        yield! view.Alone |> Option.map heldOut |> Option.defaultValue []
                    ]
            ]
            "confirmed",
            Json.list [
                for trial in facts.Confirmed ->
                    Json.record [
                        "name", Json.text trial.Name
                        "weights",
                        Json.list (trial.Weights |> Seq.map (fun weight -> nonNull (Json.real weight)))
                        yield! heldOut trial.HeldOut
                    ]
            ]
        ]

    let dimensions (facts: DimensionFacts) =
        Json.list [
            for point in facts.Points ->
                Json.record [
                    "dimensions", Json.whole point.Dimensions
                    "explainedVariance", Json.real point.ExplainedVariance
                    yield! heldOut point.HeldOut
                ]
        ]
