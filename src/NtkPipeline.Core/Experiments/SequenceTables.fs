namespace NtkPipeline.Core

/// The tables of the chapter on texts as sequences.
[<RequireQualifiedAccess>]
module SequenceTables =

    let private percent = VerdictWords.percent
    let private error (x: float) = $"%.3f{x}"

    let kernels (evidence: SequenceEvidence) : ChapterTable = {
        Title = "The kernels side by side"
        Headings = [
            TextCell "kernel"
            TextCell "of the network"
            NumberCell "ridge over mean diagonal"
            NumberCell "leave-one-out squared error"
            NumberCell "accuracy there"
            NumberCell "validation squared error"
            NumberCell "accuracy"
            NumberCell "F1"
            NumberCell "AUC"
        ]
        Rows = [
            for scores in evidence.Kernels do
                [
                    TextCell scores.Title
                    TextCell scores.Network
                    NumberCell $"%.3g{scores.RelativeRidge}"
                    NumberCell(error scores.LooError)
                    NumberCell(percent scores.LooAccuracy)
                    NumberCell(error scores.ValidationError)
                    NumberCell(percent scores.Validation.Accuracy)
                    NumberCell $"%.3f{scores.Validation.F1}"
                    NumberCell $"%.3f{scores.Validation.Auc}"
                ]
        ]
        Notes = [
            "Targets are ±1. Each kernel is that of the infinitely wide network and has the ridge that is best by leave-one-out error on the fitted tweets; the validation tweets have chosen nothing. Leave-one-out sees near-copies of a tweet, which stand on one side of the split. Shuffled: the same convolution where every tweet's tokens stand in a random order."
        ]
    }

    let differences (evidence: SequenceEvidence) : ChapterTable = {
        Title = "Differences on the same tweets"
        Headings = [
            TextCell "one"
            TextCell "other"
            NumberCell "leave-one-out squared error saved"
            NumberCell "accuracy there, points"
            NumberCell "validation squared error saved"
            NumberCell "accuracy there, points"
        ]
        Rows = [
            for gap in [ evidence.Order; evidence.Control; evidence.Attention ] do
                [
                    TextCell(SequenceClaims.title evidence gap.One)
                    TextCell(SequenceClaims.title evidence gap.Other)
                    NumberCell(VerdictWords.errors gap.LooError)
                    NumberCell(VerdictWords.points gap.LooAccuracy)
                    NumberCell(VerdictWords.errors gap.ValidationError)
                    NumberCell(VerdictWords.points gap.ValidationAccuracy)
                ]
        ]
        Notes = [
            "The one less the other, with 95% bands over tweets drawn anew; of errors, the other less the one, so that all are above 0 where the one is better."
        ]
    }

    let networks (evidence: SequenceEvidence) : ChapterTable = {
        Title = "Finite networks over the same tokens"
        Headings = [
            TextCell "network"
            NumberCell "m"
            NumberCell "networks"
            NumberCell "epochs chosen"
            NumberCell "validation accuracy"
            NumberCell "squared error"
            NumberCell "accuracy less its kernel's, points"
            NumberCell "squared error saved against it"
            NumberCell "Θ̂₀ from Θ"
            NumberCell "ΔΘ"
        ]
        Rows = [
            for scores in evidence.Networks do
                [
                    TextCell scores.Network
                    NumberCell(string scores.Width)
                    NumberCell(string scores.Epochs.Length)
                    NumberCell(scores.Epochs |> Array.map string |> String.concat ", ")
                    NumberCell(percent scores.Accuracy)
                    NumberCell(error scores.Error)
                    NumberCell(VerdictWords.points scores.LessKernel)
                    NumberCell(VerdictWords.errors scores.ErrorSaved)
                    NumberCell(percent scores.InitialError)
                    NumberCell(percent scores.Movement)
                ]
        ]
        Notes = [
            "Centred networks, m standing for their width; means over networks that differ in their seed. A network trained without the first fold chooses the epoch by its squared error there; the one that is judged has trained on all fitted tweets. Kernels are followed on a few fitted tweets."
            let diverged = evidence.Networks |> Array.sumBy _.Diverged

            if diverged > 0 then
                VerdictWords.leftOut diverged
        ]
    }

    let contests (evidence: SequenceEvidence) : ChapterTable = {
        Title = "The widest finite networks against each other"
        Headings = [
            TextCell "one"
            TextCell "other"
            NumberCell "m"
            NumberCell "accuracy, points"
        ]
        Rows = [
            for contest in evidence.Contests do
                [
                    TextCell(SequenceClaims.title evidence contest.One)
                    TextCell(SequenceClaims.title evidence contest.Other)
                    NumberCell(string contest.Width)
                    NumberCell(VerdictWords.points contest.Accuracy)
                ]
        ]
        Notes = [
            "The one less the other on the validation tweets, with a 95% band over tweets and networks drawn anew."
        ]
    }
