/// Two classes of a person's own: the whole pipeline, under their names.
module NtkPipeline.Tests.OwnColumnsTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private write folder (lines: string list) =
    Directory.CreateDirectory(Path.Combine(folder, "mail")) |> ignore
    File.WriteAllLines(Path.Combine(folder, "mail", "train.csv"), lines)

let private options folder settings =
    [
        "--data"
        Path.Combine(folder, "mail")
        "--store"
        Path.Combine(folder, "store")
    ]
    @ quick
    @ fewNetworks "16"
    @ List.collect (fun text -> [ "--set"; text ]) settings

let private mails = [
    for i in 0..59 do
        if i % 2 = 0 then
            $"spam,win money now offer %d{i} %d{i * 7}"
        else
            $"ham,lunch with the team at noon %d{i} %d{i * 5}"
]

let tests =
    testList "own columns" [
        testCase "words for labels, columns of any name and no ids go through the whole pipeline"
        <| inFolder (fun folder ->
            write folder ("kind,body" :: mails)
            let own = options folder [ "data.text=body"; "data.label=kind" ]
            let out = Path.Combine(folder, "out")
            [ "run"; "--out"; out ] @ own |> wantDone |> ignore
            let summary = File.ReadAllText(Path.Combine(out, "summary.json"))
            Expect.stringContains summary "\"trainRows\": 60" "every row"

            let said =
                [
                    "predict"
                    "--text"
                    "win an offer"
                    "--text"
                    "lunch at noon"
                    "--text"
                    "zzz qqq"
                ]
                @ own
                |> wantDone

            Expect.stringContains said.Output "  spam  f = +" "the positive class by its name"
            Expect.stringContains said.Output "  ham  f = -" "and the negative one"
            Expect.stringContains said.Output "take with care" "nothing shared")

        testCase "ids that are words name rows in every file, as they came"
        <| inFolder (fun folder ->
            write folder ("ref,kind,body" :: (mails |> List.mapi (fun i mail -> $"mail-%d{i},%s{mail}")))

            File.WriteAllLines(
                Path.Combine(folder, "mail", "test.csv"),
                [
                    "ref,body"
                    "new-1,win an offer"
                    "\"b, the \"\"second\"\"\",lunch at noon"
                    "007,money now"
                ]
            )

            let own = options folder [ "data.text=body"; "data.label=kind"; "data.id=ref" ]
            let out = Path.Combine(folder, "out")
            [ "run"; "--out"; out ] @ own |> wantDone |> ignore

            Expect.equal
                (File.ReadAllText(Path.Combine(out, "submission.csv")))
                "ref,kind\nnew-1,spam\n\"b, the \"\"second\"\"\",ham\n007,spam\n"
                "letter by letter"

            let summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))

            for suspect in summary.RootElement.GetProperty("suspects").EnumerateArray() do
                Expect.stringStarts (string (suspect.GetProperty("id").GetString())) "mail-" "in the summary"

            let said = [ "predict"; "--json"; "--text"; "win an offer" ] @ own |> wantDone
            let root = JsonDocument.Parse((said.Output.TrimEnd().Split '\n') |> Array.last).RootElement

            let carriers =
                root
                    .GetProperty("predictions")
                    .[0].GetProperty("explanations")
                    .[0].GetProperty("tweets")
                    .EnumerateArray()
                |> List.ofSeq

            Expect.isNonEmpty carriers "it is explained"

            for carrier in carriers do
                Expect.stringStarts
                    (string (carrier.GetProperty("id").GetString()))
                    "mail-"
                    "of what the run read")

        testCase "every refusal of a file names the setting that would cure it"
        <| inFolder (fun folder ->
            let run settings = [ "run"; "--out"; Path.Combine(folder, "out") ] @ options folder settings
            write folder ("kind,body" :: mails)

            refused
                1
                [
                    "column 'text', 'target' is missing"
                    "data.text=NAME or data.label=NAME"
                    "'kind', 'body'"
                ]
                (run [])

            refused
                1
                [ "'place' is missing"; "data.location=NAME" ]
                (run [ "data.text=body"; "data.label=kind"; "data.location=place" ])

            refused
                1
                [ "line 2: label 'spam' is not a finite number"; "data.task=classes" ]
                (run [ "data.text=body"; "data.label=kind"; "data.task=regression" ])

            refused
                1
                [ "different labels on 60 rows"; "data.label" ]
                (run [ "data.text=kind"; "data.label=body" ])

            refused
                1
                [
                    "line 4: id 'spam' stands already on line 2; --set data.id=none numbers the rows"
                ]
                (run [ "data.text=body"; "data.label=kind"; "data.id=kind" ])

            refused 2 [ "data.targets" ] (run [ "data.features=X.npy" ])
            refused 2 [ "data.features" ] (run [ "data.targets=y.npy" ])
            write folder ("kind,body" :: [ for i in 0..59 -> $"%d{i % 45},text %d{i}" ])

            refused
                1
                [ "45 different whole numbers"; "data.task=regression" ]
                (run [ "data.text=body"; "data.label=kind" ]))
    ]
