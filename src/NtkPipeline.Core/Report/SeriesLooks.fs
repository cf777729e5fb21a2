namespace NtkPipeline.Core

open Plotly.NET

/// What a reader tells the series of a chart apart by: colour, dash and marker. No two named series of a chart have all three alike.
[<RequireQualifiedAccess>]
module SeriesLooks =

    /// Colour; dash, where there is a line; marker, where there are markers.
    let look (series: FigureSeries) : string * LineDash option * StyleParam.MarkerSymbol option =
        let symbol =
            if series.HasLine then
                series.Symbol
            else
                Some(Option.defaultValue (Palette.symbol 0) series.Symbol)

        series.Color, (if series.HasLine then Some series.Dash else None), symbol

    let private colours = [ yield! List.init 6 Palette.category; Palette.ink; Palette.grey ]

    let private dashes = [ LineDash.Solid; LineDash.Dashed; LineDash.Dotted; LineDash.DashDotted ]

    let private symbols = List.init 6 (Palette.symbol >> Some)

    /// So many series of one kind, lines without markers, lines with them, or markers alone, can be told apart at least.
    let most = colours.Length * symbols.Length

    /// The series' own look and then others, those first that keep its colour, and of these those that keep its marker.
    let private ways (series: FigureSeries) : FigureSeries seq =
        let from own all = own :: List.filter ((<>) own) all

        seq {
            for colour in from series.Color colours do
                for symbol in from series.Symbol symbols do
                    for dash in (if series.HasLine then from series.Dash dashes else [ series.Dash ]) do
                        { series with Color = colour; Symbol = symbol; Dash = dash }
        }

    /// The same series, those that would look like an earlier one of another name in the first way that is free. Series of one name are
    /// one, and look alike; those without a name stay as they are. More than `most` may repeat a look.
    let distinct (series: FigureSeries list) : FigureSeries list =
        let give (taken: Map<string, FigureSeries>) (one: FigureSeries) =
            if not one.IsNamed then
                one, taken
            else
                match Map.tryFind one.Name taken with
                | Some known ->
                    { one with Color = known.Color; Symbol = known.Symbol; Dash = known.Dash }, taken
                | None ->
                    let others = taken |> Map.toList |> List.map (snd >> look)

                    let free =
                        ways one
                        |> Seq.tryFind (fun way -> not (List.contains (look way) others))
                        |> Option.defaultValue one

                    free, Map.add one.Name free taken

        List.mapFold give Map.empty series |> fst

    /// Series that look as those of the same name among some others do.
    let like (others: FigureSeries list) (series: FigureSeries list) : FigureSeries list =
        series
        |> List.map (fun one ->
            match others |> List.tryFind (fun other -> other.IsNamed && other.Name = one.Name) with
            | Some other when one.IsNamed -> {
                one with
                    Color = other.Color
                    Symbol = other.Symbol
                    Dash = other.Dash
              }
            | _ -> one)
