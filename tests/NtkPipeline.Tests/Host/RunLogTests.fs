/// run.log: what became of each stage of a run.
module NtkPipeline.Tests.RunLogTests

open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A run of the kernel alone.
let private run folder extra =
    let at name = Path.Combine(folder, name)

    RunCall.run (at "tweets") (at "store") (at "out") (fewNetworks "16" @ [ "--experiment"; "none" ] @ extra)
    |> wantDone
    |> ignore

    File.ReadAllLines(Path.Combine(at "out", "run.log"))
    |> Array.map (fun line -> (JsonDocument.Parse line).RootElement)
    |> List.ofArray

let private text (name: string) (line: JsonElement) = nonNull (line.GetProperty(name).GetString())
let private isCached (line: JsonElement) = line.GetProperty("cached").GetBoolean()
let private bytes (line: JsonElement) = line.GetProperty("bytes").GetInt64()

let private why (line: JsonElement) = [
    for reason in line.GetProperty("why").EnumerateArray() -> reason.GetString()
]

let private last name lines = lines |> List.findBack (fun line -> text "name" line = name)

let private objects folder extension =
    Directory.GetFiles(
        Path.Combine(folder, "store", "objects"),
        "*." + extension,
        SearchOption.AllDirectories
    )

let tests =
    testList "run.log" [
        testCase
            "each stage has a line: its key, why it was made, by whom, s, memory and bytes, as in summary.json"
        <| inFolder (fun folder ->
            tweets folder 120 |> ignore
            let first = run folder []

            for line in first do
                Expect.equal (why line) [ "new" ] (text "name" line)
                Expect.equal (text "madeBy" line) "this process" "by whom"
                Expect.equal (text "key" line).Length 64 "the digest of its recipe"
                Expect.equal (text "result" line).Length 64 "and of its result"
                Expect.isGreaterThan (bytes line) 0L "bytes"
                Expect.isGreaterThan (line.GetProperty("peakMemory").GetInt64()) 1_000_000L "memory"
                Expect.contains [ "stage"; "process" ] (text "peakMemoryOf" line) "whose"

            let results () =
                [ "report.html"; "results.csv"; "submission.csv" ]
                |> List.map (fun name ->
                    File.ReadAllBytes(Path.Combine(folder, "out", name)) |> Digest.ofBytes)

            let before = results ()

            let summary =
                JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "out", "summary.json"))) |> nonNull

            Expect.equal
                [
                    for stage in (nonNull summary["stages"]).AsArray() -> (nonNull stage).ToJsonString()
                ]
                [ for line in first -> line.GetRawText() ]
                "the same, in the same order"

            let again = run folder []
            Expect.equal again.Length first.Length "the log is the last run's"

            for line in again do
                Expect.isTrue (isCached line) (text "name" line)
                Expect.equal (why line, bytes line, text "madeBy" line) ([], 0L, "store") (text "name" line)

            Expect.equal (results ()) before "results are the same bytes"
            let log = File.ReadAllText(Path.Combine(folder, "out", "run.log"))

            let options =
                [ "--data"; "tweets"; "--store"; "store"; "--out"; "out" ]
                |> List.map (fun word -> if word.StartsWith '-' then word else Path.Combine(folder, word))

            "report" :: options @ quick @ fewNetworks "16" @ [ "--experiment"; "none" ] |> wantDone |> ignore
            Expect.equal (File.ReadAllText(Path.Combine(folder, "out", "run.log"))) log "a report is no run"

            for tweet in (SampleTweets.generate SampleTweets.defaultSeed).Train[..119] do
                Expect.isFalse (log.Contains tweet.Text) "no tweet is in it")

        testCase "why a stage was made again is told by kind"
        <| inFolder (fun folder ->
            tweets folder 120 |> ignore
            let kind name extra = run folder extra |> last name |> why
            run folder [] |> ignore
            let coarse = [ "--set"; "ridge.points-per-decade=2" ]
            Expect.equal (kind "fit-ridge" coarse) [ "setting changed" ] "a setting"
            Expect.contains (kind "split-tweets" ([ "--seed"; "2" ] @ coarse)) "seed changed" "a seed"
            let page = (objects folder "html")[0]

            for victim in objects folder "html" do
                File.Delete victim

            Expect.equal (kind "write-report" coarse) [ "missing" ] "a result that is gone"
            File.WriteAllText(page, "cut short")

            for victim in objects folder "html" do
                File.WriteAllText(victim, "cut short")

            Expect.equal (kind "write-report" coarse) [ "damaged" ] "one that is cut short"

            // As long as it was: only who reads it finds out.
            for victim in objects folder "html" do
                File.WriteAllText(victim, String.replicate (int (FileInfo victim).Length) "x")

            let lines = run folder coarse
            Expect.equal (last "write-report" lines |> why) [ "damaged" ] "one that was changed"
            Expect.isFalse (last "write-report" lines |> isCached) "and made again"
            Expect.equal (OtherVersion(1, 2)).Kind "code version changed" "another version")

        testCase "a log that cannot be written is told of, and the run goes on"
        <| inFolder (fun folder ->
            let data = tweets folder 120
            let out = Path.Combine(folder, "out")
            Directory.CreateDirectory(Path.Combine(out, "run.log")) |> ignore

            let answer =
                RunCall.run
                    data
                    (Path.Combine(folder, "store"))
                    out
                    (fewNetworks "16" @ [ "--experiment"; "none" ])
                |> wantDone

            Expect.stringContains answer.Error "ntk: warning: " "told"
            Expect.stringContains answer.Error "run.log cannot be written" "which"
            Expect.isTrue (File.Exists(Path.Combine(out, "report.html"))) "all else is there")
    ]
