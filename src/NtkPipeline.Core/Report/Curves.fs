namespace NtkPipeline.Core

/// Draws a `Curve` from networks.
[<RequireQualifiedAccess>]
module Curves =

    /// The line of a fitted power law: it has the fit's slope and goes through the logarithmic centre of the runs. Against the width,
    /// networks below `Slope.narrowest` are left out, as they are of the fits in tables.
    let private fit (curve: Curve) (axis: Axis) colour name (runs: NetworkRun[]) : FigureSeries option =
        let points =
            runs
            |> Array.choose (fun run ->
                Quantity.ofRun curve.Ordinates.Head.Quantity run
                |> Option.map (fun y -> CurvePoints.place axis run, y))
            |> Array.filter (fun (x, y) ->
                x > 0.0 && y > 0.0 && (axis.Key <> Axis.width.Key || x >= float Slope.narrowest))

        PowerLaw.fit points
        |> Option.map (fun fit ->
            let x0, y0 = points |> Array.averageBy (fst >> log), points |> Array.averageBy (snd >> log)
            let at x = CurvePoint.create x (exp (y0 + fit.Slope * (log x - x0)))
            let all = Array.map fst points

            {
                FigureSeries.create $"∝ %s{axis.Symbol}^%s{NumberText.slope fit.Slope}, %s{name}" colour [|
                    at (Array.min all)
                    at (Array.max all)
                |] with
                    Dash = LineDash.Dotted
            })

    /// One line an ordinate, of networks that share all that the curve's lines tell apart. Ordered colours where lines are widths or the
    /// like, else colours that are easily told apart.
    let private line (curve: Curve) (count: int) (k: int) (runs: NetworkRun[]) : FigureSeries list = [
        let name = CurvePoints.named curve.Lines runs[0]

        let colour =
            match curve.Against, curve.Lines with
            | Abscissa.Epoch, [ _ ] -> Palette.ordered k count
            | _ -> Palette.category k

        for part, ordinate in List.indexed curve.Ordinates do
            let isStart = ordinate.Moment = Moment.Start
            let many = curve.Ordinates.Length > 1

            {
                FigureSeries.create
                    (match many, name with
                     | false, _ -> name
                     | true, "" -> ordinate.Name
                     | true, name -> $"%s{ordinate.Name}, %s{name}")
                    colour
                    (CurvePoints.along curve ordinate runs) with
                    Symbol =
                        (if isStart then
                             None
                         else
                             Some(Palette.symbol (if many && not isStart then part else k)))
                    Dash =
                        (if isStart || (many && part % 2 = 1 && curve.Ordinates.Head.Moment = Moment.End) then
                             LineDash.Dotted
                         else
                             LineDash.Solid)
                    Spread =
                        (match curve.Against with
                         | _ when isStart -> NoSpread
                         | Abscissa.Epoch -> Band
                         | Abscissa.Along _ -> Bars)
            }

        match curve.Against with
        | Abscissa.Along axis when curve.IsFitted -> yield! fit curve axis colour name runs |> Option.toList
        | Abscissa.Along _
        | Abscissa.Epoch -> ()
    ]

    let private horizontal (curve: Curve) (runs: NetworkRun[]) : FigureAxis * (float * float) =
        match curve.Against with
        | Abscissa.Epoch ->
            let last =
                runs |> Seq.collect _.Epochs |> Seq.fold (fun last measures -> max last measures.Epoch) 0

            FigureAxis.linear "epoch (passes over the training rows)", (0.0, float last)
        | Abscissa.Along axis ->
            let places = runs |> Array.map (CurvePoints.place axis) |> Array.distinct |> Array.sort
            let ticks = Some(places |> Array.map (fun x -> x, Axis.text (AxisValue.Number x)))

            let drawn =
                if places[0] > 0.0 then
                    FigureAxis.logarithmic axis.Label
                else
                    FigureAxis.linear axis.Label

            { drawn with Ticks = ticks }, (places[0], Array.last places)

    let private caption (curve: Curve) (runs: NetworkRun[]) =
        let spread =
            match curve.Against with
            | Abscissa.Along _ when curve.IsFitted ->
                " Bars are one standard deviation over seeds; dotted lines are fitted power laws."
            | Abscissa.Along _ -> " Bars are one standard deviation over seeds."
            | Abscissa.Epoch -> ""

        let lost =
            match runs |> Array.filter _.Diverged.IsSome |> Array.length with
            | 0 -> ""
            | lost -> $" Left out: %d{lost} of %d{runs.Length} runs, which diverged."

        let seen =
            match curve.Seen runs with
            | "" -> ""
            | seen -> $" %s{seen}"

        curve.Caption + spread + seen + lost

    let private chart (curve: Curve) (id: string) (title: string) (runs: NetworkRun[]) : Figure option =
        let x, extent = horizontal curve runs

        let hasPlaces (runs: NetworkRun[]) =
            curve.LeastPlaces < 2
            || (CurvePoints.along curve curve.Ordinates.Head runs).Length >= curve.LeastPlaces

        match
            runs |> Array.groupBy (CurvePoints.values curve.Lines) |> Array.map snd |> Array.filter hasPlaces
        with
        | [||] -> None
        | lines ->
            Some {
                Id = id
                Title = title
                Caption = caption curve runs
                Chart =
                    Plot.lines x (FigureAxis.ofQuantity curve.Ordinates.Head.Quantity) [
                        yield!
                            lines
                            |> Seq.indexed
                            |> Seq.collect (fun (k, runs) -> line curve lines.Length k runs)
                        for ordinate in curve.Shared do
                            {
                                FigureSeries.create
                                    ordinate.Name
                                    Palette.ink
                                    (CurvePoints.along curve ordinate runs) with
                                    Dash = LineDash.Dashed
                            }
                        for k, level in List.indexed curve.Levels do
                            let colour, dash =
                                if k = 0 && curve.Shared.IsEmpty then
                                    Palette.ink, LineDash.Dashed
                                else
                                    Palette.grey, LineDash.DashDotted

                            FigureSeries.level level.Name colour dash extent level.At
                    ]
            }

    /// The curve's charts: one a panel, or one. Axes that tell the runs apart and are not
    /// drawn along make panels where there are such, else lines.
    let draw (runs: NetworkRun[]) (curve: Curve) : Figure list =
        let drawn =
            match curve.Against with
            | Abscissa.Along axis -> [ axis.Key ]
            | Abscissa.Epoch -> []

        let known = drawn @ [ for axis in curve.Lines @ curve.Panels @ [ Axis.seed ] -> axis.Key ]

        let further =
            runs
            |> Seq.map _.Spec
            |> Axis.varying
            |> List.filter (fun axis -> not (List.contains axis.Key known))

        let curve =
            if curve.Panels.IsEmpty then
                { curve with Lines = curve.Lines @ further }
            else
                { curve with Panels = curve.Panels @ further }

        match Group.sort runs with
        | _ when curve.Ordinates.IsEmpty -> []
        | [||] -> []
        | runs when curve.Panels.IsEmpty -> chart curve curve.Id curve.Title runs |> Option.toList
        | runs ->
            runs
            |> Array.groupBy (CurvePoints.values curve.Panels)
            |> List.ofArray
            |> List.mapi (fun k (_, runs) ->
                chart
                    curve
                    $"%s{curve.Id}-%d{k}"
                    $"%s{curve.Title} (%s{CurvePoints.named curve.Panels runs[0]})"
                    runs)
            |> List.choose id

    let drawAll (runs: NetworkRun[]) (curves: Curve list) : Figure list = curves |> List.collect (draw runs)
