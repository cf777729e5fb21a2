module NtkPipeline.Tests.ArchitectureTextTests

open Expecto
open NtkPipeline.Core

let private parse text =
    match Architecture.parse text with
    | Ok architecture -> architecture
    | Error reason -> failtest reason

let private refusal text = Expect.wantError (Architecture.parse text) "it is refused"

let private width m = Expect.wantOk (Width.create m) "a width"

let tests =
    testList "Architecture" [
        testCase "open widths are filled, the others stay"
        <| fun () ->
            let architecture = parse "dense m b=0.1|erf|dense 7 | relu | dense 1"
            Expect.equal architecture.Text "dense m b=0.1 | erf | dense 7 | relu | dense 1" "one spelling"

            Expect.equal
                (architecture.OutputScale, architecture.Centred)
                (1.0, false)
                "nothing is made of the output"

            Expect.equal
                (Architecture.at (width 64) architecture |> NetworkText.print)
                "dense 64 b=0.1 | erf | dense 7 | relu | dense 1"
                "at 64"

            Expect.equal
                (Architecture.parse (Architecture.print architecture))
                (Ok architecture)
                "its text is read back"

        testCase "scale and centred are told apart from the layers, and printed behind them"
        <| fun () ->
            let text = "dense m | relu | dense 1 | scale(2) | centred"
            let architecture = parse text
            Expect.equal architecture.Text Architecture.written.Text "the layers"
            Expect.equal (architecture.OutputScale, architecture.Centred) (2.0, true) "apart"
            Expect.equal (Architecture.print architecture) text "printed"
            Expect.isTrue (Architecture.isWritten architecture) "the written method's layers"
            let other = architecture |> Architecture.withScale 0.5 |> Architecture.withCentring false
            Expect.equal (Architecture.print other) "dense m | relu | dense 1 | scale(0.5)" "changed"

            Expect.throwsT<System.ArgumentException>
                (fun () -> Architecture.withScale 0.0 architecture |> ignore)
                "no scale"

        testCase "repeat and residual take open widths"
        <| fun () ->
            let architecture = parse "dense m | repeat(2, residual(relu | dense m)) | relu | dense 1"

            Expect.equal
                architecture.Text
                "dense m | residual(relu | dense m) | residual(relu | dense m) | relu | dense 1"
                "written out"

        testCase "conv has an open width too, and the first layer over tokens is found with and without one"
        <| fun () ->
            let text = "conv  m size=3|relu| mean-pool | dense 1"
            let architecture = parse text
            Expect.equal (Architecture.parse (Architecture.print architecture)) (Ok architecture) "read back"
            Expect.equal architecture.Text "conv m size=3 | relu | mean-pool | dense 1" "one spelling"

            Expect.equal
                (Architecture.at (width 64) architecture |> NetworkText.print)
                "conv 64 size=3 | relu | mean-pool | dense 1"
                "at 64"

            let first text = Architecture.firstOfTokens text |> Option.map TokenLayer.name
            Expect.equal (first "conv 7 size=3 | relu | mean-pool | dense 1") (Some "conv") "fixed"
            Expect.equal (first "dense m | relu | mean-pool | dense 1") (Some "mean-pool") "a pool"
            Expect.equal (first "dense m | relu | dense 1") None "of rows"
            Expect.equal (first "conv m") None "no network"

        testCase "what is no network of open width and one output is refused in a sentence"
        <| fun () ->
            Expect.stringContains (refusal "dense 64 | relu | dense 1") "no open width" "fixed"
            let three = refusal "dense m | relu | dense 3"
            Expect.stringContains three "one output" "three outputs"

            Expect.stringContains
                three
                "write dense 1: a run of 3 classes gives it one output a class"
                "the way on"

            Expect.stringContains
                (refusal "dense m | exp-normalised | dense 1")
                "kernels only"
                "no finite network"

            let wrong = refusal "dense m | residual(relu | dense 64) | relu | dense 1"
            Expect.stringContains wrong "m units, not 64" "a branch of another width, told with m"

        testCase "the limit depends on the width in the standard parameterisation only"
        <| fun () ->
            let limit text = Architecture.limit (width 8) (parse text)

            Expect.equal
                (limit "dense m | relu | dense 1" |> NetworkText.print)
                "dense 1 | relu | dense 1"
                "NTK"

            Expect.equal
                (limit "dense m param=standard | relu | dense 1" |> NetworkText.print)
                "dense 8 param=standard | relu | dense 1"
                "standard"
    ]
