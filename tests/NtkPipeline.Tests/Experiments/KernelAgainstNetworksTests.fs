module NtkPipeline.Tests.KernelAgainstNetworksTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.SampleContest

let tests =
    testList "KernelAgainstNetworks" [
        testCase "ensemble and single networks are held against the kernel row by row"
        <| fun () ->
            // Each network misses rows of its own; their mean output, of three, misses none of these.
            let found = evidence 0.5 (fun number -> [ 500 + 50 * number .. 549 + 50 * number ])
            let contest = Expect.wantSome found.Contest "a contest"
            Expect.floatClose Accuracy.high contest.Ensemble 1.0 "two of three are right everywhere"
            Expect.floatClose Accuracy.high contest.Single 0.95 "each misses 50 of 1,000"
            Expect.floatClose Accuracy.high contest.Kernel 0.8 "200"
            Expect.floatClose Accuracy.high contest.Difference.Value 0.2 "of the ensemble"
            Expect.floatClose Accuracy.high contest.SingleDifference.Value 0.15 "of one"
            Expect.floatClose Accuracy.high contest.Ensembling.Value 0.05 "of averaging"

            Expect.equal
                contest.Discordance
                { OnlyFirst = 200; OnlySecond = 0; Rows = 1000 }
                "the kernel's mistakes"

            Expect.equal contest.P (McNemar.p contest.Discordance) "exact"
            Expect.equal (contest.Members, contest.DeltaTheta) (3, Some 0.5) "three"

        testCase
            "runs that diverged are left out; without any there is no contest, and a chapter all the same"
        <| fun () ->
            let runs = networks 0.5 better
            let some = judge (input (diverge runs[0] :: runs[1..]) [| plain |])
            Expect.equal (some.Contest |> Option.map _.Members) (Some 2) "two"
            let none = judge (input (List.map diverge runs) [||])
            Expect.isNone none.Contest "none"

            let unchosen = judge { input runs [||] with Choice = { choice with Chosen = None } }

            Expect.isNone unchosen.Contest "where nothing was chosen, nothing is judged"

            for found in [ some; none; unchosen ] do
                let chapter =
                    (FeatureChapter.ofEvidence (artifact "runs" runs) (artifact "found" found)).Value.Force()
                    |> want

                Expect.equal chapter.Verdicts.Length 3 "every claim"
                Expect.isNonEmpty chapter.Words "words"
                let names = chapter.Findings |> Array.map _.Metric
                Expect.equal (Array.distinct names).Length names.Length "no number twice"

        testCase "what was found is kept and read back, and the same seed gives the same"
        <| fun () ->
            let found = evidence 0.5 better
            Expect.equal (evidence 0.5 better) found "again"
            let codec = (KernelAgainstNetworks.stage settings).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"
    ]
