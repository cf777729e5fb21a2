namespace NtkPipeline.Core

open System.Globalization

/// The closed form of a network's K and Θ as LaTeX: one line a layer, each kernel written in terms of the one below, so that
/// the text stays readable at any depth. K and Θ of the pair (x, z) carry the layer's number; the diagonal entries are
/// written K(x,x) and K(z,z).
[<RequireQualifiedAccess>]
module KernelLatex =

    /// All digits but the last two or three, in which sums of decimal fractions have rounding.
    let private number (x: float) = x.ToString("G14", CultureInfo.InvariantCulture)

    /// What a factor is written as before something: nothing for 1.
    let private times (factor: float) : string = if factor = 1.0 then "" else $@"%s{number factor}\,"

    let private k (n: int) = $@"K_{{%d{n}}}"
    let private xx (n: int) = $@"K_{{%d{n}}}(x,x)"
    let private zz (n: int) = $@"K_{{%d{n}}}(z,z)"
    let private theta (n: int) = $@"\Theta_{{%d{n}}}"

    /// E[φφ] and E[φ'φ'] in terms of the kernel numbered n; the angle of piecewise linear ones is named φ with that number.
    let private dual (activation: Activation) (n: int) : string * string =
        let k, xx, zz = k n, xx n, zz n
        let angle = $@"\varphi_{{%d{n}}}"
        let norm = $@"\sqrt{{%s{xx}\,%s{zz}}}"
        let lune = $@"\left(\sin %s{angle} - %s{angle}\cos %s{angle}\right)"

        let pieces (a: float) (b: float) =
            let size, bend, product = (a * a + b * b) / 2.0, (a - b) * (a - b) / 2.0, a * b
            let turned = $@"\frac{{%s{angle}}}{{\pi}}"

            let last =
                if product = 0.0 then
                    ""
                else
                    let sign = if product < 0.0 then "-" else "+"
                    $@" %s{sign} %s{times (abs product)}%s{turned}"

            $@"%s{times size}%s{k} + \frac{{%s{number bend}}}{{\pi}}\,%s{norm}\,%s{lune}",
            $@"%s{times size}\left(1-%s{turned}\right)%s{last}"

        /// n!² / (j!·((n−j)/2)!²·2ⁿ⁻ʲ)·K^j·(K_xx K_zz)^((n−j)/2), summed over j.
        let isserlis (power: int) =
            let raised (what: string) (exponent: int) =
                match exponent with
                | 0 -> ""
                | 1 -> what
                | _ -> $"%s{what}^{{%d{exponent}}}"

            Dual.isserlis power
            |> Array.mapi (fun j coefficient -> j, coefficient)
            |> Array.rev
            |> Array.filter (fun (_, coefficient) -> coefficient <> 0.0)
            |> Array.map (fun (j, coefficient) ->
                let half = (power - j) / 2
                let moments = raised xx half + raised zz half + raised k j

                if moments = "" then number coefficient
                elif coefficient = 1.0 then moments
                else number coefficient + @"\," + moments)
            |> String.concat " + "

        let gap = $@"%s{xx}+%s{zz}-2%s{k}"
        let decay = $@"e^{{-(%s{xx}+%s{zz})/2}}"

        let expectation =
            let name = Activation.print activation

            $@"\mathbb{{E}}\left[\mathrm{{%s{name}}}(u)\,\mathrm{{%s{name}}}(v)\right]",
            $@"\mathbb{{E}}\left[\mathrm{{%s{name}}}'(u)\,\mathrm{{%s{name}}}'(v)\right]"

        match activation with
        | Relu ->
            $@"\frac{{1}}{{2\pi}}\,%s{norm}\left(\sin %s{angle} + (\pi-%s{angle})\cos %s{angle}\right)",
            $@"\frac{{\pi-%s{angle}}}{{2\pi}}"
        | LeakyRelu slope -> pieces 1.0 slope
        | Abs -> pieces 1.0 -1.0
        | Identity -> k, "1"
        | Erf ->
            $@"\frac{{2}}{{\pi}}\arcsin\frac{{2%s{k}}}{{\sqrt{{\left(1+2%s{xx}\right)\left(1+2%s{zz}\right)}}}}",
            $@"\frac{{4}}{{\pi}}\left(\left(1+2%s{xx}\right)\left(1+2%s{zz}\right)-4%s{k}^2\right)^{{-1/2}}"
        | Gelu ->
            let delta = $@"\left(1+%s{xx}\right)\left(1+%s{zz}\right)-%s{k}^2"
            let shares = $@"\frac{{1}}{{1+%s{xx}}}+\frac{{1}}{{1+%s{zz}}}"

            let arc =
                $@"\frac{{1}}{{4}}+\frac{{1}}{{2\pi}}\arcsin\frac{{%s{k}}}{{\sqrt{{(1+%s{xx})(1+%s{zz})}}}}"

            $@"%s{k}\left(%s{arc}\right)+\frac{{%s{xx}%s{zz}-%s{k}^2+%s{k}^2\left(%s{shares}\right)}}{{2\pi\sqrt{{\Delta}}}},\quad \Delta=%s{delta}",
            $@"%s{arc}+\frac{{%s{k}}}{{2\pi\sqrt{{\Delta}}}}\left(%s{shares}+\frac{{1}}{{\Delta}}\right)"
        | Sin -> $@"%s{decay}\sinh %s{k}", $@"%s{decay}\cosh %s{k}"
        | Cos -> $@"%s{decay}\cosh %s{k}", $@"%s{decay}\sinh %s{k}"
        | Gaussian ->
            let delta = $@"\left(1+2%s{xx}\right)\left(1+2%s{zz}\right)-4%s{k}^2"
            $@"\left(%s{delta}\right)^{{-1/2}}", $@"4%s{k}\left(%s{delta}\right)^{{-3/2}}"
        | Rbf gamma ->
            let g = number gamma

            $@"e^{{-%s{g}\left(%s{gap}\right)}}",
            $@"%s{number (2.0 * gamma)}\,e^{{-%s{g}\left(%s{gap}\right)}}"
        | ExpNormalised -> $@"%s{norm}\,e^{{%s{k}/%s{norm}-1}}", $@"e^{{%s{k}/%s{norm}-1}}"
        | Monomial power ->
            let inner = isserlis (power - 1)
            let inner = if inner.Contains " + " then $@"\left(%s{inner}\right)" else inner
            isserlis power, times (float (power * power)) + inner
        | Tanh
        | Softplus
        | Silu
        | Sigmoid -> expectation

    /// The lines and the number of the layer on top; `n` is the number below.
    let rec private lines (layers: Layer list) (n: int) (fanIn: string) : string list * int * string =
        match layers with
        | [] -> [], n, fanIn
        | layer :: rest ->
            let here, top, width =
                match layer with
                | Dense(width, prior) ->
                    let scaled what =
                        if prior.WeightScale = 1.0 then
                            what
                        else
                            $@"%s{number prior.WeightScale}^2\,%s{what}"

                    let bias = if prior.HasBias then $@" + %s{number prior.BiasScale}^2" else ""

                    let own =
                        match prior.Parameterisation with
                        | Ntk -> k (n + 1)
                        | Standard -> $@"%s{fanIn}\,%s{k n}" + (if prior.HasBias then " + 1" else "")

                    [
                        $@"%s{k (n + 1)} &= %s{scaled (k n)}%s{bias}"
                        $@"%s{theta (n + 1)} &= %s{scaled (theta n)} + %s{own}"
                    ],
                    n + 1,
                    string width.Value
                | Activate activation ->
                    let value, slope = dual activation n

                    [
                        if (Activation.linearPieces activation).IsSome && activation <> Identity then
                            $@"\varphi_{{%d{n}}} &= \arccos\frac{{%s{k n}}}{{\sqrt{{%s{xx n}\,%s{zz n}}}}}"
                        $@"%s{k (n + 1)} &= %s{value}"
                        $@"%s{theta (n + 1)} &= %s{theta n}\left(%s{slope}\right)"
                    ],
                    n + 1,
                    fanIn
                | LayerNorm eps ->
                    let plus = if eps = 0.0 then "" else $"+%s{number eps}"
                    let root = $@"\sqrt{{\left(%s{xx n}%s{plus}\right)\left(%s{zz n}%s{plus}\right)}}"

                    [
                        $@"%s{k (n + 1)} &= %s{k n}\,/\,%s{root}"
                        $@"%s{theta (n + 1)} &= %s{theta n}\,/\,%s{root}"
                    ],
                    n + 1,
                    fanIn
                | Residual branch ->
                    let inner, top, _ = lines branch n fanIn

                    inner
                    @ [
                        $@"%s{k (top + 1)} &= %s{k n} + %s{k top}"
                        $@"%s{theta (top + 1)} &= %s{theta n} + %s{theta top}"
                    ],
                    top + 1,
                    fanIn

            let above, last, width = lines rest top width
            here @ above, last, width

    /// An `aligned` block, from the inputs to K and Θ of the whole network; d is the number of features, and u, v are a centred
    /// Gaussian pair with the moments of the kernel below where an expectation is left as one.
    let print (network: Network) : string =
        let body, top, _ = lines network.Layers 0 "d"
        let scale = if network.OutputScale = 1.0 then "" else $@"%s{number network.OutputScale}^2\,"
        let covariance = if network.Centred then "0" else scale + k top

        [
            @"\begin{aligned}"
            yield!
                [ $@"%s{k 0} &= \frac{{x\cdot z}}{{d}}, \qquad %s{theta 0} = 0" ]
                @ body
                @ [ $@"K(x,z) &= %s{covariance}, \qquad \Theta(x,z) = %s{scale}%s{theta top}" ]
                |> List.map (fun line -> $@"  %s{line} \\")
            @"\end{aligned}"
        ]
        |> String.concat "\n"
