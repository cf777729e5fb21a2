namespace NtkPipeline.Core

open DynamicObj
open Plotly.NET
open Plotly.NET.LayoutObjects
open Plotly.NET.TraceObjects

/// Which classes rows were taken for, as pictures of whole numbers.
[<RequireQualifiedAccess>]
module ConfusionFigures =

    /// Up to so many classes a cell has room for its number.
    let private mostNumbers = 12

    let private chart (names: string[]) (counts: int[][]) : GenericChart =
        let shown = names |> Array.map (PlainLine.within 20)

        let axis title = {
            FigureAxis.linear title with
                Ticks = Some(shown |> Array.mapi (fun k name -> float k, name))
        }

        let picture =
            Trace2D.initHeatmap (
                Trace2DStyle.Heatmap(
                    Z = counts,
                    ColorScale = StyleParam.Colorscale.Viridis,
                    ColorBar =
                        ColorBar.init (
                            Title = Title.init (Text = "rows", Side = StyleParam.Side.Right),
                            Thickness = 14.0
                        ),
                    HoverTemplate = "%{text}<extra></extra>"
                )
            )

        let told own named rows = PlotLayout.text $"is %s{shown[own]}, named %s{shown[named]}: %d{rows}"

        picture?text <- counts |> Array.mapi (fun own row -> Array.mapi (told own) row)
        // Names of places, for the data.
        picture?meta <- {| x = names; y = names |}

        if names.Length <= mostNumbers then
            picture?texttemplate <- "%{z}"

        let down =
            PlotLayout.linearAxis (axis "its class") []
            |> LinearAxis.style (AutoRange = StyleParam.AutoRange.Reversed)

        PlotLayout.assemble (axis "named") (PlotLayout.across (axis "named") []) down [] [ picture ]

    /// The words below it, from the numbers in it. `who` names the rows.
    let caption (who: string) (names: string[]) (counts: int[][]) : string =
        let rows, right = ConfusionMatrix.rows counts, ConfusionMatrix.right counts

        let worst =
            match ConfusionMatrix.worst counts with
            | None -> "Each is named right."
            | Some(own, named, wrong) ->
                $"""The most frequent mistake: %s{NumberText.many wrong "row" "rows"} of '%s{names[own]}' %s{if wrong = 1 then "is" else "are"} named '%s{names[named]}'."""

        $"%s{who}: a row of the picture for each class, a column for each name. On the diagonal stand %s{NumberText.count right} of %s{NumberText.count rows}, an accuracy of %s{NumberText.accuracy (float right / float (max 1 rows))}. %s{worst}"

    let draw
        (id: string)
        (title: string)
        (who: string)
        (names: string[])
        (counts: int[][])
        : NtkPipeline.Core.Figure = {
        Id = id
        Title = title
        Caption = caption who names counts
        Chart = chart names counts
    }

    let private sides (values: float[]) = values |> Array.map (fun x -> if x > 0.0 then 1 else 0)

    /// Of outputs cut at 0, as `Metrics.accuracy` cuts them.
    let counts (labels: float[]) (outputs: float[]) : int[][] =
        ConfusionMatrix.count 2 (sides labels) (sides outputs)

    let private classes (findings: Findings) =
        let negative, positive = findings.Data.Classes
        [| negative; positive |]

    let kernel (findings: Findings) : NtkPipeline.Core.Figure =
        counts findings.ValidationLabels findings.Kernel.ValidationOutputs
        |> draw
            "confusion"
            "Which class was taken for which"
            "Validation rows, by kernel regression with the chosen ridge"
            (classes findings)

    let networks (findings: Findings) : NtkPipeline.Core.Figure list = [
        for k, (name, run) in List.indexed (WidestNetworks.all findings) do
            counts findings.ValidationLabels run.ValidationOutputs
            |> draw
                $"confusion-%d{k}"
                $"Which class a network took for which (%s{name})"
                $"Validation rows, by the first of its seeds %s{WidestNetworks.after run}"
                (classes findings)
    ]

    /// What outputs for classes name rows, in a run of any task.
    let taskCounts (task: LearningTask) (expected: float[]) (outputs: Matrix<float>) : int[][] =
        Array.init expected.Length (TaskTargets.named task outputs >> int)
        |> ConfusionMatrix.count (LearningTask.names task).Length (Array.map int expected)
