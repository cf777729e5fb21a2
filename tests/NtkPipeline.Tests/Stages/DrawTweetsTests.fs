module NtkPipeline.Tests.DrawTweetsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let tests =
    testList "DrawTweets" [
        testCase "so many tweets are drawn, of each class its share, in their order, by the seed"
        <| fun () ->
            let all = tweets 300
            let drawn = run (DrawTweets.stage 90) all |> want
            Expect.equal drawn.Length 90 "so many"
            Expect.equal (drawn |> Array.filter (fun tweet -> tweet.Target = Some true)).Length 30 "a third"
            Expect.equal (drawn |> Array.sortBy _.Id) drawn "in their order"
            Expect.all drawn (fun tweet -> Array.contains tweet all) "theirs"
            Expect.equal (run (DrawTweets.stage 90) all |> want) drawn "the same again"
            let other: IRunner = MemoryRunner(Seed.root 2UL)

            let others = other.Run(DrawTweets.stage 90, input all) |> Result.bind _.Value.Force() |> want

            Expect.notEqual others drawn "another seed draws others"

        testCase "where there are no more, all are taken"
        <| fun () ->
            let all = tweets 30
            Expect.equal (run (DrawTweets.stage 30) all |> want) all "as many"
            Expect.equal (run (DrawTweets.stage 1000) all |> want) all "fewer"
    ]
