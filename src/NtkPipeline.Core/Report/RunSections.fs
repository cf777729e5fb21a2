namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// The run's own chapters: its data, its kernel, the networks of its first question.
[<RequireQualifiedAccess>]
module RunSections =

    let private words (text: string) = p [] (Powers.html text)

    /// How many layers have such a number.
    let private layers (findings: Findings) (pick: EpochMeasures -> float[]) =
        findings.Networks
        |> Seq.collect _.Epochs
        |> Seq.fold (fun most measures -> max most (pick measures).Length) 0

    /// `figures` is the report's own way of showing charts.
    let private data (figures: Figure list -> XmlNode) (findings: Findings) = [
        match findings.Tokens with
        | None ->
            words
                "A text is cleaned, embedded as a vector, reduced to its principal components and brought to one norm. Everything is fitted on training rows only; rows with the same text stay on one side of the split."
        | Some facts ->
            words (TokenFeatures.words findings.Features.Columns facts)

            for sentence in facts.Omitted do
                words sentence
        div [ _class "pair" ] [ DataTables.data findings; DataTables.features findings ]
        yield! FeatureTables.combination findings
        yield! FeatureTables.dimensions findings
        figures (KernelFigures.pictures findings)
        yield! SourceTable.folded findings findings.Sources.Data
    ]

    let private kernel (figures: Figure list -> XmlNode) (findings: Findings) = [
        words
            "A network of infinite width, trained with squared error, is regression with the neural tangent kernel. This is the opponent that finite networks are measured against."
        DataTables.regression findings
        figures [
            yield! KernelFigures.regression findings
            yield!
                findings.Learning
                |> LearningCurveFigure.draw
                    (LearningTask.Binary findings.Data.Classes)
                    (Some findings.Kernel.Validation.Accuracy)
                |> Option.toList
            yield! RocFigures.ofFindings findings |> Option.toList
            ConfusionFigures.kernel findings
            CalibrationFigure.reliability findings
        ]
        DataTables.path findings
        yield! DataTables.suspects findings
        yield! SourceTable.folded findings findings.Sources.Kernel
    ]

    /// What a run without networks of its own has nothing to say of.
    let private networks (figures: Figure list -> XmlNode) (findings: Findings) =
        let main = WidthSeries.main findings |> Array.collect _.Runs
        let drawn curves = figures (Curves.drawAll main curves)
        let trained = SourceTable.folded findings findings.Sources.Networks

        let compared = SourceTable.folded findings (findings.Sources.Networks @ findings.Sources.Comparison)

        [
            "training",
            "Finite networks while they train",
            [
                words
                    "One line a width, averaged over seeds: the wider the network, the more its line stands out from the page."
                drawn (WidthCurves.learning findings.Kernel)
                yield! trained
            ]
            "accuracy",
            "Does width bring the kernel's accuracy?",
            [
                if findings.Choices.Length > 0 then
                    words
                        "A network that is trained on for ever fits the noise as well; kernel regression has its ridge against that. So each width is judged after the epoch at which fitted rows that were held out were met best, as the kernel is at the ridge that they chose; what it comes to by the last epoch stands beside it."

                figures (
                    Curves.drawAll findings.Stopped (WidthCurves.stopped findings.Kernel)
                    @ Curves.drawAll findings.Networks (WidthCurves.accuracy findings.Kernel)
                    @ ConfusionFigures.networks findings
                )
                yield! StoppedTables.all findings
                yield! NetworkTables.widths findings
                yield! NetworkTables.diverged findings
                yield! compared
            ]
            "movement",
            "Does the tangent kernel stay put?",
            [
                drawn (WidthCurves.movement findings.Comparison.LazyThreshold)
                figures (ProbeFigures.all findings.Probes)
                yield! trained
            ]
            "gaps",
            "How far from the kernel, how far from the linearised network?",
            [
                words
                    "Each network is compared with two shadows trained by the very same steps: the infinite-width kernel, and the network frozen to its tangent at the start."
                drawn WidthCurves.gaps
                figures (RowFigures.ofFindings findings)
                yield! NetworkTables.slopes findings
                yield! compared
            ]
            "features",
            "Is there feature learning?",
            [
                words
                    "Where the kernel moves, what does it move towards? Weights, gates, alignment with the targets and the spectrum tell."
                drawn (
                    FeatureCurves.againstWidth
                        (layers findings _.WeightMovement)
                        (layers findings _.FeatureMovement)
                    @ FeatureCurves.whileTraining
                )
                figures (SpectrumFigures.spectra findings)
                yield! trained
            ]
            "verdicts",
            "The expected observations, judged",
            [
                words
                    "Three things are expected of wide networks. Each verdict is computed from this run's numbers and holds for the setting it names."
                VerdictCards.all findings.Comparison.Verdicts
                yield! compared
            ]
        ]

    let all (figures: Figure list -> XmlNode) (findings: Findings) : Section list = [
        let part = Section.create "The kernel"
        part "data" "The data and its features" (data figures findings)
        part "kernel" "The infinite-width limit: kernel regression" (kernel figures findings)

        if findings.Networks.Length > 0 then
            for id, title, contents in networks figures findings do
                Section.create "Networks beside it" id title contents
    ]

    /// What helps to read the page, behind everything else.
    let last (findings: Findings) : Section list = [
        let part = Section.create "Reading this"
        part "glossary" "How to read this" [ Glossary.entries ]
        part "limits" "Limits" [ Glossary.limits findings ]
        part "settings" "Settings" [ DataTables.settings findings ]
    ]
