module NtkPipeline.Tests.ArchitectureTextTests

open Expecto
open NtkPipeline.Core

let private parse text =
    match Architecture.parse text with
    | Ok(struct (architecture, alpha, isCentred)) -> architecture, alpha, isCentred
    | Error reason -> failtest reason

let private refusal text = Expect.wantError (Architecture.parse text) "it is refused"

let private width m = Expect.wantOk (Width.create m) "a width"

let tests =
    testList "Architecture" [
        testCase "open widths are filled, the others stay"
        <| fun () ->
            let architecture, alpha, isCentred = parse "dense m b=0.1|erf|dense 7 | relu | dense 1"
            Expect.equal architecture.Text "dense m b=0.1 | erf | dense 7 | relu | dense 1" "one spelling"
            Expect.equal (alpha, isCentred) (1.0, false) "nothing is made of the output"

            Expect.equal
                (Architecture.at (width 64) architecture |> NetworkText.print)
                "dense 64 b=0.1 | erf | dense 7 | relu | dense 1"
                "at 64"

            Expect.equal (Architecture.ofRecord architecture.Text) (Ok architecture) "its text is read back"

        testCase "scale and centred are told, and are no part of it"
        <| fun () ->
            let architecture, alpha, isCentred = parse "dense m | relu | dense 1 | scale(2) | centred"
            Expect.equal (architecture, alpha, isCentred) (Architecture.written, 2.0, true) "apart"

        testCase "repeat and residual take open widths"
        <| fun () ->
            let architecture, _, _ = parse "dense m | repeat(2, residual(relu | dense m)) | relu | dense 1"

            Expect.equal
                architecture.Text
                "dense m | residual(relu | dense m) | residual(relu | dense m) | relu | dense 1"
                "written out"

        testCase "what is no network of open width and one output is refused in a sentence"
        <| fun () ->
            Expect.stringContains (refusal "dense 64 | relu | dense 1") "no open width" "fixed"
            Expect.stringContains (refusal "dense m | relu | dense 2") "one output" "two outputs"

            Expect.stringContains
                (refusal "dense m | exp-normalised | dense 1")
                "kernels only"
                "no finite network"

            let wrong = refusal "dense m | residual(relu | dense 64) | relu | dense 1"
            Expect.stringContains wrong "m units, not 64" "a branch of another width, told with m"

        testCase "the limit depends on the width in the standard parameterisation only"
        <| fun () ->
            let limit text = let architecture, _, _ = parse text in Architecture.limit (width 8) architecture

            Expect.equal
                (limit "dense m | relu | dense 1" |> NetworkText.print)
                "dense 1 | relu | dense 1"
                "NTK"

            Expect.equal
                (limit "dense m param=standard | relu | dense 1" |> NetworkText.print)
                "dense 8 param=standard | relu | dense 1"
                "standard"
    ]
