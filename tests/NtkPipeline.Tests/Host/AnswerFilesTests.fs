/// submission.csv in a folder of results that several runs write into: which is a run's own, and when it goes.
module NtkPipeline.Tests.AnswerFilesTests

open System.IO
open System.Text.Json.Nodes
open Expecto
open NtkPipeline.Host
open NtkPipeline.Tests.Ntk

let private write folder =
    let data = Directory.CreateDirectory(Path.Combine(folder, "msgs")).FullName

    let rows = [
        for i in 0..59 ->
            if i % 2 = 0 then
                $"m%d{i},spam,win money now offer %d{i} %d{i * 7}"
            else
                $"m%d{i},ham,lunch with the team at noon %d{i} %d{i * 5}"
    ]

    File.WriteAllLines(Path.Combine(data, "train.csv"), "ref,team,body" :: rows)
    File.WriteAllLines(Path.Combine(data, "test.csv"), [ "ref,body"; "x1,win an offer"; "x2,lunch at noon" ])
    data

/// A run of these data into `out`, with these settings beside the names of text and label.
let private run folder settings =
    RunCall.run (Path.Combine(folder, "msgs")) (Path.Combine(folder, "store")) (Path.Combine(folder, "out")) [
        for setting in [ "data.text=body"; "data.label=team"; "experiments=none" ] @ settings do
            "--set"
            setting
    ]

let private heading (path: string) = (File.ReadAllLines path)[0]

/// run.json as an earlier version has left it.
let private forgetAnswers (path: string) =
    let root = (nonNull (JsonNode.Parse(File.ReadAllText path))).AsObject()
    Expect.isTrue (root.Remove "answers") "it kept them"
    File.WriteAllText(path, root.ToJsonString(System.Text.Json.JsonSerializerOptions(WriteIndented = true)))

let tests =
    testList "a folder's submissions" [
        testCase "a second run under other columns takes the folder; a person's own file is kept"
        <| inFolder (fun folder ->
            write folder |> ignore
            let own = Path.Combine(folder, "out", "submission.csv")
            let kept = Path.Combine(folder, "out", "run.json")
            run folder [] |> wantDone |> ignore
            Expect.equal (heading own) "id,team" "numbered"
            run folder [ "data.id=ref" ] |> wantDone |> ignore
            Expect.equal (heading own) "ref,team" "replaced"
            run folder [ "data.id=ref" ] |> wantDone |> ignore

            refused 1 [ "'reff' is missing"; "data.id=NAME" ] (run folder [ "data.id=reff" ])

            let ours = File.ReadAllText own
            File.WriteAllText(own, "ref,team\nx1,mine\n")
            refused 2 [ "--out"; own; "kept" ] (run folder [ "data.id=ref" ])
            refused 1 [ "'reff' is missing" ] (run folder [ "data.id=reff" ])
            Expect.equal (File.ReadAllText own) "ref,team\nx1,mine\n" "untouched"

            File.WriteAllText(own, ours)
            forgetAnswers kept
            let copy = Path.Combine(folder, "out", "submission-mine.csv")
            File.Copy(own, copy)
            refused 2 [ "--out"; own; "kept" ] (run folder [])
            run folder [ "data.id=ref" ] |> wantDone |> ignore
            run folder [] |> wantDone |> ignore
            Expect.equal (heading own) "id,team" "replaced again"

            Expect.equal
                (File.ReadAllText copy)
                ours
                "a copy is a person's, in an earlier version's folder too")

        testCase "a run without rows to predict removes an earlier run's, and says so; a person's stay"
        <| inFolder (fun folder ->
            let data = write folder
            let at name = Path.Combine(folder, "out", name)
            let none = run folder [ "data.test=none" ]
            run folder [] |> wantDone |> ignore
            File.Copy(at "submission.csv", at "submission-mine.csv")
            let answer = wantDone none
            let note = $"""ntk: note: %s{at "submission.csv"} of an earlier run is removed: """
            Expect.stringContains answer.Error (note + "this run has no rows without labels") "it says so"
            Expect.stringContains answer.Error "ntk: note: test.csv is not read: data.test=none" "and this"
            Expect.isFalse (File.Exists(at "submission.csv")) "it is gone"
            Expect.isTrue (File.Exists(at "submission-mine.csv")) "a copy is a person's"
            Expect.isFalse ((wantDone none).Error.Contains "is removed") "once"

            File.WriteAllText(at "submission.csv", "id,team\n1,mine\n")
            refused 2 [ at "submission.csv"; "kept" ] none
            File.Delete(at "submission.csv")
            run folder [] |> wantDone |> ignore
            File.Delete(Path.Combine(data, "test.csv"))
            let answer = run folder [] |> wantDone
            Expect.stringContains answer.Error "is removed: this run has no rows" "without the file, too"
            Expect.isFalse (answer.Error.Contains "test.csv is not read") "there is none")

        testCase "rows that nobody names are numbered, and a note names the column that could name them"
        <| inFolder (fun folder ->
            let data = write folder
            let note = "ntk: note: train.csv has no column 'id': rows are numbered from 1; --set data.id="
            let said settings = (run folder settings |> wantDone).Error

            Expect.stringContains
                (said [])
                (note + "ref takes a column of ids (ref has a different value on each row)")
                "which"

            for settings in [ [ "data.id=ref" ]; [ "data.id=none" ] ] do
                Expect.isFalse ((said settings).Contains "numbered") "it was chosen"

            File.WriteAllLines(Path.Combine(data, "test.csv"), [ "body"; "win an offer" ])
            Expect.stringContains (said []) (note + "NAME takes a column of ids") "test.csv lacks it"

            RunCall.run data (Path.Combine(folder, "store")) (Path.Combine(folder, "out")) []
            |> refused 1 [ "'text', 'target' is missing"; "data.id=NAME" ])

        testCase "whoever names no run is told which there are"
        <| inFolder (fun folder ->
            let sentence () = FinishedRuns.Sentence(folder, "sample")
            Expect.isNull (FinishedRuns.Sentence(Path.Combine(folder, "none"), "sample")) "no folder"

            for name in [ "msgs"; "sample"; "houses" ] do
                Directory.CreateDirectory(Path.Combine(folder, name)) |> ignore

            Expect.isNull (sentence ()) "no run"

            for name in [ "msgs"; "sample"; "houses" ] do
                File.WriteAllText(Path.Combine(folder, name, "run.json"), "{}")

            Expect.equal
                (string (sentence ()))
                $"the runs in %s{folder}: houses, msgs; name one with --data or --out"
                "all others")
    ]
