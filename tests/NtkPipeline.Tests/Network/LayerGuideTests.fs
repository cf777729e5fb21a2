/// The page about the language of networks: complete, legal, and the same in the program and in the documentation.
module NtkPipeline.Tests.LayerGuideTests

open System.IO
open Expecto
open NtkPipeline.Core

let private said (text: string) = Expect.wantError (NetworkText.parse text) text

let tests =
    testList "the network language's page" [
        testCase "it has every name that the parser knows, and no other"
        <| fun () ->
            Expect.equal
                (LayerGuide.all |> List.map _.Name |> List.sort)
                (List.sort NetworkText.names)
                "names; a new layer is described in LayerGuide.fs"

            for guide in LayerGuide.activations do
                Expect.isTrue (Map.containsKey guide.Name ActivationGuide.all) $"%s{guide.Name} has a formula"

            for KeyValue(name, _) in ActivationGuide.all do
                Expect.contains (LayerGuide.activations |> List.map _.Name) name "it is an activation"

        testCase "what it shows is legal, has what it is shown for, and what is written stands in the forms"
        <| fun () ->
            for guide in LayerGuide.all do
                Expect.wantOk (NetworkText.parseAny guide.Example) guide.Example |> ignore
                Expect.stringContains guide.Example guide.Name "has it"
                Expect.isNotEmpty guide.Meaning guide.Name

                for argument in guide.Arguments do
                    Expect.stringContains guide.Form argument.Written $"%s{guide.Name}'s arguments"

            Expect.isGreaterThanOrEqual NetworkExamples.all.Length 10 "ten examples"

            for example in NetworkExamples.all do
                Expect.wantOk (NetworkText.parse example.Text) example.Text |> ignore

            let structural = NetworkExamples.all |> List.map _.Text |> String.concat " | "

            for guide in LayerGuide.structure do
                Expect.stringContains structural guide.Name "an example has it"

        testCase "a default is what leaving the argument out means"
        <| fun () ->
            let same one other =
                Expect.equal (NetworkText.parse one) (NetworkText.parse other) $"%s{one} and %s{other}"

            same "dense 8 | relu | dense 1" "dense 8 w=1 b=0 param=ntk | relu | dense 1"
            same "dense 8 | layer-norm | relu | dense 1" "dense 8 | layer-norm(0) | relu | dense 1"

        testCase "the documentation's page is the program's"
        <| fun () ->
            let path = Clone.path "src/docs/network.md"

            Expect.equal
                (File.ReadAllText(path).TrimEnd())
                (NetworkGuide.markdown.TrimEnd())
                "`ntk help network --markdown > src/docs/network.md` writes it"

            for guide in LayerGuide.all do
                Expect.stringContains NetworkGuide.page guide.Form "the page for a terminal"

        testCase "a mistake names the place, what was meant, and a legal network that has it"
        <| fun () ->
            for text, words in
                [
                    "dense 8 | leaky-relu | dense 1", [ "as in: dense 512 | leaky-relu(0.1) | dense 1" ]
                    "dense 8 | rleu | dense 1", [ "did you mean relu?"; "as in: dense 512 | relu | dense 1" ]
                    "dense 8 | layernorm | dense 1", [ "did you mean layer-norm?"; "| layer-norm |" ]
                    "dense w=2 | relu | dense 1", [ "as in: dense 512 w=1.5" ]
                    "dense 8 | residual | dense 1", [ "residual(relu | dense 512)" ]
                    "512 | relu", [ "as in: dense 512 | relu | dense 1" ]
                ] do
                for word in words do
                    Expect.stringContains (said text) word text

            let conv = "as in: conv 64 size=3 | relu | mean-pool | dense 1"

            for text, words in
                [
                    "conv 8 size=3 param=standard | relu", [ "conv has no param=; there are size="; conv ]
                    "conv 64 size=3 size=5", [ "size= is given twice"; conv ]
                    "dense 8 | attention 2 scores=tanh", [ "softmax"; "as in: dense 64 | attention 4 |" ]
                    "conv 1e3 size=3", [ "'1e3' is not a whole number"; conv ]
                    "conv 8 kernel=3", [ "conv has no kernel="; conv ]
                    "conv 8 sise=3", [ "did you mean size?"; conv ]
                    "dense 8 | residual(relu | attention 2 heads=3)", [ "attention has no heads=" ]
                    "dense 8 | relu | conv 8 size=1e1 | relu", [ "'1e1' is not a whole number"; conv ]
                ] do
                for word in words do
                    Expect.stringContains (said text) word text

            Expect.equal
                (NetworkText.inLine (said "dense 8 | leaky-relu | dense 1"))
                "at character 22: expecting '('; as in: dense 512 | leaky-relu(0.1) | dense 1"
                "in one line"
    ]
