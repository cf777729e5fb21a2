module NtkPipeline.Tests.NetworkTextTests

open Expecto
open NtkPipeline.Core

let private refused (text: string) (part: string) =
    let message = Expect.wantError (NetworkText.parse text) text
    Expect.stringContains message part $"'%s{text}' is refused with the reason"
    message

let tests =
    testList "NetworkText" [
        testProperty "a printed network is parsed to itself, and printed the same"
        <| fun (seed: int) ->
            let network = Networks.parse (Networks.random seed)
            let text = NetworkText.print network
            NetworkText.parse text = Ok network && NetworkText.print (Networks.parse text) = text

        testCase "defaults are left out, and blanks do not count"
        <| fun () ->
            let print text = NetworkText.print (Networks.parse text)

            Expect.equal
                (print " dense 512 w=1 b=0 param=ntk|relu |dense 1 ")
                "dense 512 | relu | dense 1"
                "base"

            Expect.equal
                (print
                    "dense 8 w=1.41421356 b=0.05 | layer-norm(0) | leaky-relu( 0.10 ) | dense 1 param=standard")
                "dense 8 w=1.41421356 b=0.05 | layer-norm | leaky-relu(0.1) | dense 1 param=standard"
                "arguments"

            Expect.equal (print "dense 1|scale( 1 )") "dense 1" "a scale of 1"
            Expect.equal (print "dense 1 | centred | scale(2)") "dense 1 | scale(2) | centred" "the end"

        testCase "the written method's network has a text"
        <| fun () ->
            Expect.equal
                (NetworkText.print (Network.oneHidden Relu.activation Width.one))
                "dense 1 | relu | dense 1"
                "bias-free, σ_w = 1"

        testCase "repeat writes its part out, also around residuals"
        <| fun () ->
            Expect.equal
                (Networks.parse
                    "dense 8 | repeat(2, residual(repeat(2, relu | dense 8)) | relu | dense 8) | dense 1")
                (Networks.parse (
                    "dense 8 | residual(relu | dense 8 | relu | dense 8) | relu | dense 8 "
                    + "| residual(relu | dense 8 | relu | dense 8) | relu | dense 8 | dense 1"
                ))
                "written out"

        testCase "what cannot stand where it stands is refused, with a caret under the place"
        <| fun () ->
            let message = refused "dense 8 | relu | relu | dense 1" "relu needs a dense layer right before it"
            let lines = message.Split '\n' |> Array.map _.TrimEnd()
            let caret = lines |> Array.findIndex (fun line -> line.Trim() = "^")

            Expect.equal
                (lines[caret].IndexOf '^')
                (lines[caret - 1].IndexOf("relu | dense 1"))
                "under the second relu"

            let refusals = [
                "relu | dense 1", "dense layer right before"
                "layer-norm | dense 1", "layer-norm needs a dense layer"
                "dense 8 | relu | layer-norm | dense 1", "layer-norm needs a dense layer"
                "dense 0 | relu | dense 1", "a width is positive"
                "dense 8 w=0 | relu | dense 1", "w is above 0"
                "dense 8 b=-1 | relu | dense 1", "b is 0 (no bias)"
                "dense 8 w=1 w=2 | relu | dense 1", "w= is given twice"
                "dense 8 w=1e999 | relu | dense 1", "fits 64 bits"
                "dense 8 b=1e-400 | relu | dense 1", "fits 64 bits"
                "residual(dense 8) | dense 1", "a residual needs a dense layer before it"
                "dense 8 | residual(relu | dense 7) | dense 1", "as wide as its input: 8 units, not 7"
                "dense 8 | residual(dense 8 | relu) | dense 1", "must end in a dense layer"
                "dense 8 | rely | dense 1", "there is no layer 'rely'"
                "dense 8 | monomial(17) | dense 1", "1 to 16"
                "dense 8 | rbf(0) | dense 1", "above 0"
                "dense 8 | layer-norm(-1) | dense 1", "0 or above"
                "dense 8 | repeat(2, relu) | dense 1", "dense layer right before"
                "dense 8 | repeat(1000, repeat(1000, dense 8)) | dense 1", "at most 4096 layers"
                "dense 8 |", "layer"
                "dense 8" + String.replicate 65 " | residual(dense 8", "64 brackets"
                "dense 8 | leaky-relu | dense 1", "'('"
                "dense 8 param=mup | dense 1", "standard"
                "scale(2) | dense 1", "scale stands after the last layer"
                "dense 8 | scale(2) | relu | dense 1", "no layer stands after scale or centred"
                "dense 8 | centred | dense 1", "no layer stands after scale or centred"
                "dense 8 | residual(dense 8 | scale(2)) | dense 1", "after the last layer of the network"
                "dense 8 | repeat(2, dense 8 | centred)", "after the last layer of the network"
                "dense 1 | scale(2) | scale(3)", "scale is given twice"
                "dense 1 | centred | centred", "centred is given twice"
                "dense 1 | scale(0)", "above 0 and at most 1e6, not 0"
                "dense 1 | scale(1e7)", "not 10000000"
                "dense 1 | scale", "'('"
            ]

            refused "" "layer" |> ignore

            for text, part in refusals do
                Expect.stringContains (refused text part) "^" $"'%s{text}' has a caret"
    ]
