namespace NtkPipeline.Core

open System
open Plotly.NET

/// Colours that the common kinds of colour blindness keep apart. Widths run along viridis, the widest darkest.
[<RequireQualifiedAccess>]
module Palette =

    let ink = "#222222"
    let grey = "#777777"

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

    /// The colour of place k among `count` ordered things, the first of which is the lightest.
    let ordered (k: int) (count: int) : string =
        let share = if count < 2 then 0.5 else 1.0 - float k / float (count - 1)
        let place = share * float (viridis.Length - 1)
        let below = min (int place) (viridis.Length - 2)
        let rest = place - float below

        let mix (a: int) (b: int) = int (Math.Round(float a + rest * float (b - a)))

        let r0, g0, b0 = viridis[below]
        let r1, g1, b1 = viridis[below + 1]
        $"#%02X{mix r0 r1}%02X{mix g0 g1}%02X{mix b0 b1}"

    /// The colour at a share of its strength.
    let translucent (opacity: float) (hex: string) : string =
        let part k = Convert.ToInt32(hex.Substring(k, 2), 16)
        $"rgba(%d{part 1},%d{part 3},%d{part 5},%s{NumberText.short opacity})"
