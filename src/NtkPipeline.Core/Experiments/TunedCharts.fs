namespace NtkPipeline.Core

/// The charts of the chapter on feature learning.
[<RequireQualifiedAccess>]
module TunedCharts =

    /// Held-out error while training, a line a network, the best six; the kernel's level beside them.
    let errors (evidence: FeatureEvidence) : PointChart list =
        let best =
            evidence.Choice.Trials
            |> Array.filter _.Epoch.IsSome
            |> Array.sortBy TunedTables.least
            |> Array.truncate 6

        let named =
            best |> Seq.map _.Spec |> Axis.varying |> List.filter (fun axis -> axis.Key <> Axis.seed.Key)

        let lines =
            best
            |> Array.map (fun trial ->
                trial.Errors
                |> Seq.indexed
                |> Seq.skip 1
                |> Seq.map (fun (epoch, error) -> float epoch, error)
                |> PointChart.line
                    (match named with
                     | [] -> FeatureVerdicts.traits trial.Spec
                     | named ->
                         named |> List.map (fun axis -> axis.Show(axis.Of trial.Spec)) |> String.concat ", ")
                    ChartMark.Measured)
            |> List.ofArray

        let last =
            evidence.Choice.Trials |> Array.map (fun trial -> trial.Errors.Length - 1) |> Array.fold max 1

        if lines.IsEmpty then
            []
        else
            [
                {
                    Id = "feature-learning-errors"
                    Title = "Held-out error while networks train"
                    Caption =
                        $"Of the %d{best.Length} networks of the least error: mean squared error of rows in folds that were held out, against the epoch; targets are ±1. The dotted line is the tuned kernel's, fitted without the same folds. The lowest place of all was chosen."
                    Horizontal = FigureAxis.linear "epoch"
                    Vertical = FigureAxis.logarithmic "mean squared error"
                    Drawing =
                        Drawing.Lines [
                            yield! lines

                            PointChart.level "tuned kernel" (1.0, float last) evidence.Kernel.Error
                        ]
                }
            ]

    /// Each network at its best epoch: how far its kernel has moved, and how well it does on rows held out.
    let movement (evidence: FeatureEvidence) : PointChart list =
        let lines = [
            for scale, trials in
                evidence.Choice.Trials |> Array.groupBy (fun trial -> Axis.inputScale.Of trial.Spec) do
                let places = [
                    for trial in trials do
                        match trial.Epoch with
                        | Some epoch when trial.Movement[epoch] > 0.0 ->
                            trial.Movement[epoch], trial.Errors[epoch]
                        | Some _
                        | None -> ()
                ]

                if not places.IsEmpty then
                    PointChart.line (Axis.inputScale.Show scale) ChartMark.Points places
        ]

        if lines.IsEmpty then
            []
        else
            let places = lines |> List.collect (fun line -> [ for point in line.Points -> point.X ])

            [
                {
                    Id = "feature-learning-movement"
                    Title = "Does it pay to move the kernel?"
                    Caption =
                        "Each network that was tried, at its best epoch: its held-out error against how far its tangent kernel has moved by then. To the left networks are lazy, to the right they learn features. The dotted line is the tuned kernel, fitted without the same folds."
                    Horizontal = FigureAxis.logarithmicShare "ΔΘ (% of ‖Θ̂₀‖)"
                    Vertical = FigureAxis.linear "held-out mean squared error"
                    Drawing =
                        Drawing.Lines [
                            yield! lines
                            PointChart.level
                                "tuned kernel"
                                (List.min places, List.max places)
                                evidence.Kernel.Error
                        ]
                }
            ]

    /// How many layers have a part of the tangent kernel.
    let private layers (runs: NetworkRun list) =
        runs
        |> List.collect (fun run -> [ for measures in run.Epochs -> measures.LayerAlignment.Length ])
        |> List.fold max 0

    let curves (runs: NetworkRun list) : Curve list =
        let parts: Ordinate list = [
            for layer in 0 .. layers runs - 1 ->
                {
                    Name = $"layer %d{layer + 1}"
                    Quantity = Quantity.LayerAlignment layer
                    Moment = Moment.End
                }
        ]

        let whole: Ordinate = {
            Name = "whole kernel"
            Quantity = Quantity.AlignmentWithTargets
            Moment = Moment.End
        }

        match runs with
        | [] -> []
        | _ -> [
            {
                Curve.create
                    "feature-learning-alignment"
                    "Alignment of the tangent kernel with the targets, layer by layer, while the tuned networks train"
                    "Centred alignment with yyᵀ, on the probe, of Θ̂ and of what each layer's weights contribute to it; mean over seeds, up to the epoch at which they are stopped. Where a line rises, the kernel has turned towards the task."
                    Quantity.AlignmentWithTargets
                    Abscissa.Epoch
                    [] with
                    Ordinates = whole :: parts
                    LeastPlaces = 2
            }
          ]
