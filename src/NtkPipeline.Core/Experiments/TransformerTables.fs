namespace NtkPipeline.Core

/// The tables of the chapter on the transformer.
[<RequireQualifiedAccess>]
module TransformerTables =

    let private percent = VerdictWords.percent
    let private maybe show value = NumberCell(value |> Option.map show |> Option.defaultValue "–")
    let private error (x: float) = $"%.3f{x}"
    let private signed (x: float) = (sprintf "%.2f" x).Replace('-', '−')

    /// A share of what is explained; how far below 0 tells nothing any more.
    let private explained (share: float) =
        if share < -10.0 then "far below 0" else (percent share).Replace('-', '−')

    let private choice (scores: ModelScores) =
        let form = if scores.IsUnit then ", cosines" else ""

        match scores.RelativeRidge, scores.Share, scores.Epochs with
        | Some ridge, Some share, _ when share < 1.0 ->
            $"ridge %.3g{ridge}, %s{percent share} tangent%s{form}"
        | Some ridge, _, _ -> $"ridge %.3g{ridge}%s{form}"
        | None, _, epochs ->
            let each = epochs |> Array.map string |> String.concat ", "
            $"stopped after epoch %s{each}"

    let models (evidence: TransformerEvidence) : ChapterTable = {
        Title = "The models side by side"
        Headings = [
            TextCell "model"
            TextCell "chosen"
            NumberCell "cross-validated squared error"
            NumberCell "accuracy there"
            NumberCell "stop rows: squared error"
            NumberCell "accuracy there"
            NumberCell "validation accuracy"
            NumberCell "F1"
            NumberCell "squared error"
            NumberCell "log loss"
            NumberCell "calibration error"
        ]
        Rows = [
            for scores in evidence.Models do
                let mark = if scores.IsHonest then "" else " †"

                [
                    TextCell scores.Title
                    TextCell(choice scores)
                    maybe (fun x -> error x + mark) scores.CvError
                    maybe percent scores.CvAccuracy
                    NumberCell(error scores.StopError)
                    NumberCell(percent scores.StopAccuracy)
                    NumberCell(percent scores.Validation.Accuracy)
                    NumberCell $"%.3f{scores.Validation.F1}"
                    NumberCell(error scores.ValidationError)
                    NumberCell(error scores.Calibration.Reliability.LogLoss)
                    NumberCell(percent scores.Calibration.Reliability.ExpectedError)
                ]
        ]
        Notes = [
            $"Targets are ±1. Ridges are over the kernel's mean diagonal. Cosines: cross-validation preferred a kernel whose rows are brought to length 1, k(x, z)/√(k(x, x) k(z, z)), to the kernel as it is. Kernels are regressed with on all %d{evidence.FittedRows} fitted rows; trained transformers are fitted on those that are no stop rows (%d{evidence.StopRows}), and the stop rows choose their epoch, so that their error there is the least of a few. On the validation rows trained models stand with their mean over seeds. Calibration: the sigmoid is fitted on the stop rows; log loss and the expected error are of the validation rows."
            $"A head that has seen the labels of the rows that judge it would have given the tangent kernel a cross-validated squared error of %s{error evidence.LeakedError} and an accuracy of %s{percent evidence.LeakedAccuracy}; the table has the head fitted anew for every fold. † These kernels have seen the labels of the rows that train, in their weights or in their head, and cross-validation flatters them; the stop rows do not."
        ]
    }

    let private parts title first notes (parts: LayerPart[]) (evidence: TransformerEvidence) : ChapterTable = {
        Title = title
        Headings = [
            TextCell first
            NumberCell "share of the trace"
            NumberCell "validation accuracy alone"
            NumberCell "squared error alone"
        ]
        Rows = [
            for part in parts do
                [
                    TextCell part.Part
                    NumberCell(percent part.TraceShare)
                    NumberCell(percent part.ValidationAccuracy)
                    NumberCell(error part.ValidationError)
                ]
        ]
        Notes = [
            let p = parts |> Array.averageBy _.ValidationAccuracy
            $"On part of the fitted rows, the ridge of each by cross-validation there; an accuracy of %s{percent p} there has by chance: %s{ChanceWords.ofAccuracy evidence.ValidationRows p}."
            yield! notes
        ]
    }

    let layers (evidence: TransformerEvidence) =
        parts "Layers of the tangent kernel" "layer" [] evidence.Layers evidence

    let kinds (evidence: TransformerEvidence) =
        let meanings =
            "Words, positions and types are the three embeddings of a token; query, key and value the matrices of attention, and attended the one that follows it; inner and outer those of the two dense layers of a block; norm the gains and shifts of all LayerNorms; bias those of the dense layers. The head's own part, φ(x)·φ(z) + 1, is in no line."

        parts "Kinds of parameters in the tangent kernel" "parameters" [ meanings ] evidence.Kinds evidence

    let drift (evidence: TransformerEvidence) : ChapterTable = {
        Title = "The tangent kernel through fine-tuning"
        Headings = [
            NumberCell "seed"
            NumberCell "epoch"
            NumberCell "ΔΘ"
            NumberCell "cosine"
            NumberCell "centred (CKA)"
            NumberCell "trace, over that at the start"
            NumberCell "weights' movement"
        ]
        Rows = [
            for drift in evidence.Drift do
                [
                    NumberCell(string drift.Seed)
                    NumberCell(string drift.Epoch)
                    NumberCell(percent drift.DeltaTheta)
                    NumberCell $"%.3f{drift.Cosine}"
                    NumberCell $"%.3f{drift.Cka}"
                    NumberCell $"%.2f{drift.TraceRatio}"
                    NumberCell(TransformerClaims.movement drift.Movement)
                ]
        ]
        Notes = [
            "Of all parameters, the head's too, on the probe rows; both kernels by the same sketch, each with the head of its time."
        ]
    }

    let foretold (evidence: TransformerEvidence) : ChapterTable =
        let title id =
            evidence.Models
            |> Array.tryFind (fun scores -> scores.Id = id)
            |> Option.map _.Title
            |> Option.defaultValue id

        {
            Title = "What foretells fine-tuning"
            Headings = [
                TextCell "training"
                TextCell "said by"
                NumberCell "correlation of changes"
                NumberCell "explained"
                NumberCell "same side of 0"
            ]
            Rows = [
                for found in evidence.Foretold do
                    [
                        TextCell(title found.Of)
                        TextCell(found.What.TrimEnd ',')
                        maybe signed found.Correlation
                        maybe explained found.Explained
                        NumberCell(percent found.Agreement)
                    ]
            ]
            Notes = [
                "Changes of f from the head's start to where the stop set stopped it (first seed), on the validation rows. Explained: 1 − ‖Δ − Δ'‖²/‖Δ‖², below 0 where no change at all would be the better guess."
            ]
        }
