/// One rule of what targets mean, in every command that takes some.
module NtkPipeline.Tests.TargetRuleTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private rows = 40

/// Inputs, and one column made of each.
let private write (folder: string) =
    let value i = sin (float (7 * i)) - 0.4 * cos (float (3 * i))
    let x = [ for i in 0 .. rows - 1 -> $"%f{sin (float (7 * i))},%f{cos (float (3 * i))}" ]
    let file name (lines: string list) = File.WriteAllLines(Path.Combine(folder, name), lines)
    file "x.csv" x
    file "numbers.csv" [ for i in 0 .. rows - 1 -> $"%f{value i}" ]
    file "signs.csv" [ for i in 0 .. rows - 1 -> if value i > 0.0 then "1" else "-1" ]
    file "bits.csv" [ for i in 0 .. rows - 1 -> if value i > 0.0 then "1" else "0" ]

let private network = [ "--network"; "dense 64 | relu | dense 1" ]

let tests =
    testList "targets" [
        testCase
            "one column of two values is two classes, any other is numbers: in regress, select, learn and descend"
        <| inFolder (fun folder ->
            write folder
            let at name = Path.Combine(folder, name)
            let y name = [ "--y"; at $"%s{name}.csv" ]
            [ "kernel"; "--x"; at "x.csv"; "--out"; at "k.npy" ] @ network |> wantDone |> ignore

            let regress name extra =
                [ "regress"; "--k-train"; at "k.npy"; "--out"; at "p.npy" ] @ y name @ extra

            let select name extra =
                [ "select"; "--x"; at "x.csv"; "--out"; at "t.csv" ] @ network @ y name @ extra

            for name in [ "signs"; "bits" ] do
                for command in
                    [
                        regress name [ "--select"; "cv-accuracy" ]
                        select name [ "--by"; "cv-accuracy" ]
                    ] do
                    Expect.stringContains (wantDone command).Output "accuracy" $"%s{name}: classes"

            for command in [ regress "numbers" []; select "numbers" [] ] do
                Expect.isFalse ((wantDone command).Output.Contains "accuracy") "numbers have none"

            for score in [ "loo-accuracy"; "cv-accuracy" ] do
                regress "numbers" [ "--select"; score ]
                |> refused 1 [
                    $"cannot be chosen by %s{score}"
                    "name no classes; loo, gcv, likelihood and cv can"
                ]

                select "numbers" [ "--by"; score ]
                |> refused 1 [ "name no classes"; "loo, gcv, likelihood and cv can" ]

            for name in [ "numbers"; "signs"; "bits" ] do
                [ "learn"; "--x"; at "x.csv"; "--out"; at "l.json"; "--steps"; "2" ] @ network @ y name
                |> wantDone
                |> ignore

            let descend name =
                [
                    "descend"
                    "--k-train"
                    at "k.npy"
                    "--out"
                    at "d.npy"
                    "--steps"
                    "--times"
                    "3"
                    "--rate"
                    "1"
                ]
                @ [ "--loss"; "cross-entropy" ]
                @ y name

            for name in [ "signs"; "bits" ] do
                wantDone (descend name) |> ignore

            descend "numbers" |> refused 1 [ "cross-entropy needs targets of −1 and 1, or from 0 to 1" ])

        testCase "the rule stands in the help of each of them"
        <| fun () ->
            for command in [ "regress"; "select"; "learn"; "descend" ] do
                let help = (wantDone [ command; "--help" ]).Output.ReplaceLineEndings " "
                let plain (text: string) = System.Text.RegularExpressions.Regex.Replace(text, @"\s+", " ")
                Expect.stringContains (plain help) (plain TargetGuide.sentence) command
    ]
