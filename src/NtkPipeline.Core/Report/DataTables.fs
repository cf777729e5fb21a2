namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Tables of what went in, of the kernel's regression and of the settings.
[<RequireQualifiedAccess>]
module DataTables =

    let data (findings: Findings) : XmlNode =
        let data = findings.Data

        Table.facts (Table.marked findings "The data") [
            "name", data.Name
            "labelled rows",
            $"%s{Show.count data.TrainRows}, %s{Show.percent data.PositiveShare} of them positive"
            "fitted, kept aside",
            $"%s{Show.count data.FittedRows} fitted, %s{Show.count data.ValidationRows} for validation"
            "rows without labels", Show.count data.TestRows
            "duplicates",
            $"""%s{Show.many data.IdenticalRows "row repeats" "rows repeat"} an earlier row's text letter by letter, %s{Show.count data.DuplicateRows} once links, mentions, case and signs are set aside"""
            "near-duplicates",
            $"""%s{Show.many data.SimilarRows "row is" "rows are"} the same as or similar to an earlier row, links, mentions, case and signs set aside; the largest group of such holds %s{Show.many data.LargestSimilarGroup "row" "rows"}"""
            "contradictions",
            $"""%s{Show.many data.IdenticalContradictions "text stands" "texts stand"} under both labels letter by letter, %s{Show.count data.ContradictoryTexts} with links, mentions, case and signs set aside, on %s{Show.many data.ContradictoryRows "row" "rows"}"""
        ]

    let features (findings: Findings) : XmlNode =
        let features = findings.Features

        Table.facts (Table.marked findings "From text to features") [
            "encoder", features.Encoder
            match MissingModel.advice findings with
            | Some advice -> "why this encoder", advice
            | None -> ()
            "columns",
            $"%s{Show.count features.EmbeddingColumns}, reduced to %s{Show.count features.Columns} (%s{features.Reduction})"
            if features.ExplainedVariance.Length > 0 then
                "variance kept", Show.percent (Array.sum features.ExplainedVariance)
            "rows that are zero",
            $"%s{Show.count features.ZeroLabelledRows.Length} labelled, %s{Show.count features.ZeroTestRows.Length} unlabelled; they cannot be brought to norm 1 and stay zero"
        ]

    let regression (findings: Findings) : XmlNode =
        let kernel = findings.Kernel
        let chosen = kernel.Chosen
        let certificate = kernel.Certificate
        let sigmoid, reliability = findings.Calibration.Sigmoid, findings.Calibration.Reliability

        let scores (scores: Scores) =
            $"accuracy %s{Show.accuracy scores.Accuracy}, F1 %s{Show.score scores.F1}, AUC %s{Show.score scores.Auc}"

        let clipped =
            if certificate.Clipped = 0 then
                "no eigenvalue was negative"
            else
                $"""%s{Show.many certificate.Clipped "eigenvalue" "eigenvalues"} made negative by rounding, set to 0; the lowest was %s{Show.number certificate.MostNegative}"""

        Table.facts (Table.marked findings "Kernel regression") [
            "ridge λ",
            $"%s{Show.number chosen.Ridge}, which is %s{Show.number chosen.RelativeRidge} × the kernel's mean diagonal (%s{Show.number kernel.MeanDiagonal})"
            "targets", TargetCoding.print kernel.Targets
            "chosen by", Show.chosenBy kernel.ChosenBy
            $"%d{kernel.Folds}-fold cross-validation",
            $"accuracy %s{Show.maybe Show.accuracy chosen.CvAccuracy}, F1 %s{Show.maybe Show.score chosen.CvF1}"
            "leave-one-out", $"accuracy %s{Show.maybe Show.accuracy chosen.LooAccuracy}"
            match kernel.Refit with
            | Some refit ->
                "leave-one-out of the fit for the test set",
                $"accuracy %s{Show.accuracy refit.LooAccuracy} on %s{Show.count refit.Rows} labelled rows; %s{Show.accuracy refit.LooAccuracyAsGiven} against labels as they were given"
            | None -> ()
            "validation rows", scores kernel.Validation
            "with the smallest ridge",
            $"%s{scores kernel.SmallestRidgeValidation} at λ = %s{Show.number kernel.SmallestRidge}"
            "probabilities",
            $"P(positive) = 1/(1 + exp(−(%s{Show.number sigmoid.Slope} f + %s{Show.number sigmoid.Offset}))), fitted on training rows left out; on the validation rows Brier score %s{Show.score reliability.Brier}, expected calibration error %s{Show.percent reliability.ExpectedError}"
            "effective dimension",
            $"%s{Show.count (int (round chosen.EffectiveDimension))} of %s{Show.count findings.Data.FittedRows}"
            "certificate of the solve",
            $"residual %s{Show.number certificate.Residual}; condition number %s{Show.number certificate.ConditionNumber}, so up to %s{Show.short (System.Math.Round(certificate.DigitsLost, 1))} of 16 digits may be lost; %s{clipped}"
        ]

    let path (findings: Findings) : XmlNode =
        let rows =
            findings.Kernel.Path
            |> FigureSeries.thin 60
            |> Array.map (fun point -> [
                NumberCell(Show.number point.Ridge)
                NumberCell(Show.number point.RelativeRidge)
                NumberCell(Show.number point.EffectiveDimension)
                NumberCell(Show.maybe Show.accuracy point.TrainAccuracy)
                NumberCell(Show.maybe Show.accuracy point.CvAccuracy)
                NumberCell(Show.maybe Show.score point.CvF1)
                NumberCell(Show.maybe Show.number point.CvError)
                NumberCell(Show.maybe Show.accuracy point.LooAccuracy)
                NumberCell(Show.number point.LooError)
                NumberCell(Show.number point.Gcv)
                NumberCell(Show.maybe Show.number point.LogLikelihood)
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
                NumberCell(string suspect.Id)
                NumberCell(if suspect.Positive then "1" else "0")
                NumberCell(Show.number suspect.LeftOut)
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
