namespace NtkPipeline.Core

/// The closed form of a network's K and Θ as LaTeX: one line a layer, each kernel written in terms of the one below, so that
/// the text stays readable at any depth. K and Θ of the pair (x, z) carry the layer's number; the diagonal entries are
/// written K(x,x) and K(z,z). Of a network over tokens they are those of a token s of x and a token t of z, but for the layers that
/// take tokens together: see `TokenLatex`.
[<RequireQualifiedAccess>]
module KernelLatex =

    let private number = PairLatex.number

    let private k (n: int) = $@"K_{{%d{n}}}"
    let private xx (n: int) = $@"K_{{%d{n}}}(x,x)"
    let private zz (n: int) = $@"K_{{%d{n}}}(z,z)"
    let private theta (n: int) = $@"\Theta_{{%d{n}}}"

    /// The kernel numbered n; the angle, which only piecewise linear activations write, is named φ with that number.
    let private pair (n: int) : PairLatex = { K = k n; Xx = xx n; Zz = zz n; Angle = $@"\varphi_{{%d{n}}}" }

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
                    let pair = pair n
                    let value, slope = activation.Latex pair

                    [
                        if (value + slope).Contains pair.Angle then
                            $@"%s{pair.Angle} &= \arccos\frac{{%s{pair.K}}}{{%s{pair.Norm}}}"
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
                | Tokens layer ->
                    let width =
                        match layer with
                        | TokenLayer.Conv conv -> string conv.Width.Value
                        | TokenLayer.Flatten -> $@"T\,%s{fanIn}"
                        | TokenLayer.Attention _
                        | TokenLayer.MeanPool
                        | TokenLayer.SumPool -> fanIn

                    TokenLatex.lines layer n, n + 1, width

            let above, last, width = lines rest top width
            here @ above, last, width

    /// An `aligned` block, from the inputs to K and Θ of the whole network; d is the number of features, and u, v are a centred
    /// Gaussian pair with the moments of the kernel below where an expectation is left as one.
    let print (network: Network) : string =
        let body, top, _ = lines network.Layers 0 "d"
        let scale = if network.OutputScale = 1.0 then "" else $@"%s{number network.OutputScale}^2\,"

        let entry, inner =
            match Layer.firstOfTokens network.Layers with
            | Some _ -> "[s,t]", @"x_s\cdot z_t"
            | None -> "", @"x\cdot z"

        let covariance = if network.Centred then "0" else scale + k top

        [
            @"\begin{aligned}"
            yield!
                [ $@"%s{k 0}%s{entry} &= \frac{{%s{inner}}}{{d}}, \qquad %s{theta 0} = 0" ]
                @ body
                @ [ $@"K(x,z) &= %s{covariance}, \qquad \Theta(x,z) = %s{scale}%s{theta top}" ]
                |> List.map (fun line -> $@"  %s{line} \\")
            @"\end{aligned}"
        ]
        |> String.concat "\n"
