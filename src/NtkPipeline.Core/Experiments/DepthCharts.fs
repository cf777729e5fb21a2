namespace NtkPipeline.Core

/// Depth and phase, as charts and tables.
[<RequireQualifiedAccess>]
module DepthCharts =

    let private weightAxis = FigureAxis.logarithmic "σ_w² of every layer"

    let private plane (activation: Activation) (name: string) caption : PointChart =
        let places = DepthPhase.plane activation

        {
            Id = $"depth-phase-%s{name}"
            Title = $"Order and chaos: χ of %s{name} networks"
            Caption = caption
            Horizontal = weightAxis
            Vertical = FigureAxis.linear "σ_b² of every layer"
            Drawing =
                Drawing.Map(
                    {
                        Columns = DepthPhase.weights
                        Rows = DepthPhase.biases
                        Values = places |> Array.map (Array.map (fun place -> Some place.Propagation.Slope))
                        Label = "χ"
                        IsLogarithmic = true
                        IsShare = false
                    },
                    [
                        PointChart.line
                            "critical line, χ = 1"
                            ChartMark.Theory
                            (if name = "relu" then
                                 // Whatever q: σ_w² = 2.
                                 [| 2.0, DepthPhase.biases[0]; 2.0, Array.last DepthPhase.biases |]
                             else
                                 DepthPhase.criticalLine activation)
                    ]
                )
        }

    let planes: PointChart list = [
        plane
            Erf.activation
            "erf"
            "χ = σ_w² E[φ'(√q* s)²] at the variance q* that signals come to, by iteration. Left of the line inputs grow alike with depth (order), right of it apart (chaos). It leaves σ_b² = 0 at σ_w² = π/4."
        plane
            Relu.activation
            "relu"
            "χ = σ_w²/2 whatever q. Right of the line signals and gradients grow without bound; correlations go to 1 on both sides."
        plane
            Gelu.activation
            "gelu"
            "χ at q* as for erf, in closed form. The line begins at σ_b² = 0.173, σ_w² = 1.98 (Roberts, Yaida & Hanin 2022): above it χ = 1 parts order from chaos; below it signals die away in order until, near σ_w² = 2, they begin to grow without bound, and χ jumps to σ_w²/2 past 1."
    ]

    /// ξ multiplied, within a picture of some depths.
    let private scaleLine (bias: float) (deepest: int) (name: string) (factor: float) : ChartLine =
        PointChart.line name ChartMark.Theory [|
            for weight in DepthPhase.weights do
                match (DepthPhase.place Erf.activation weight bias).Propagation.DepthScale with
                | Some scale when factor * scale <= float deepest && factor * scale >= 1.0 ->
                    weight, factor * scale
                | _ -> ()
        |]

    let private outcomes (evidence: DepthEvidence) id title caption label (values: (float * int * float)[]) =
        let weights = values |> Array.map (fun (weight, _, _) -> weight) |> Array.distinct |> Array.sort
        let layers = values |> Array.map (fun (_, layers, _) -> layers) |> Array.distinct |> Array.sort

        let at weight depth =
            values
            |> Array.tryPick (fun (w, l, value) -> if w = weight && l = depth then Some value else None)

        if weights.Length = 0 then
            []
        else
            [
                {
                    Id = $"depth-%s{id}"
                    Title = title
                    Caption = caption
                    Horizontal = weightAxis
                    Vertical = FigureAxis.logarithmic "hidden layers"
                    Drawing =
                        Drawing.Map(
                            {
                                Columns = weights
                                Rows = layers |> Array.map float
                                Values =
                                    layers
                                    |> Array.map (fun depth -> weights |> Array.map (fun w -> at w depth))
                                Label = label
                                IsLogarithmic = false
                                IsShare = true
                            },
                            [
                                scaleLine evidence.BiasVariance (Array.last layers) "ξ" 1.0
                                scaleLine evidence.BiasVariance (Array.last layers) "6 ξ" 6.0
                            ]
                        )
                }
            ]

    let trainability (evidence: DepthEvidence) : PointChart list =
        let accuracies (all: DepthOutcome[]) =
            all |> Array.map (fun outcome -> outcome.WeightVariance, outcome.Layers, outcome.Accuracy)

        let trained =
            Array.map2
                (fun (outcome: DepthOutcome) share -> outcome.WeightVariance, outcome.Layers, share)
                evidence.NetworkOutcomes
                evidence.TrainAccuracies

        [
            yield!
                outcomes
                    evidence
                    "kernel-accuracy"
                    "Leave-one-out accuracy of erf kernels by σ_w² and depth"
                    "The ridge is the one with the least leave-one-out error. Dashed: the depth scale ξ, and six of it."
                    "accuracy"
                    (accuracies evidence.KernelOutcomes)
            yield!
                outcomes
                    evidence
                    "train-accuracy"
                    "Training accuracy of erf networks by σ_w² and depth"
                    "After the last epoch. Theory expects deep networks of the ordered phase not to train, and those of the chaotic one to fit anything; the colours say what they did."
                    "training accuracy"
                    trained
            yield!
                outcomes
                    evidence
                    "network-accuracy"
                    "Validation accuracy of erf networks by σ_w² and depth"
                    "The same networks. Theory expects what deep networks of the chaotic phase learn not to carry over; the colours say how far it did."
                    "accuracy"
                    (accuracies evidence.NetworkOutcomes)
        ]

    let private byFamily (evidence: DepthEvidence) (pick: DepthKernel -> float option) : ChartLine list = [
        for family, kernels in evidence.Families |> Array.groupBy (fun (family, _, _) -> family) do
            let points =
                kernels
                |> Array.choose (fun (_, layers, kernel) ->
                    pick kernel |> Option.map (fun value -> float layers, value))

            if points.Length > 0 then
                PointChart.line (DepthFamily.print family) ChartMark.Measured points
    ]

    let private depthAxis = FigureAxis.logarithmic "hidden layers"

    let families (evidence: DepthEvidence) : PointChart list = [
        {
            Id = "depth-condition"
            Title = "Conditioning of the tangent kernel against depth"
            Caption = "λ_max/λ_min of Θ on the few rows, in float64."
            Horizontal = depthAxis
            Vertical = FigureAxis.logarithmic "λ_max/λ_min"
            Drawing = Drawing.Lines(byFamily evidence _.Condition)
        }
        {
            Id = "depth-rank"
            Title = "Effective rank of the tangent kernel against depth"
            Caption = $"exp of the entropy of Θ's eigenvalues, %s{evidence.KernelBudget}."
            Horizontal = depthAxis
            Vertical = FigureAxis.linear "effective rank (directions)"
            Drawing = Drawing.Lines(byFamily evidence (fun kernel -> Some kernel.EffectiveRank))
        }
        {
            Id = "depth-accuracy"
            Title = "Leave-one-out accuracy of the kernel against depth"
            Caption = "Kernel regression, the ridge with the least leave-one-out error."
            Horizontal = depthAxis
            Vertical = FigureAxis.share "accuracy (% of rows)"
            Drawing = Drawing.Lines(byFamily evidence (fun kernel -> Some kernel.Accuracy))
        }
    ]
