module NtkPipeline.Tests.LearnedVerdictsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let private score wrong : FamilyScore = {
    RelativeRidge = 0.1
    LooError = 0.5
    Evidence = Some 1.2
    Outputs = missing wrong
}

let private report: LearnedReport = {
    Kind = KernelKind.Ntk
    Objective = "negative log marginal likelihood a row"
    Rows = 400
    Networks = [| { Weight = 1.0; Network = "dense 1 | relu | dense 1" } |]
    Ridge = 0.1
    Parameters = [| { Name = "ridge"; Start = 0.5; End = 0.1; IsHeld = false } |]
    Start = 1.4
    End = 1.2
    Trace = [| 1.4; 1.3; 1.2 |]
    Steps = 2
    Evaluations = 3
    LargestGradient = 1e-5
    StoppedBy = "a small gradient"
}

/// The base kernel misses the first 200 rows, the learned one these.
let private trial family fold wrong : LearnedTrial = {
    Family = family
    Fold = fold
    Rows = 400
    Names = [| "relu" |]
    Report = Some report
    Base = Some(score [ 0..199 ])
    Learned = Some(score wrong)
    Labels = labels
    Refusal = None
}

let private judge trials =
    let runner: IRunner = MemoryRunner(Seed.root 3UL)
    let inputs = artifact "inputs" (split, trials)
    (want (runner.Run(LearnedVerdicts.stage settings LearnBy.Likelihood, inputs))).Value.Force() |> want

let private both family folds validation = [
    trial family (Some 0) folds
    trial family (Some 1) folds
    trial family None validation
]

let private verdicts trials =
    let found = judge trials
    LearnedVerdicts.claims |> Seq.collect (fun claim -> claim.Judge found) |> Array.ofSeq

let private views, scales = KernelFamily.Views, KernelFamily.Scales

let tests =
    testList "LearnedVerdicts" [
        testCase "claims: a learned kernel that gains, that loses, that cannot be told, and that was refused"
        <| fun () ->
            let only validation = Array.exactlyOne (verdicts (both views [ 0..149 ] validation))

            only [ 0..99 ]
            |> wants (Some true) [
                "the weights of views"
                "+10.0 percentage points"
                "On 2000 fitted rows"
                "+5.0"
                "the marginal likelihood, on 400 of"
            ]

            only [ 0..299 ] |> wants (Some false) [ "−10.0" ]
            only [ 0..199 ] |> wants None [ "0.0 percentage points" ]

            let refused = { trial views None [] with Learned = None; Refusal = Some "it is not finite" }

            Array.exactlyOne (verdicts [ trial views (Some 0) []; refused ])
            |> wants None [ "it is not finite" ]

            Expect.equal (verdicts (both views [] [] @ both scales [] [])).Length 2 "a verdict each"

        testCase "the answer is of the family with the least error on folds, judged on validation rows"
        <| fun () ->
            let answer trials = judge trials |> LearnedVerdicts.answer |> String.concat " "
            // Outputs are ±1, so that a row that is missed has a squared error of 4.
            let gain = Array.exactlyOne (judge (both views [ 0..99 ] [ 0..299 ])).Gains
            let first, second = Expect.wantSome gain.FoldErrors "errors"
            KernelSamples.wantClose 1e-12 "200 and 100 of 1,000" [| first; second |] [| 0.8; 0.4 |]
            // Views look better on the folds, and worse where it counts.
            let mixed = both views [ 0..99 ] [ 0..299 ] @ both scales [ 0..189 ] [ 0..99 ]
            Expect.stringContains (answer mixed) "the weights of views, on 400 rows) harms" "chosen by folds"
            Expect.stringContains (answer mixed) "−10.0" "judged on validation"
            Expect.stringContains (answer (both scales [ 0..99 ] [ 0..99 ])) "pays" "a gain"
            Expect.stringContains (answer (both scales [ 0..99 ] [ 0..199 ])) "shows no gain" "none"
            Expect.equal (answer [ { trial views None [] with Base = None } ]) "" "nothing to say"

        testCase "the chapter tells every number once, whatever was refused"
        <| fun () ->
            let refused = { trial scales None [] with Learned = None; Report = None; Refusal = Some "no" }

            for trials in [ both views [ 0..99 ] [ 0..99 ]; [ refused ]; both views [] [] @ [ refused ] ] do
                let found = judge trials
                let chapter = (LearnedChapter.ofEvidence (artifact "found" found)).Value.Force() |> want
                let names = chapter.Findings |> Array.map _.Metric
                Expect.equal (Array.distinct names).Length names.Length "no number twice"
                Expect.isNonEmpty chapter.Words "words"
                Expect.isNonEmpty chapter.Tables "tables"

        testCase "what was found is kept and read back"
        <| fun () ->
            let found = judge (both views [ 0..99 ] [ 0..99 ])
            let codec = (LearnedVerdicts.stage settings LearnBy.Likelihood).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"
    ]
