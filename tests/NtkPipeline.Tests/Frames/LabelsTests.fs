module NtkPipeline.Tests.LabelsTests

open System.IO
open System.Text
open Expecto
open NtkPipeline.Core

let private read choice (labels: string list) =
    labels |> Array.ofList |> Labels.ofCells choice Labels.fromColumn (fun row -> $"row %d{row}")

let private task choice labels = (Expect.wantOk (read choice labels) "they are labels").Task

let private refused (words: string list) choice labels =
    let reason = Expect.wantError (read choice labels) "they are none"

    for word in words do
        Expect.stringContains reason word $"%A{labels}"

let private auto = TaskChoice.Auto

let tests =
    testList "Labels" [
        testCase "the labels tell the task"
        <| fun () ->
            Expect.equal (task auto [ "0"; "1"; "1" ]) LearningTask.kaggle "0 and 1"

            Expect.equal
                (task auto [ "spam"; "ham"; "ham" ])
                (LearningTask.Binary("ham", "spam"))
                "two words: the later is positive"

            Expect.equal
                (task auto [ "10"; "9"; "9" ])
                (LearningTask.Binary("9", "10"))
                "numbers by their size"

            Expect.equal (task auto [ "-1"; "1.0"; "1" ]) (LearningTask.Binary("-1", "1")) "1.0 is 1"

            Expect.equal
                (task auto [ "b"; "a"; "c"; "a"; "b"; "c" ])
                (LearningTask.Classes [| "a"; "b"; "c" |])
                "three words"

            Expect.equal
                (task auto [ "1.5"; "2"; "3" ])
                LearningTask.Regression
                "numbers that are not all whole"

            Expect.equal
                (task auto [
                    "9007199254740993"
                    "12345678901234567890"
                    "9007199254740992"
                    "9007199254740993"
                    "12345678901234567890"
                    "9007199254740992"
                ])
                (LearningTask.Classes [| "9007199254740992"; "9007199254740993"; "12345678901234567890" |])
                "whole numbers that float64 does not tell apart are classes all the same"

            Expect.equal (task TaskChoice.Regression [ "1"; "2"; "1" ]) LearningTask.Regression "if so said"

            Expect.equal
                (task TaskChoice.Classes [ "1.5"; "2"; "3" ])
                (LearningTask.Classes [| "1.5"; "2"; "3" |])
                "or classes"

        testCase "values are classes' numbers in the order of their names, or the numbers"
        <| fun () ->
            let values choice labels = (Expect.wantOk (read choice labels) "they are labels").Values

            Expect.equal
                (values auto [ "b"; " a "; "c"; "a"; "b"; "c" ])
                [| 1.0; 0.0; 2.0; 0.0; 1.0; 2.0 |]
                "classes"

            Expect.equal (values auto [ "1e2"; "-0.5" ]) [| 100.0; -0.5 |] "numbers"

        testCase "every refusal says which setting would help"
        <| fun () ->
            refused [ "every row has the label 'x'"; "data.label" ] auto [ "x"; "x" ]
            refused [ "row 1"; "no label"; "data.label" ] auto [ "x"; " "; "y" ]

            refused [ "40 different whole numbers"; "data.task=regression"; "data.task=classes" ] auto [
                for i in 0..79 -> string (i % 40)
            ]

            refused [ "different labels on 5 rows"; "data.label" ] auto [ "a"; "b"; "c"; "d"; "e" ]

            refused [ "data.task=binary"; "3 (a, b, c)"; "data.task=classes" ] TaskChoice.Binary [
                "a"
                "b"
                "c"
            ]

            refused [ "row 1"; "'b' is not a finite number"; "data.task=classes" ] TaskChoice.Regression [
                "1"
                "b"
            ]

            for choice in [ auto; TaskChoice.Regression ] do
                refused [ "row 1"; "'1,5' has a comma"; "data.task=classes" ] choice [ "1"; "1,5"; "-2,25" ]

            Expect.isOk (read auto [ "1,5"; "a"; "a"; "1,5" ]) "a name among names"
            Expect.isOk (read TaskChoice.Classes [ "1,5"; "2,5" ]) "names, if so said"

            for word in [ "NaN"; "n/a"; "inf"; "1e999" ] do
                for numbers in [ [ "0"; "1" ]; [ "0.5"; "1.5" ] ] do
                    refused
                        [
                            "row 2"
                            $"label '%s{word}' is no number"
                            "leave such rows out"
                            "data.task=classes"
                        ]
                        auto
                        [ yield! numbers; word ]

            Expect.equal
                (task TaskChoice.Classes [ "0"; "1"; "NaN" ])
                (LearningTask.Classes [| "0"; "1"; "NaN" |])
                "but a class if so said"

            Expect.equal
                (task auto [ "none"; "some"; "some" ])
                (LearningTask.Binary("none", "some"))
                "among words"

            refused [ "squares"; "power of ten" ] TaskChoice.Regression [ "1e200"; "-3e200" ]
            refused [ "squares" ] auto [ "1.5e-200"; "2.5e-200" ]

            // They would stand in submission.csv as they are.
            for word in [ "\u001b[31mred"; "a\u202Eb"; "a\tb" ] do
                refused [ "row 1"; "control character" ] auto [ "x"; word; "x"; word ]

            refused [ "nothing to learn" ] TaskChoice.Regression [ "2"; "2.0" ]

        testCase "a column of a CSV file; a missing one is named with its setting and with what is there"
        <| fun () ->
            let columns = { DataColumns.kaggle with Text = "headline"; Label = "topic" }

            let csv (text: string) = Labels.ofCsv "f.csv" columns auto (Encoding.UTF8.GetBytes text)
            let found = Expect.wantOk (csv "headline,topic\na,x\nb,y\n") "it is sound"
            Expect.equal found.Task (LearningTask.Binary("x", "y")) "by its name"

            match csv "headline,subject\na,x\n" with
            | Error e ->
                for word in [ "f.csv: line 1"; "'topic' is missing"; "--set data.label=NAME"; "'subject'" ] do
                    Expect.stringContains e.Sentence word word
            | Ok _ -> failtest "it should be refused"

        testCase "labels come back from the store, and others' bytes are refused"
        <| fun () ->
            for labels in
                [ [ "0"; "1" ]; [ "a"; "b"; "c"; "a"; "b"; "c" ]; [ "0.25"; "3" ] ]
                |> List.map (fun cells -> Expect.wantOk (read auto cells) "they are labels") do
                use stream = new MemoryStream()
                Labels.codec.Write stream labels
                stream.Position <- 0L
                Expect.equal (Labels.codec.Read stream) (Ok labels) "the same"

            Expect.isError (Labels.codec.Read(new MemoryStream([| 1uy; 2uy |]))) "no archive"
    ]
