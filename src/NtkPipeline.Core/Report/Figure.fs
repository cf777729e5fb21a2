namespace NtkPipeline.Core

open System.Text.RegularExpressions
open Plotly.NET
open Plotly.NET.LayoutObjects

/// A chart with its words. The id is its place in the page.
type Figure = { Id: string; Title: string; Caption: string; Chart: GenericChart }

/// Figures as the page holds them.
[<RequireQualifiedAccess>]
module Figure =

    /// The figure's colours by what stands for them on a dark screen.
    let private dark (json: string) : string =
        Regex.Matches(json, "\"(#[0-9A-Fa-f]{6})\"")
        |> Seq.map _.Groups[1].Value
        |> Seq.distinct
        |> Seq.map (fun colour -> colour, Palette.inDark colour)
        |> Seq.filter (fun (colour, other) -> colour <> other)
        |> Seq.map (fun (colour, other) -> $"\"%s{colour}\":\"%s{other}\"")
        |> String.concat ","

    /// Without what says nothing, and with the colours of dark screens.
    let private compact (json: string) : string =
        let json = json.Replace(",\"frames\":[]", "").Replace("\"shapes\":[],", "")
        $"%s{json.Substring(0, json.LastIndexOf '}')},\"dark\":{{%s{dark json}}}}}"

    /// The chart as JSON that a script element can hold: no character that could end the element. A synthetic sample is
    /// named in the picture itself, which a reader may save.
    let json (isSynthetic: bool) (figure: Figure) : string =
        if isSynthetic then
            let mark =
                Annotation.init (
                    Text = "synthetic sample",
                    X = 0.0,
                    Y = 1.0,
                    XRef = "paper",
                    YRef = "paper",
                    XAnchor = StyleParam.XAnchorPosition.Left,
                    YAnchor = StyleParam.YAnchorPosition.Bottom,
                    ShowArrow = false,
                    Font = Font.init (Size = 12.0, Color = Color.fromString Palette.warning)
                )

            figure.Chart |> Chart.withAnnotation mark
        else
            figure.Chart
        |> GenericChart.toFigureJson
        |> compact
        |> _.Replace("<", "\\u003c").Replace(">", "\\u003e").Replace("&", "\\u0026")
