namespace NtkPipeline.Core

/// The page's entries of layers that take the tokens of a text together.
[<RequireQualifiedAccess>]
module internal TokenGuide =

    let private argument written usual meaning = GuideEntry.argument written usual meaning

    let private conv: LayerGuide = {
        Name = "conv"
        Form = "conv 64 size=3 pad=valid stride=2 w=1.5 b=0.05"
        Example = "conv 64 size=3 | relu | mean-pool | dense 1"
        Meaning =
            "over the tokens x_t of a text: z_s = σ_w/√(size·fan_in) Σ_a W_a·x_(s·stride+a) + σ_b·b, a from −(size−1)/2 to (size−1)/2 with pad=same and from 0 to size−1 with pad=valid, the same weights at every token"
        Arguments = [
            argument "64" GuideEntry.required "channels, 1 or more"
            argument "size=3" GuideEntry.required "tokens in a window, 1 to 1000; odd where pad=same"
            argument
                "pad=valid"
                (Some "same")
                "same: zeros beyond the ends, window s has its middle at token s·stride, and with stride=1 every text keeps its tokens; valid: whole windows only, window s from token s·stride on"
            argument
                "stride=2"
                (Some "1")
                "tokens from one window to the next, 1 to 1000; of an even number of places, JAX's SAME with stride 2 begins windows of 3 or more one place later, so that numbers differ"
            argument "w=1.5" (Some "1") "σ_w, above 0"
            argument "b=0.05" (Some "0, no bias") "σ_b, 0 or above"
        ]
        Ignored = "the number of channels"
    }

    let private attention: LayerGuide = {
        Name = "attention"
        Form = "attention 4 scale=sqrt scores=relu q=1.5 k=1.5 v=1.5 o=1.5 b=0.1 position=0.5"
        Example = "dense 64 | attention 4 | relu | mean-pool | dense 1"
        Meaning =
            "self-attention over the tokens of a text, as wide as what is below it: each token's output sums all tokens' values, weighed by scores of queries and keys"
        Arguments = [
            argument "4" GuideEntry.required "heads, 1 or more"
            argument
                "scale=sqrt"
                (Some "linear")
                "linear: scores over the queries' width, queries and keys having one weight matrix; sqrt: over its root, as in practice"
            argument "scores=relu" (Some "softmax") "what is made of scores: softmax, identity, relu or abs"
            argument "q=1.5" (Some "1") "σ of the queries' weights"
            argument "k=1.5" (Some "1") "σ of the keys' weights"
            argument "v=1.5" (Some "1") "σ of the values' weights"
            argument "o=1.5" (Some "1") "σ of the output's weights"
            argument "b=0.1" (Some "0, no bias") "σ of the output's bias"
            argument
                "position=0.5"
                (Some "0, none")
                "σ of random places, the same for all texts, that queries and keys see; with scale=sqrt the kernel then depends on the order of tokens"
        ]
        Ignored = "the number of heads, of which there are infinitely many"
    }

    let private plain name meaning example : LayerGuide = {
        Name = name
        Form = name
        Example = example
        Meaning = meaning
        Arguments = []
        Ignored = ""
    }

    let all: LayerGuide list = [
        conv
        attention
        plain
            "mean-pool"
            "the mean over the tokens that a text has: one vector a text"
            "conv 64 size=3 | relu | mean-pool | dense 1"
        plain
            "sum-pool"
            "the sum over the tokens that a text has: one vector a text"
            "dense 64 | relu | sum-pool | dense 1"
        plain
            "flatten"
            "all tokens' units beside one another; every text has as many tokens"
            "conv 64 size=3 | relu | flatten | dense 1"
    ]
