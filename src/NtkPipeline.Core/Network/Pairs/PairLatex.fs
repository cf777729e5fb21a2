namespace NtkPipeline.Core

open System.Globalization

/// How a pair's moments are written in LaTeX: K(x,z), K(x,x), K(z,z) and the angle.
type PairLatex = {
    K: string
    Xx: string
    Zz: string
    Angle: string
} with

    /// √(K(x,x) K(z,z))
    member this.Norm = $@"\sqrt{{%s{this.Xx}\,%s{this.Zz}}}"

/// What several duals are written with.
[<RequireQualifiedAccess>]
module PairLatex =

    /// All digits but the last two or three, in which sums of decimal fractions have rounding.
    let number (x: float) : string = x.ToString("G14", CultureInfo.InvariantCulture)

    /// What a factor is written as before something: nothing for 1.
    let times (factor: float) : string = if factor = 1.0 then "" else $@"%s{number factor}\,"

    /// E[φφ] and E[φ'φ'] of φ(x) = a·max(x, 0) + b·min(x, 0).
    let bend (a: float) (b: float) (pair: PairLatex) : string * string =
        let angle = pair.Angle
        let lune = $@"\left(\sin %s{angle} - %s{angle}\cos %s{angle}\right)"
        let size, bend, product = (a * a + b * b) / 2.0, (a - b) * (a - b) / 2.0, a * b
        let turned = $@"\frac{{%s{angle}}}{{\pi}}"

        let last =
            if product = 0.0 then
                ""
            else
                let sign = if product < 0.0 then "-" else "+"
                $@" %s{sign} %s{times (abs product)}%s{turned}"

        $@"%s{times size}%s{pair.K} + \frac{{%s{number bend}}}{{\pi}}\,%s{pair.Norm}\,%s{lune}",
        $@"%s{times size}\left(1-%s{turned}\right)%s{last}"

    /// Both left as expectations over a Gaussian pair (u, v).
    let expectation (name: string) (_: PairLatex) : string * string =
        $@"\mathbb{{E}}\left[\mathrm{{%s{name}}}(u)\,\mathrm{{%s{name}}}(v)\right]",
        $@"\mathbb{{E}}\left[\mathrm{{%s{name}}}'(u)\,\mathrm{{%s{name}}}'(v)\right]"
