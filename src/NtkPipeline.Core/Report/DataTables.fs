namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Tables of what went in, of the kernel's regression and of the settings.
[<RequireQualifiedAccess>]
module DataTables =

    let private drawnBy (findings: Findings) =
        if findings.Tokens.IsSome then "sequence.rows, data.sample" else "data.sample"

    let data (findings: Findings) : XmlNode =
        let data = findings.Data

        Table.facts (Table.marked findings "The data") [
            "name", data.Name
            "labelled rows",
            $"%s{NumberText.count data.TrainRows}, %s{NumberText.percent data.PositiveShare} of them positive"
            match data.SampledFrom with
            | Some all when all > data.TrainRows ->
                "a sample",
                $"drawn at random of the %s{NumberText.count all} labelled rows that there are (%s{drawnBy findings})"
            | _ -> ()
            "fitted, kept aside",
            $"%s{NumberText.count data.FittedRows} fitted, %s{NumberText.count data.ValidationRows} for validation"
            "rows without labels", NumberText.count data.TestRows
            "duplicates",
            $"""%s{NumberText.many data.IdenticalRows "row repeats" "rows repeat"} an earlier row's text letter by letter, %s{NumberText.count data.DuplicateRows} once links, mentions, case and signs are set aside"""
            "near-duplicates",
            $"""%s{NumberText.many data.SimilarRows "row is" "rows are"} the same as or similar to an earlier row, links, mentions, case and signs set aside; the largest group of such holds %s{NumberText.many data.LargestSimilarGroup "row" "rows"}"""
            "contradictions",
            $"""%s{NumberText.many data.IdenticalContradictions "text stands" "texts stand"} under both labels letter by letter, %s{NumberText.count data.ContradictoryTexts} with links, mentions, case and signs set aside, on %s{NumberText.many data.ContradictoryRows "row" "rows"}"""
        ]

    let features (findings: Findings) : XmlNode =
        let features = findings.Features

        Table.facts (Table.marked findings "From text to features") [
            "encoder", features.Encoder
            match MissingModel.advice findings with
            | Some advice -> "why this encoder", advice
            | None -> ()
            "columns",
            $"%s{NumberText.count features.EmbeddingColumns}, reduced to %s{NumberText.count features.Columns} (%s{features.Reduction})"
            if features.ExplainedVariance.Length > 0 then
                "variance kept", NumberText.percent (Array.sum features.ExplainedVariance)
            let zero =
                $"%s{NumberText.count features.ZeroLabelledRows.Length} labelled, %s{NumberText.count features.ZeroTestRows.Length} unlabelled"

            if findings.Tokens.IsSome then
                "texts without a known token", zero
            else
                "rows that are zero", $"%s{zero}; they cannot be brought to norm 1 and stay zero"
        ]

    let regression (findings: Findings) : XmlNode =
        let kernel = findings.Kernel
        let chosen = kernel.Chosen
        let certificate = kernel.Certificate
        let sigmoid, reliability = findings.Calibration.Sigmoid, findings.Calibration.Reliability

        let scores (scores: Scores) =
            $"accuracy %s{NumberText.accuracy scores.Accuracy}, F1 %s{NumberText.score scores.F1}, AUC %s{NumberText.score scores.Auc}"

        let clipped =
            if certificate.Clipped = 0 then
                "no eigenvalue was negative"
            else
                $"""%s{NumberText.many certificate.Clipped "eigenvalue" "eigenvalues"} made negative by rounding, set to 0; the lowest was %s{NumberText.number certificate.MostNegative}"""

        Table.facts (Table.marked findings "Kernel regression") [
            "ridge λ",
            $"%s{NumberText.number chosen.Ridge}, which is %s{NumberText.number chosen.RelativeRidge} × the kernel's mean diagonal (%s{NumberText.number kernel.MeanDiagonal})"
            "targets", TargetCoding.print kernel.Targets
            "chosen by", NumberText.chosenBy kernel.ChosenBy
            $"%d{kernel.Folds}-fold cross-validation",
            $"accuracy %s{NumberText.maybe NumberText.accuracy chosen.CvAccuracy}, F1 %s{NumberText.maybe NumberText.score chosen.CvF1}"
            "leave-one-out", $"accuracy %s{NumberText.maybe NumberText.accuracy chosen.LooAccuracy}"
            match kernel.Refit with
            | Some refit ->
                "leave-one-out of the fit for the test set",
                $"accuracy %s{NumberText.accuracy refit.LooAccuracy} on %s{NumberText.count refit.Rows} labelled rows; %s{NumberText.accuracy refit.LooAccuracyAsGiven} against labels as they were given"
            | None -> ()
            "validation rows", scores kernel.Validation
            "with the smallest ridge",
            $"%s{scores kernel.SmallestRidgeValidation} at λ = %s{NumberText.number kernel.SmallestRidge}"
            "probabilities",
            $"P(positive) = 1/(1 + exp(−(%s{NumberText.number sigmoid.Slope} f + %s{NumberText.number sigmoid.Offset}))), fitted on training rows left out; on the validation rows log loss %s{NumberText.score reliability.LogLoss}, Brier score %s{NumberText.score reliability.Brier}, expected calibration error %s{NumberText.percent reliability.ExpectedError}"
            "effective dimension",
            $"%s{NumberText.count (int (round chosen.EffectiveDimension))} of %s{NumberText.count findings.Data.FittedRows}"
            "certificate of the solve",
            $"residual %s{NumberText.number certificate.Residual}; condition number %s{NumberText.number certificate.ConditionNumber}, so up to %s{NumberText.short (System.Math.Round(certificate.DigitsLost, 1))} of 16 digits may be lost; %s{clipped}"
        ]

    let path (findings: Findings) : XmlNode =
        let rows =
            findings.Kernel.Path
            |> FigureSeries.thin 60
            |> Array.map (fun point -> [
                NumberCell(NumberText.number point.Ridge)
                NumberCell(NumberText.number point.RelativeRidge)
                NumberCell(NumberText.number point.EffectiveDimension)
                NumberCell(NumberText.maybe NumberText.accuracy point.TrainAccuracy)
                NumberCell(NumberText.maybe NumberText.accuracy point.CvAccuracy)
                NumberCell(NumberText.maybe NumberText.score point.CvF1)
                NumberCell(NumberText.maybe NumberText.number point.CvError)
                NumberCell(NumberText.maybe NumberText.accuracy point.LooAccuracy)
                NumberCell(NumberText.number point.LooError)
                NumberCell(NumberText.number point.Gcv)
                NumberCell(NumberText.maybe NumberText.number point.LogLikelihood)
            ])
            |> List.ofArray

        let headings =
            [
                "λ"
                "λ / mean diagonal"
                "effective dimension"
                "training accuracy"
                "CV accuracy"
                "CV F1"
                "CV error"
                "LOO accuracy"
                "LOO error"
                "GCV"
                "log likelihood"
            ]
            |> List.map NumberCell

        Table.folded "Every ridge of the path" [
            Table.grid (Table.marked findings "The path over the ridge") headings rows []
        ]

    /// Training rows whose label the others contradict, with their texts; nothing where there are none.
    let suspects (findings: Findings) : XmlNode list =
        let rows =
            findings.Suspects
            |> Array.map (fun suspect -> [
                match suspect.Id with
                | RowId.Number number -> NumberCell(string number)
                | RowId.Word word -> TextCell word
                NumberCell(if suspect.Positive then "1" else "0")
                NumberCell(NumberText.number suspect.LeftOut)
                TextCell suspect.Text
            ])
            |> List.ofArray

        [
            if not rows.IsEmpty then
                Table.folded "Labels to look at again" [
                    Table.grid
                        (Table.marked findings "Training tweets that all the others contradict")
                        [
                            NumberCell "id"
                            NumberCell "label"
                            NumberCell "f, left out"
                            TextCell "text"
                        ]
                        rows
                        [
                            "f is the exact leave-one-out output of the chosen regression: below 0 it says that no disaster is reported. A tweet of many near-copies is judged by these; the list holds candidates for a wrong label, not verdicts."
                        ]
                ]
        ]

    let settings (findings: Findings) : XmlNode =
        let rows =
            findings.Settings
            |> Array.map (fun setting -> [
                TextCell setting.Key
                TextCell setting.Value
                TextCell setting.Source
            ])
            |> List.ofArray

        Table.grid
            (Table.marked findings $"Settings (seed %d{findings.Seed})")
            [ TextCell "setting"; TextCell "value"; TextCell "from" ]
            rows
            []
