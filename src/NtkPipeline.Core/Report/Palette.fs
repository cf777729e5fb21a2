namespace NtkPipeline.Core

open System
open Plotly.NET

/// Colours that the common kinds of colour blindness keep apart. Widths run along viridis, the widest darkest.
[<RequireQualifiedAccess>]
module Palette =

    let ink = "#222222"
    let grey = "#777777"
    let paper = "#ffffff"
    let grid = "#eeeeee"
    let warning = "#A33B00"

    /// Viridis at steps of one eighth, without its yellow end, which white paper swallows.
    let private viridis = [|
        0x44, 0x01, 0x54
        0x48, 0x28, 0x78
        0x3E, 0x4A, 0x89
        0x31, 0x68, 0x8E
        0x26, 0x82, 0x8E
        0x1F, 0x9E, 0x89
        0x35, 0xB7, 0x79
        0x8F, 0xC8, 0x3C
    |]

    /// Okabe and Ito's colours, for what has no order.
    let private distinct = [| "#0072B2"; "#D55E00"; "#009E73"; "#CC79A7"; "#E69F00"; "#56B4E9" |]

    let private symbols = [|
        StyleParam.MarkerSymbol.Circle
        StyleParam.MarkerSymbol.Square
        StyleParam.MarkerSymbol.Diamond
        StyleParam.MarkerSymbol.TriangleUp
        StyleParam.MarkerSymbol.Cross
        StyleParam.MarkerSymbol.Star
    |]

    let private wrap (values: 'a[]) (k: int) = values[k % values.Length]

    let category (k: int) : string = wrap distinct k

    let symbol (k: int) : StyleParam.MarkerSymbol = wrap symbols k

    /// Viridis from its middle on: what a dark screen shows of it.
    let private viridisInDark = [|
        0x35, 0x72, 0x98
        0x26, 0x82, 0x8E
        0x1F, 0x9E, 0x89
        0x35, 0xB7, 0x79
        0x6D, 0xCD, 0x59
        0xB4, 0xDE, 0x2C
        0xFD, 0xE7, 0x25
    |]

    /// The colour at a share of the way along some colours.
    let private along (colours: (int * int * int)[]) (share: float) : string =
        let place = share * float (colours.Length - 1)
        let below = min (int place) (colours.Length - 2)
        let rest = place - float below

        let mix (a: int) (b: int) = int (Math.Round(float a + rest * float (b - a)))

        let r0, g0, b0 = colours[below]
        let r1, g1, b1 = colours[below + 1]
        $"#%02X{mix r0 r1}%02X{mix g0 g1}%02X{mix b0 b1}"

    /// The colour of place k among `count` ordered things, the first of which is the lightest.
    let ordered (k: int) (count: int) : string =
        let share = if count < 2 then 0.5 else 1.0 - float k / float (count - 1)
        along viridis share

    let private parts (hex: string) =
        let part k = Convert.ToInt32(hex.Substring(k, 2), 16) |> float
        [| part 1; part 3; part 5 |]

    /// The share of the way along viridis at which a colour lies; none where it lies elsewhere.
    let private shareOf (hex: string) : float option =
        let colour = parts hex

        let onSegment k =
            let ends (r, g, b) = [| float (r: int); float (g: int); float (b: int) |]
            let from = ends viridis[k]
            let step = Array.map2 (-) (ends viridis[k + 1]) from
            let product = Array.fold2 (fun sum a b -> sum + a * b) 0.0
            let share = product (Array.map2 (-) colour from) step / product step step |> max 0.0 |> min 1.0
            let miss = Array.map3 (fun c f s -> abs (c - f - share * s)) colour from step |> Array.max
            miss, float k + share

        let miss, place = [ 0 .. viridis.Length - 2 ] |> List.map onSegment |> List.min
        if miss < 1.5 then Some(place / float (viridis.Length - 1)) else None

    /// What stands for each colour of paper on a dark screen.
    let private onDark =
        Map [
            ink, "#E6E8EB"
            grey, "#9AA4AE"
            paper, "#15181D"
            grid, "#2D333B"
            warning, "#FF9E6B"
            yield! Array.zip distinct [| "#4CA3E0"; "#F07C2E"; "#2FC08F"; "#DE95BC"; "#F2BC3F"; "#A6DCFA" |]
        ]

    /// The colour as it is on a dark screen: what is near ink on paper is near white there. Ordered colours turn around, so that the last
    /// stands out most on both.
    let inDark (hex: string) : string =
        match Map.tryFind hex onDark with
        | Some colour -> colour
        | None ->
            match shareOf hex with
            | Some share -> along viridisInDark (1.0 - share)
            | None -> hex

    /// The colour at a share of its strength.
    let translucent (opacity: float) (hex: string) : string =
        let part k = Convert.ToInt32(hex.Substring(k, 2), 16)
        $"rgba(%d{part 1},%d{part 3},%d{part 5},%s{NumberText.short opacity})"
