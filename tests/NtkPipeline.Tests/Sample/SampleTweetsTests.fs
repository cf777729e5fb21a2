module NtkPipeline.Tests.SampleTweetsTests

open System.IO
open Expecto
open NtkPipeline.Core

let private bytes tweets =
    use stream = new MemoryStream()
    TweetTable.codec.Write stream tweets
    stream.ToArray()

let private sample = lazy (SampleTweets.generate SampleTweets.defaultSeed)

let private share predicate items =
    float (items |> Array.filter predicate |> Array.length) / float (Array.length items)

let tests =
    testList "SampleTweets" [
        testCase "the shipped files are what the generator writes, byte for byte"
        <| fun () ->
            let shipped name = File.ReadAllBytes(Clone.path $"data/sample/%s{name}")
            Expect.isTrue (bytes sample.Value.Train = shipped "train.csv") "train.csv: run `build.fsx sample`"
            Expect.isTrue (bytes sample.Value.Test = shipped "test.csv") "test.csv: run `build.fsx sample`"

        testCase "another seed gives other tweets, the same seed the same"
        <| fun () ->
            let again = SampleTweets.generate SampleTweets.defaultSeed
            Expect.equal again sample.Value "the same"
            Expect.notEqual (SampleTweets.generate 1).Train again.Train "others"

        testCase "it is a miniature of the real thing"
        <| fun () ->
            let train = sample.Value.Train
            let holds (part: string) (tweet: Tweet) = tweet.Text.Contains part

            for name, predicate, low, high in
                [
                    "positive", (fun (tweet: Tweet) -> tweet.Target = Some true), 0.38, 0.48
                    "links", holds "http://t.co/", 0.3, 0.7
                    "mentions", holds "@", 0.1, 0.5
                    "tags", holds "#", 0.15, 0.6
                    "entities", holds "&amp;", 0.01, 0.2
                    "without keyword", _.Keyword.IsNone, 0.003, 0.03
                    "without location", _.Location.IsNone, 0.25, 0.45
                ] do
                let found = share predicate train
                Expect.isTrue (found >= low && found <= high) $"%s{name}: %g{found} in %g{low} … %g{high}"

        testCase "some texts stand twice, a few of them under both labels"
        <| fun () ->
            let byText = sample.Value.Train |> Array.groupBy _.Text |> Array.map snd

            Expect.isGreaterThan
                (byText |> Array.filter (fun group -> group.Length > 1) |> Array.length)
                20
                "copies"

            Expect.isGreaterThan
                (byText
                 |> Array.filter (fun group -> (group |> Array.distinctBy _.Target).Length > 1)
                 |> Array.length)
                3
                "contradictions"

        testCase "no row of the test set has a target"
        <| fun () -> Expect.all sample.Value.Test _.Target.IsNone "none"

        testCase "each common keyword is used in earnest and in play"
        <| fun () ->
            for keyword, group in sample.Value.Train |> Array.groupBy _.Keyword do
                if group.Length >= 15 then
                    let positive = share (fun tweet -> tweet.Target = Some true) group
                    Expect.isTrue (positive > 0.0 && positive < 1.0) $"%A{keyword}: %g{positive}"
    ]
