/// Texts that have broken somebody's program are embedded, tokenized and learned from.
module NtkPipeline.Tests.GarbageTextTests

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open FsCheck
open FsCheck.FSharp
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// Lines that have broken somebody's program.
let private lines = [
    "right to left: مرحبا بالعالم \u202Eevil\u202C"
    "only emoji: 😀👩‍👩‍👧🏴\U000E0067\U000E007F"
    "😀"
    ""
    "   "
    "http://t.co/x @a #"
    "zalgo: H\u0337\u0310e\u0334\u0300"
    "combining first: \u0301\u0301"
    "\uFFFD\uFFFE"
    "<script>alert(1)</script>"
    "'; DROP TABLE tweets; --"
    String('x', 1_000_000)
    String.replicate 20_000 "fire "
    String.replicate 20_000 "\u0301"
    "fire fires"
    "Fire! fires"
    "#fire #fires"
]

/// Tweets whose texts, keywords and places are garbage that a CSV file can hold, each third one; the others are the sample's.
let private garbageTweets folder rows =
    let garbage =
        Gen.sampleWithSeed (Rnd 1UL) 40 (4 * rows) Garbage.text
        |> Array.map (fun text -> Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace("\u0000", ""))))

    let spoil k (tweet: Tweet) =
        if k % 3 = 0 then
            {
                tweet with
                    Text = if k / 3 < lines.Length then lines[k / 3][..20_000] else garbage[4 * k]
                    Keyword = Some garbage[4 * k + 1]
                    Location = Some garbage[4 * k + 2]
            }
        else
            tweet

    let sample = SampleTweets.generate SampleTweets.defaultSeed
    let data = Directory.CreateDirectory(Path.Combine(folder, "<b>tweets")).FullName

    let write (name: string) (tweets: Tweet[]) =
        use file = File.Create(Path.Combine(data, name))
        TweetTable.codec.Write file (tweets |> Array.mapi spoil)

    write "train.csv" (Array.truncate rows sample.Train)
    write "test.csv" (Array.truncate (rows / 4) sample.Test)
    data

let tests =
    testList "garbage" [
        testCase "strange lines, a megabyte long ones among them, are embedded and tokenized"
        <| inFolder (fun folder ->
            let texts = Path.Combine(folder, "texts.txt")
            File.WriteAllLines(texts, lines)
            let out = Path.Combine(folder, "e.npy")

            let rows encoder =
                [
                    "embed"
                    "--encoder"
                    encoder
                    "--texts"
                    texts
                    "--out"
                    out
                    "--store"
                    Path.Combine(folder, "store")
                ]
                |> wantDone
                |> ignore

                Expect.wantOk (SourceFile.readNpy32 out |> Result.mapError _.Sentence) "an array"

            let lsa = rows "lsa:2"
            Expect.equal lsa.Rows lines.Length "a row a line"
            Expect.equal (Matrix.firstNonFinite32 lsa) None "finite"
            let tiny = Directory.CreateDirectory(Path.Combine(folder, "tiny")).FullName
            TinyEncoder.write tiny
            let embedded = rows $"minilm:%s{tiny}"
            Expect.equal (embedded.Rows, embedded.Columns) (lines.Length, 16) "a row a line"
            Expect.equal (rows $"minilm:%s{tiny}") embedded "and the same again from the store"
            let ids = ([ "tokenize"; "--vocab"; vocabulary folder; "--texts"; texts ] |> wantDone).Output
            Expect.equal (ids.TrimEnd().Split '\n').Length lines.Length "a list a line")

        testCase "a run takes tweets of garbage"
        <| inFolder (fun folder ->
            let data, out = garbageTweets folder 150, Path.Combine(folder, "out")
            let tiny = Directory.CreateDirectory(Path.Combine(folder, "tiny")).FullName
            TinyEncoder.write tiny

            let run extra =
                [
                    "run"
                    "--data"
                    data
                    "--out"
                    out
                    "--store"
                    Path.Combine(folder, "store")
                    "--set"
                    "train.widths=16,128"
                    "--set"
                    "split.folds=3"
                ]
                @ quick
                @ extra
                |> wantDone
                |> ignore

                use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
                let page = File.ReadAllText(Path.Combine(out, "report.html"))
                Expect.isFalse (page.Contains "<b>tweets") "the report escapes what it shows"
                nonNull (summary.RootElement.GetProperty("data").GetProperty("encoder").GetString())

            let clean = [
                "--set"
                "clean.emoji=keep"
                "--set"
                "clean.hashtags=split"
                "--set"
                "split.together=similar"
            ]

            Expect.stringContains (run ([ "--set"; "embed.encoder=lsa" ] @ clean)) "lsa" "by LSA"

            let transformer = [ "--set"; "embed.encoder=minilm"; "--set"; $"embed.model=%s{tiny}" ]

            Expect.equal (run transformer) "tiny" "by the transformer")
    ]
