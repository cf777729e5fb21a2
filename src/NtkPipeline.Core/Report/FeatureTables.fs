namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Tables of how encoders were put together, and of what numbers of components are worth.
[<RequireQualifiedAccess>]
module FeatureTables =

    let private heldOut (heldOut: LooScores) = [
        NumberCell(NumberText.accuracy heldOut.Accuracy)
        NumberCell(NumberText.number heldOut.Error)
        NumberCell(NumberText.short heldOut.RelativeRidge)
    ]

    let private heldOutHeadings =
        [ "LOO accuracy"; "LOO error"; "ridge / mean diagonal" ] |> List.map NumberCell

    let private viewNotes (facts: CombinationFacts) = [
        match facts.Combining with
        | Combining.Sum ->
            "Kernel regression adds a kernel for each encoder, times its weight squared; networks see the encoders side by side."
        | Combining.Beside ->
            "Every encoder's rows are brought to norm 1 and multiplied by its weight; they stand side by side as one input."
        if facts.SearchRows > 0 then
            $"Weights were chosen by the %s{WeightSource.print facts.ChosenBy} of %s{NumberText.count facts.SearchRows} training rows, in %s{NumberText.count facts.Solves} solves. The scores are those of each encoder alone on these rows; a tweet in which it sees nothing counts as negative."
    ]

    let private views findings (facts: CombinationFacts) =
        let row (view: ViewFacts) = [
            TextCell view.Encoder
            NumberCell(NumberText.count view.Columns)
            NumberCell(NumberText.number view.Weight)
            yield!
                match view.Alone with
                | Some alone -> heldOut alone
                | None -> List.replicate 3 (NumberCell NumberText.missing)
        ]

        Table.grid
            (Table.marked findings "Encoders, put together")
            [
                TextCell "encoder"
                NumberCell "columns"
                NumberCell "weight"
                yield! heldOutHeadings
            ]
            (facts.Views |> Array.map row |> List.ofArray)
            (viewNotes facts)

    let private confirmed findings (facts: CombinationFacts) =
        let row (trial: WeightTrial) = [
            TextCell trial.Name
            trial.Weights |> Array.map NumberText.number |> String.concat ", " |> TextCell
            yield! heldOut trial.HeldOut
        ]

        Table.grid
            (Table.marked findings "Their weights, on all training rows")
            [ TextCell "weights"; TextCell "in that order"; yield! heldOutHeadings ]
            (facts.Confirmed |> Array.map row |> List.ofArray)
            [ "The weights with the least error were taken." ]

    /// Of several encoders; nothing of one.
    let combination (findings: Findings) : XmlNode list =
        match findings.Combination with
        | None -> []
        | Some facts -> [
            views findings facts
            if facts.Confirmed.Length > 0 then
                confirmed findings facts
          ]

    /// Of the numbers of components that were compared.
    let dimensions (findings: Findings) : XmlNode list =
        let facts = findings.Dimensions

        let row (point: DimensionPoint) = [
            NumberCell(NumberText.count point.Dimensions)
            NumberCell(NumberText.percent point.ExplainedVariance)
            yield! heldOut point.HeldOut
        ]

        [
            if facts.Points.Length > 0 then
                Table.grid
                    (Table.marked findings "What a number of components is worth")
                    [ NumberCell "d"; NumberCell "variance kept"; yield! heldOutHeadings ]
                    (facts.Points |> Array.map row |> List.ofArray)
                    [
                        $"Exact leave-one-out on %s{NumberText.count facts.Rows} training rows, each at the best of four ridges."
                    ]
        ]
