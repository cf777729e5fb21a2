module NtkPipeline.Tests.SequenceClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.SampleSequence

let private judge k evidence = (SequenceClaims.claims[k].Judge evidence) |> Array.exactlyOne

let private ordered loo validation = {
    evidence with
        Order = gap SequenceModel.Convolution SequenceModel.Mean loo validation
}

let private answer evidence = String.concat " " (SequenceClaims.answer evidence)

let tests =
    testList "claims of texts as sequences" [
        testCase "word order helps where both bands say so; a tie is said to be one"
        <| fun () ->
            judge 0 (ordered 0.02 0.03)
            |> wants (Some true) [
                "0.020 (95% band 0.010 to 0.030)"
                "mean of the tokens"
                "2000 of 6090 fitted tweets"
                "so the order itself is what it uses"
            ]

            judge 0 (ordered -0.02 -0.03) |> wants (Some false) [ "−0.030" ]
            judge 0 (ordered 0.001 -0.002) |> wants None [ "Both bands are near 0 and include it: a tie." ]

            let wide = {
                evidence with
                    Order = {
                        evidence.Order with
                            LooError = about 0.3 0.0
                            ValidationError = about 0.3 0.0
                    }
            }

            judge 0 wide |> wants None [ "too wide for a tie" ]
            judge 0 (ordered 0.02 0.002) |> wants None [ "The validation tweets' band includes 0" ]
            judge 0 (ordered 0.002 -0.02) |> wants None [ "The band of leave-one-out includes 0" ]
            judge 0 (ordered 0.02 -0.02) |> wants None [ "The two contradict each other." ]

            let unsure = {
                evidence with
                    Control = gap SequenceModel.Convolution SequenceModel.Shuffled 0.001 0.001
            }

            judge 0 unsure |> wants (Some true) [ "which does not tell that it uses the order" ]

            judge 0 {
                evidence with
                    Control = gap SequenceModel.Convolution SequenceModel.Shuffled -0.03 -0.03
            }
            |> wants (Some true) [ "so the order misleads it" ]

        testCase "attention against convolution"
        <| fun () ->
            judge 1 evidence |> wants None [ "Attention's squared error"; "a tie" ]

            judge 1 {
                evidence with
                    Attention = gap SequenceModel.Attention SequenceModel.Convolution 0.04 0.05
            }
            |> wants (Some true) [ "0.050" ]

        testCase "finite convolutional networks against their kernel, by the widest"
        <| fun () ->
            judge 2 evidence
            |> wants (Some false) [
                "m = 256, 2 seeds"
                "−0.020"
                "ΔΘ = 34.0%"
                "12.0% from the infinitely wide one"
            ]

            let widest saved = { evidence with Networks = [| networks SequenceModel.Convolution 64 saved |] }

            judge 2 (widest 0.05) |> wants (Some true) [ "m = 64" ]
            judge 2 (widest 0.001) |> wants None [ "The band is near 0 and includes it: a tie." ]
            judge 2 { evidence with Networks = [||] } |> wants None [ "sequence.networks" ]
            Expect.stringContains (answer (widest 0.05)) "do better than their kernel (m = 64)" "better"
            Expect.stringContains (answer (widest 0.001)) "tie with their kernel" "a tie"
            Expect.stringContains (answer evidence) "do worse than their kernel (m = 256)" "worse"

        testCase "the answer is of all claims"
        <| fun () ->
            let found = answer evidence
            Expect.stringContains found "Word order helps the kernel" "helps"
            Expect.stringContains found "against each token by itself" "against what"
            Expect.stringContains found "Between attention's kernel and convolution's it is undecided" "a tie"
            Expect.stringContains (answer (ordered -0.02 -0.03)) "Word order harms" "harms"
            Expect.stringContains (answer (ordered 0.0 0.0)) "is not shown to help" "a tie"

        testCase "the chapter has all numbers, and what all fitted tweets would cost"
        <| fun () ->
            let made = Artifact.create "evidence" (Digest.ofBytes [||]) (lazy (Ok evidence))
            let chapter = Expect.wantOk ((SequenceChapter.ofEvidence made).Value.Force()) "a chapter"
            Expect.equal chapter.Id "sequence" "its name"
            Expect.hasLength chapter.Verdicts 3 "claims"
            let metrics = chapter.Findings |> Array.map _.Metric
            Expect.equal (Array.distinct metrics) metrics "each once"

            for model in SequenceModel.all do
                Expect.contains metrics $"%s{SequenceModel.id model}/loo-accuracy" "every kernel"

            Expect.contains metrics "network/convolution/m=256/delta-theta" "every network"
            Expect.contains metrics "network/convolution-less-mean/accuracy" "and between them"
            Expect.hasLength chapter.Tables 4 "tables"
            Expect.hasLength chapter.Charts 2 "charts"
            let words = String.concat " " chapter.Words
            Expect.stringContains words "all 6090 (sequence.rows) would take 3.4e+10 pairs" "the price"
            Expect.stringContains words "about 70 minutes" "its time"
            Expect.stringContains words "The least leave-one-out error is that of: attention" "the best"
            Expect.hasLength (List.head chapter.Tables).Rows 5 "a row a kernel"
            let whole = { evidence with FittedRows = 6090; Networks = [||]; Contests = [||] }

            let made = Artifact.create "evidence" (Digest.ofBytes [||]) (lazy (Ok whole))
            let chapter = Expect.wantOk ((SequenceChapter.ofEvidence made).Value.Force()) "a chapter"
            Expect.isFalse ((String.concat " " chapter.Words).Contains "would take") "all were taken"
            Expect.hasLength chapter.Tables 2 "kernels alone"
    ]
