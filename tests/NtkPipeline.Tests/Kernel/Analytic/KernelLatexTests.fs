module NtkPipeline.Tests.KernelLatexTests

open Expecto
open NtkPipeline.Core

let private count (part: string) (text: string) = text.Split(part).Length - 1

let tests =
    testList "KernelLatex" [
        testCase "the base network's kernels, line by line"
        <| fun () ->
            let expected =
                [
                    @"\begin{aligned}"
                    @"  K_{0} &= \frac{x\cdot z}{d}, \qquad \Theta_{0} = 0 \\"
                    @"  K_{1} &= K_{0} \\"
                    @"  \Theta_{1} &= \Theta_{0} + K_{1} \\"
                    @"  \varphi_{1} &= \arccos\frac{K_{1}}{\sqrt{K_{1}(x,x)\,K_{1}(z,z)}} \\"
                    @"  K_{2} &= \frac{1}{2\pi}\,\sqrt{K_{1}(x,x)\,K_{1}(z,z)}\left(\sin \varphi_{1} + (\pi-\varphi_{1})\cos \varphi_{1}\right) \\"
                    @"  \Theta_{2} &= \Theta_{1}\left(\frac{\pi-\varphi_{1}}{2\pi}\right) \\"
                    @"  K_{3} &= K_{2} \\"
                    @"  \Theta_{3} &= \Theta_{2} + K_{3} \\"
                    @"  K(x,z) &= K_{3}, \qquad \Theta(x,z) = \Theta_{3} \\"
                    @"\end{aligned}"
                ]
                |> String.concat "\n"

            Expect.equal
                (KernelLatex.print (Network.oneHidden Relu.activation Width.one))
                expected
                "as in the literature"

        testProperty "braces and delimiters pair up, whatever the network"
        <| fun (seed: int) ->
            let text = KernelLatex.print (Networks.parse (Networks.random seed))

            count "{" text = count "}" text
            && count @"\left" text = count @"\right" text
            && count @"\begin" text = count @"\end" text

        testProperty "also over tokens, whether there is a closed form or none"
        <| fun (seed: int) ->
            let text =
                KernelLatex.print (
                    Expect.wantOk (NetworkText.parseAny (Networks.randomOverTokens seed)) "a network"
                )

            count "{" text = count "}" text && count @"\left" text = count @"\right" text

        testCase "Gaussian scores: positions have a line of their own, of which all that scores see is made"
        <| fun () ->
            let lines text =
                KernelLatex.print (
                    Expect.wantOk (NetworkText.parseAny $"attention 2 scale=sqrt %s{text}") text
                )

            let has text (parts: string list) =
                for part in parts do
                    Expect.stringContains (lines text) part text

            has "scores=identity" [
                @"c_{1} &= \langle K_{0},K_{0}\rangle = \textstyle\sum_{s,t} K_{0}[s,t]^2"
                @"K_{1} &= c_{1}\,K_{0} "
                @"\left(\Theta_{0} + 4K_{0}\right) + 2\langle K_{0},\Theta_{0}\rangle\,K_{0}\right)"
            ]

            has "scores=identity position=0.5" [
                @"M_{1} &= K_{0} + 0.5^2\,I"
                @"c_{1} &= \langle M_{1},K_{0}\rangle = \textstyle\sum_{s,t} M_{1}[s,t]\,K_{0}[s,t]"
                @"K_{1} &= c_{1}\,M_{1} "
                @"c_{1}\left(\Theta_{0} + 0.5^2\,I + 4M_{1}\right)"
                @"\left(\langle \Theta_{0} + 0.5^2\,I,K_{0}\rangle + \langle M_{1},\Theta_{0}\rangle\right)\,M_{1}"
            ]

            let covariance = @"\mathrm{Cov}\left(g_{s,i},h_{t,j}\right) &= "
            has "scores=relu" [ covariance + @"K_{0}[s,t]\,K_{0}[i,j]" ]

            has "scores=relu position=0.5" [
                @"M_{1} &= K_{0} + 0.5^2\,I"
                covariance + @"M_{1}[s,t]\,M_{1}[i,j]"
                @"\mathbb{E}\left[\mathrm{relu}(g)\,K_{0}\,\mathrm{relu}(h)^{\top}\right]"
            ]

            for text in [ "scores=identity"; "scores=relu" ] do
                Expect.isFalse ((lines text).Contains "M_{1}") "without positions there is none"

        testCase "the output's scale and centring stand in the last line"
        <| fun () ->
            let print ending = KernelLatex.print (Networks.parse $"dense 8 | erf | dense 1%s{ending}")
            let theta = @"\qquad \Theta(x,z) = 2.5^2\,\Theta_{3}"
            Expect.stringContains (print " | scale(2.5)") $@"K(x,z) &= 2.5^2\,K_{{3}}, %s{theta}" "scaled"
            Expect.stringContains (print " | scale(2.5) | centred") $@"K(x,z) &= 0, %s{theta}" "centred"

        testCase "a residual adds its input's kernels to its branch's"
        <| fun () ->
            let text =
                KernelLatex.print (Networks.parse "dense 8 w=1.5 b=0.1 | residual(erf | dense 8) | dense 1")

            Expect.stringContains text @"K_{1} &= 1.5^2\,K_{0} + 0.1^2" "σ_w² K + σ_b²"
            Expect.stringContains text @"K_{4} &= K_{1} + K_{3}" "K"
            Expect.stringContains text @"\Theta_{4} &= \Theta_{1} + \Theta_{3}" "Θ"

        testCase "factors of 1 and of 0 are left out, powers are Isserlis's sums, numbers keep their digits"
        <| fun () ->
            let lines phi = KernelLatex.print (Networks.parse $"dense 8 w=1.41421356 | %s{phi} | dense 1")
            let has (part: string) phi = Expect.stringContains (lines phi) part phi
            let hasNot (part: string) phi = Expect.isFalse ((lines phi).Contains part) $"%s{phi}: %s{part}"
            has @"K_{1} &= 1.41421356^2\,K_{0}" "relu"
            let turn = @"\frac{\varphi_{1}}{\pi}"
            has $@"\Theta_{{1}}\left(\left(1-%s{turn}\right) - %s{turn}\right)" "abs"
            has @"K_{2} &= K_{1} + \frac{2}{\pi}" "abs"
            has $@"\left(0.505\,\left(1-%s{turn}\right) + 0.1\,%s{turn}\right)" "leaky-relu(0.1)"
            has @"\Delta=\left(1+K_{1}(x,x)\right)\left(1+K_{1}(z,z)\right)-K_{1}^2" "gelu"
            hasNot "-^2" "gelu"
            has @"K_{2} &= 2\,K_{1}^{2} + K_{1}(x,x)K_{1}(z,z) \" "monomial(2)"
            has @"\Theta_{2} &= \Theta_{1}\left(4\,K_{1}\right)" "monomial(2)"
            has @"K_{2} &= 6\,K_{1}^{3} + 9\,K_{1}(x,x)K_{1}(z,z)K_{1} \" "monomial(3)"
            has @"9\,\left(2\,K_{1}^{2} + K_{1}(x,x)K_{1}(z,z)\right)" "monomial(3)"
            has @"K_{2} &= K_{1} \" "monomial(1)"
            has @"\Theta_{2} &= \Theta_{1}\left(1\right)" "monomial(1)"
    ]
