namespace NtkPipeline.Core

/// The recursions of layers over tokens as LaTeX, of a pair of texts x, z: K_n stands for K_n(x,z), a matrix over pairs of tokens with
/// entries K_n[s,t], and sums go over the tokens that count.
[<RequireQualifiedAccess>]
module TokenLatex =

    let private number = PairLatex.number
    let private k (n: int) = $@"K_{{%d{n}}}"
    let private theta (n: int) = $@"\Theta_{{%d{n}}}"
    let private squared (sigma: float) = if sigma = 1.0 then "" else $@"%s{number sigma}^2\,"
    let private bias (sigma: float) = if sigma = 0.0 then "" else $@" + %s{number sigma}^2"

    let private product (factors: (float * string) list) =
        factors
        |> List.filter (fun (factor, _) -> factor <> 1.0)
        |> List.map (fun (factor, power) -> $@"%s{number factor}%s{power}\,")
        |> String.concat ""

    let private conv (conv: Convolution) (n: int) : string list =
        let first, last =
            match conv.Padding with
            | Padding.Same -> $"-%d{conv.Size / 2}", $"%d{conv.Size / 2}"
            | Padding.Valid -> "0", $"%d{conv.Size - 1}"

        let place name = if conv.Stride = 1 then $"%s{name}+o" else $@"%d{conv.Stride}%s{name}+o"

        let row, column = place "s", place "t"

        let weight =
            if conv.Prior.WeightScale = 1.0 then
                "1"
            else
                $"%s{number conv.Prior.WeightScale}^2"

        let sum (matrix: string) =
            $@"\frac{{%s{weight}}}{{%d{conv.Size}}}\sum_{{o=%s{first}}}^{{%s{last}}} %s{matrix}[%s{row},%s{column}]"

        [
            $@"%s{k (n + 1)}[s,t] &= %s{sum (k n)}%s{bias conv.Prior.BiasScale}"
            $@"%s{theta (n + 1)}[s,t] &= %s{k (n + 1)}[s,t] + %s{sum (theta n)}"
        ]

    let private attention (attention: Attention) (n: int) : string list =
        let scales = attention.Scales
        let values = product [ scales.Output, "^2"; scales.Value, "^2" ]
        let keys = product [ scales.Query, ""; scales.Key, "" ]
        let scores text = $@"G_{{%d{n + 1}}}(%s{text})"
        let ofX, ofZ = scores "x", scores "z"
        let weighed inner = $@"%s{values}%s{ofX}\,%s{inner}\,%s{ofZ}^{{\top}}%s{bias scales.Bias}"

        let positions = if scales.Position = 0.0 then "" else $@" + %s{squared scales.Position}I"

        // Gaussian scores see places in the texts: what they see has a line of its own.
        let m, placed =
            if positions = "" then
                k n, []
            else
                $@"M_{{%d{n + 1}}}", [ $@"M_{{%d{n + 1}}} &= %s{k n}%s{positions}" ]

        let inner text =
            if positions = "" then
                $@"%s{keys}K_{{%d{n}}}(%s{text},%s{text})"
            else
                $@"%s{keys}\left(K_{{%d{n}}}(%s{text},%s{text})%s{positions}\right)"

        match attention.Scale, attention.Scores with
        | ScoreScale.Linear, rule ->
            let products = inner "x"

            let scored =
                match rule with
                | ScoreRule.Identity -> products
                | ScoreRule.Softmax -> $@"\mathrm{{softmax}}\left(%s{products}\right)"
                | ScoreRule.Relu -> $@"\max\left(0,\,%s{products}\right)"
                | ScoreRule.Abs -> $@"\left|%s{products}\right|"

            let both = $@"\left(%s{theta n} + 2%s{k n}\right)"
            let own = scores "x"

            [
                $@"%s{own} &= %s{scored}"
                $@"%s{k (n + 1)} &= %s{weighed (k n)}"
                $@"%s{theta (n + 1)} &= %s{weighed both}"
            ]
        | ScoreScale.Sqrt, ScoreRule.Identity ->
            let all =
                product [
                    scales.Query, "^2"
                    scales.Key, "^2"
                    scales.Value, "^2"
                    scales.Output, "^2"
                ]

            let inner a b = $@"\langle %s{a},%s{b}\rangle"
            let c = $@"c_{{%d{n + 1}}}"
            let trained = theta n + positions

            let square, crossed =
                if positions = "" then
                    $"%s{k n}[s,t]^2", $"2%s{inner (k n) (theta n)}"
                else
                    $@"%s{m}[s,t]\,%s{k n}[s,t]",
                    $@"\left(%s{inner trained (k n)} + %s{inner m (theta n)}\right)"

            placed
            @ [
                $@"%s{c} &= %s{inner m (k n)} = \textstyle\sum_{{s,t}} %s{square}"
                $@"%s{k (n + 1)} &= %s{all}%s{c}\,%s{m}%s{bias scales.Bias}"
                $@"%s{theta (n + 1)} &= %s{all}\left(%s{c}\left(%s{trained} + 4%s{m}\right) + %s{crossed}\,%s{m}\right)%s{bias scales.Bias}"
            ]
        | ScoreScale.Sqrt, rule ->
            let zeta =
                match rule with
                | ScoreRule.Softmax -> "softmax"
                | ScoreRule.Relu -> "relu"
                | ScoreRule.Abs -> "abs"
                | ScoreRule.Identity -> "identity"

            let scored = $@"\mathrm{{%s{zeta}}}"

            let keys = product [ scales.Query, "^2"; scales.Key, "^2" ]

            // Left as an expectation over Gaussian scores g of x and h of z.
            placed
            @ [
                $@"\mathrm{{Cov}}\left(g_{{s,i}},h_{{t,j}}\right) &= %s{keys}%s{m}[s,t]\,%s{m}[i,j]"
                $@"%s{k (n + 1)} &= %s{values}\mathbb{{E}}\left[%s{scored}(g)\,%s{k n}\,%s{scored}(h)^{{\top}}\right]%s{bias scales.Bias}"
                $@"%s{theta (n + 1)} &\text{{ has no closed form}}"
            ]

    /// The lines of a layer upon the kernels numbered n.
    let lines (layer: TokenLayer) (n: int) : string list =
        let pooled factor sum entry = [
            $@"%s{k (n + 1)} &= %s{factor}\sum_{{%s{sum}}} %s{k n}[%s{entry}]"
            $@"%s{theta (n + 1)} &= %s{factor}\sum_{{%s{sum}}} %s{theta n}[%s{entry}]"
        ]

        match layer with
        | TokenLayer.Conv settings -> conv settings n
        | TokenLayer.Attention settings -> attention settings n
        | TokenLayer.MeanPool -> pooled @"\frac{1}{n_x n_z}" "s,t" "s,t"
        | TokenLayer.SumPool -> pooled "" "s,t" "s,t"
        | TokenLayer.Flatten -> pooled @"\frac{1}{T}" "s" "s,s"
