module NtkPipeline.Tests.TokenParserTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "TokenParser" [
        testProperty "a printed network over tokens is parsed to itself, and printed the same"
        <| fun (seed: int) ->
            let text = Networks.randomOverTokens seed
            let network = Expect.wantOk (NetworkText.parseAny text) text
            let printed = NetworkText.print network
            let again = Expect.wantOk (NetworkText.parseAny printed) printed
            again = network && NetworkText.print again = printed

        testCase "defaults are left out, and settings stand in any order"
        <| fun () ->
            let print text = NetworkText.print (Expect.wantOk (NetworkText.parseAny text) text)

            Expect.equal
                (print "conv 64 b=0 stride=1 pad=same size=3 w=1|relu|mean-pool|dense 1")
                "conv 64 size=3 | relu | mean-pool | dense 1"
                "conv"

            Expect.equal
                (print "attention 4 o=1 q=0.50 scores=softmax scale=linear position=0 | sum-pool")
                "attention 4 q=0.5 | sum-pool"
                "attention"

            Expect.equal
                (print "repeat(2, conv 8 size=2 pad=valid | relu) | flatten | dense 1 | scale(2)")
                "conv 8 size=2 pad=valid | relu | conv 8 size=2 pad=valid | relu | flatten | dense 1 | scale(2)"
                "repeat"

        testCase "what cannot stand where it stands is refused, with a caret under the place"
        <| fun () ->
            for text, part in
                [
                    "conv 8 | relu", "needs the size of its window"
                    "conv 8 size=4 | relu", "the size of a conv is odd, not 4"
                    "conv 8 size=0 pad=valid", "1 to 1000 tokens, not 0"
                    "conv 8 size=3 stride=0", "stride of a conv is 1 to 1000"
                    "conv 8 size=3 size=3", "size= is given twice"
                    "conv 8 size=3 w=-1", "w is above 0"
                    "conv 8 size=3 pad=full", "valid"
                    "attention 0", "a width is positive"
                    "attention 4 q=0", "q of an attention is above 0"
                    "attention 4 b=-1", "b of an attention is 0 (none) to 1e6"
                    "attention 4 scores=gelu", "softmax"
                    "mean-pool | conv 8 size=3",
                    "conv needs tokens below it, and a pool or flatten has left none"
                    "dense 8 | flatten | attention 4", "attention needs tokens below it"
                    "mean-pool | sum-pool", "sum-pool needs tokens below it"
                    "mean-pool | relu | dense 1",
                    "relu needs a dense layer right before it, or conv or attention"
                    "dense 8 | flatten | relu | dense 1", "relu needs a dense layer"
                    "dense 8 | relu | mean-pool | erf | dense 1", "erf needs a dense layer"
                    "residual(conv 8 size=3) | dense 1", "a residual needs a dense layer before it"
                    "dense 8 | residual(conv 7 size=3) | dense 1", "as wide as its input: 8 units, not 7"
                    "dense 8 | residual(mean-pool | dense 8)", "keeps every token at its place"
                    "dense 8 | residual(conv 8 size=3 stride=2)", "keeps every token at its place"
                    "conv 8 size=3 stride=2 | residual(conv 8 size=3 pad=valid)",
                    "keeps every token at its place"
                    "dense 8 | residual(attention 4 | relu)", "must end in a dense layer of its own"
                ] do
                let message = Expect.wantError (NetworkText.parseAny text) text
                Expect.stringContains message part $"'%s{text}' is refused with the reason"
                Expect.stringContains message "^" $"'%s{text}' has a caret"

        testCase "a network whose layers take tokens together is refused where inputs are rows, in a sentence"
        <| fun () ->
            for text in
                [
                    "conv 8 size=3 | dense 1"
                    "dense 8 | residual(attention 2) | dense 1"
                    "mean-pool | dense 1"
                ] do
                let reason = Expect.wantError (NetworkText.parse text) text
                Expect.stringContains reason "takes the tokens of texts together" text

        testCase "what a pool leaves is one vector a text"
        <| fun () ->
            let gathers text = Network.gathers (Expect.wantOk (NetworkText.parseAny text) text)
            Expect.isTrue (gathers "conv 8 size=3 | relu | mean-pool | dense 1") "pooled"
            Expect.isTrue (gathers "dense 8 | flatten | dense 1") "flattened"
            Expect.isFalse (gathers "conv 8 size=3 | relu | dense 1") "one vector a token"
    ]
