/// What a run says of its memory before it starts, and runs on a sample of the tweets.
module NtkPipeline.Tests.RunSampleTests

open System.IO
open System.Text
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

/// So many labelled tweets in a folder of data, each with words of its own.
let private many (folder: string) (count: int) =
    let data = Directory.CreateDirectory(Path.Combine(folder, "many")).FullName
    let text = StringBuilder "id,keyword,location,text,target\n"

    for i in 1..count do
        text
            .Append(i)
            .Append(",,,")
            .Append("word")
            .Append(i * 7919 % 99991)
            .Append(" fire,")
            .Append(i % 2)
            .Append('\n')
        |> ignore

    File.WriteAllText(Path.Combine(data, "train.csv"), text.ToString())
    data

let private none = [ "--set"; "experiments=none" ]

let tests =
    testList "a run's memory" [
        testCase "a run says what it needs before its first stage, and status says it too"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let answer = run data store (Path.Combine(folder, "out")) none |> wantDone
            Expect.stringContains answer.Error "240 labelled tweets need about" "it says so"

            Expect.isLessThan
                (answer.Error.IndexOf "need about")
                (answer.Error.IndexOf "split-tweets")
                "before it starts"

            let status = [ "status"; "--data"; data; "--store"; store ] @ quick @ none |> wantDone

            Expect.stringContains status.Output "240 labelled tweets need about" "status")

        testCase "100,000 labelled tweets are refused before a stage runs, with a sample that does"
        <| inFolder (fun folder ->
            let data, store = many folder 100_000, Path.Combine(folder, "store")
            let command = run data store (Path.Combine(folder, "out")) none

            refused
                1
                [
                    "100000 labelled tweets need about"
                    "--set data.sample="
                    "`ntk embed` with `ntk solve`"
                ]
                command

            Expect.isEmpty (ran (call command)) "no stage ran")

        testCase "the setting memory refuses a run that needs more"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let command = run data store (Path.Combine(folder, "out")) none
            refused 1 [ "500 MB may be used" ] (command @ [ "--set"; "memory=500MB" ])

            refused
                2
                [ "memory: 'lots' is not machine, or a size such as 2GB" ]
                (command @ [ "--set"; "memory=lots" ])

            command @ [ "--set"; "memory=2GB" ] |> wantDone |> ignore)

        testCase "a run on a sample of the tweets says how many there are, and gives the same bytes again"
        <| inFolder (fun folder ->
            let data = tweets folder 300
            let at (name: string) = Path.Combine(folder, name)

            let on (name: string) =
                run data (at $"store-%s{name}") (at name) (none @ [ "--set"; "data.sample=200" ]) |> wantDone

            let first = on "a"
            on "b" |> ignore

            for file in [ "report.html"; "results.csv"; "submission.csv" ] do
                Expect.equal
                    (File.ReadAllBytes(Path.Combine(at "a", file)))
                    (File.ReadAllBytes(Path.Combine(at "b", file)))
                    file

            Expect.contains (ran first) "draw-tweets" "a stage draws them"
            Expect.stringContains first.Output "200 labelled rows, drawn at random of 300" "it says so"

            Expect.stringContains
                (File.ReadAllText(Path.Combine(at "a", "report.html")))
                "drawn at random of the 300 labelled rows"
                "so does the report"

            use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(at "a", "summary.json")))
            let data = summary.RootElement.GetProperty "data"
            Expect.equal (data.GetProperty("trainRows").GetInt32()) 200 "rows"
            Expect.equal (data.GetProperty("sampledFrom").GetInt32()) 300 "of so many"

            let rows =
                data.GetProperty("fittedRows").GetInt32() + data.GetProperty("validationRows").GetInt32()

            Expect.equal rows 200 "fitted and kept aside")

        testCase "where regression adds kernels and no network is asked for, theirs is not made"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")

            let sum experiments =
                run
                    data
                    store
                    (Path.Combine(folder, "out"))
                    (fewNetworks "16"
                     @ [
                         for setting in
                             [
                                 "embed.encoder=surface + keywords"
                                 "embed.combine=sum"
                                 "embed.weights=1, 1"
                                 "reduce.dimensions=4"
                                 "reduce.compare=none"
                                 $"experiments=%s{experiments}"
                             ] do
                             "--set"
                             setting
                     ])
                |> wantDone
                |> ran

            let alone = sum "none"
            Expect.contains alone "decompose-kernel/sum" "the sum's"
            Expect.isFalse (List.contains "analytic-gram/labelled" alone) "nobody uses it"
            Expect.contains (sum "widths") "analytic-gram/labelled" "networks are held against it")

        testCase "a sample of tweets whose rows another program made is refused"
        <| inFolder (fun folder ->
            let data = tweets folder 60

            refused
                2
                [ "data.sample: the encoder npy has a row for every tweet" ]
                (run data (Path.Combine(folder, "store")) (Path.Combine(folder, "out")) [
                    for setting in
                        [
                            "embed.encoder=npy"
                            "embed.train-npy=a.npy"
                            "embed.test-npy=b.npy"
                            "data.sample=50"
                        ] do
                        "--set"
                        setting
                ]))
    ]
