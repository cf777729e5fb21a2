module NtkPipeline.Tests.TransformerClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.SampleTransformer

let private judge k evidence = (TransformerClaims.claims[k].Judge evidence) |> Array.exactlyOne

let private moved first second = {
    evidence with
        Drift = [| drift 0 1 first; drift 0 2 0.9; drift 1 1 0.9; drift 1 2 second |]
}

let private differing tangent frozen = {
    evidence with
        TunedLessTangent = Some(about 0.01 tangent)
        TunedLessFrozen = Some(about 0.01 frozen)
}

let private answers (words: string list) evidence =
    let answer = String.concat " " (TransformerAnswer.write evidence)

    for word in words do
        Expect.stringContains answer word "it says so"

let tests =
    testList "TransformerClaims" [
        testCase "the kernel regime: all seeds within it, none, some; and by the chosen epochs alone"
        <| fun () ->
            judge 0 (moved 0.03 0.04)
            |> wants (Some true) [
                "ΔΘ = 3.5%"
                "mean of 2 seeds"
                "below 5.0%"
                "staying), and its weights by 1.0%; its direction: cosine"
            ]

            judge 0 (moved 0.38 0.42)
            |> wants (Some false) [
                "ΔΘ = 40.0%"
                "though its weights had moved by 1.0% only"
                "changed less: cosine 0.93, centred 0.77"
            ]

            judge 0 (moved 0.04 0.06) |> wants None [ "ΔΘ = 5.0%" ]
            judge 0 evidence |> wants (Some false) [ "explains 62.0%"; "correlation 0.83" ]
            judge 0 untuned |> wants None [ "was not asked for (transformer.methods)" ]
            let still = { evidence.Foretold[0] with Correlation = None; Explained = None }
            let ofLora = { evidence.Foretold[0] with Of = "lora" }

            judge 0 { evidence with Foretold = [| ofLora; still |] }
            |> wants (Some false) [ "Fine-tuning changed no output" ]

        testCase "tangent kernel against frozen features: better, worse, not to be told"
        <| fun () ->
            let gain value = judge 1 { evidence with ErrorGain = about 0.01 value }
            let tie = "The band includes 0: neither is shown to be better."
            let better = gain 0.031

            better
            |> wants (Some true) [
                "is lower by 0.031 (95% band 0.021 to 0.041)"
                "+0.9 percentage points"
                "+0.8"
            ]

            Expect.isFalse (better.Evidence.Contains tie) "no tie"
            Expect.stringContains better.Setting "head fitted anew for every fold" "how"
            let worse = gain -0.031
            worse |> wants (Some false) [ "is higher by 0.031 (95% band 0.021 to 0.041)" ]
            Expect.isFalse (worse.Evidence.Contains tie) "no tie"
            gain 0.005 |> wants None [ tie ]

        testCase "fine-tuning against both: better than both, worse than one, a tie with one"
        <| fun () ->
            let tie = "Between fine-tuning and the fixed tangent kernel it is a tie."
            let both = judge 2 (differing 0.02 0.03)

            both
            |> wants (Some true) [
                "+2.0 percentage points"
                "+3.0 percentage points"
                "against the tangent kernel p = 0.62, against the frozen features' NTK p < 0.001"
                "10 stop fine-tuning"
            ]

            Expect.isFalse (both.Evidence.Contains tie) "no tie"
            judge 2 (differing -0.02 0.03) |> wants (Some false) [ "−2.0" ]
            judge 2 (differing 0.02 -0.03) |> wants (Some false) [ "−3.0" ]
            judge 2 (differing 0.0 -0.03) |> wants (Some false) [ tie ]
            judge 2 (differing 0.0 0.03) |> wants None [ tie ]
            judge 2 (differing 0.02 0.0) |> wants None [ "0.0 percentage points" ]
            judge 2 evidence |> wants None [ tie ]
            judge 2 untuned |> wants None [ "was not asked for" ]

        testCase "a band that is wide is no tie: it tells nothing, nor does one beyond the margin"
        <| fun () ->
            let wide value reach = { evidence with TunedLessTangent = Some(about reach value) }

            for value, reach in [ 0.0, 0.75; 0.002, 0.02; 0.012, 0.015; -0.03, 0.1 ] do
                let evidence = wide value reach
                let verdict = judge 2 evidence
                verdict |> wants None [ "these tweets cannot tell"; "within 2.0 points of 0" ]
                Expect.isFalse (verdict.Evidence.Contains "a tie.") "no tie"
                let answer = String.concat " " (TransformerAnswer.write evidence)
                Expect.isFalse (answer.Contains "ties with") "no tie"

                answers
                    [
                        "Whether fine-tuning the transformer does better or worse than its fixed tangent kernel"
                        "cannot be told: fine-tuning's accuracy less the kernel's is"
                        "validation tweets. Through fine-tuning that kernel moves by 40.0%."
                    ]
                    evidence

        testCase "a kernel that stays is not told as one that moves although"
        <| fun () ->
            answers
                [ "ties with its fixed tangent kernel"; ", and that kernel moves by 3.5%" ]
                (moved 0.03 0.04)

        testCase "a movement that is small is not told as none"
        <| fun () ->
            let told = [ 0.0; 4e-5; 0.0006; 0.4 ] |> List.map TransformerClaims.movement
            Expect.equal told [ "0.0%"; "less than 0.1%"; "0.1%"; "40.0%" ] "in words"

        testCase "the preferred model has the least error on the stop rows"
        <| fun () ->
            let best = TransformerClaims.preferred evidence
            Expect.equal best.Id "fine-tuned" "0.49"
            Expect.equal (TransformerClaims.preferred untuned).Id "tangent" "0.50 without it"
            answers [ "the stop set prefers: fine-tuned (validation accuracy 80.0%)" ] evidence
            answers [ "prefers: tangent kernel, fitted head" ] untuned

        testCase "the answer says a tie of a tie, more of more, worse of worse, and how far the kernel moved"
        <| fun () ->
            answers
                [
                    "Fine-tuning the transformer ties with its fixed tangent kernel"
                    "though that kernel moves by 40.0%"
                    "+0.2 percentage points (95% band −0.8 to +1.2) on 40 validation tweets"
                    "In cross-validation that kernel beats the kernel of the frozen features: squared error lower by 0.031"
                ]
                evidence

            answers [ "does more than its tangent kernel" ] (differing 0.02 0.03)
            answers [ "does worse than its tangent kernel" ] (differing -0.02 0.03)
            let gain value = { evidence with ErrorGain = about 0.01 value }

            answers
                [
                    "is worse than the kernel of the frozen features"
                    "higher by 0.031 (95% band 0.021 to 0.041)"
                ]
                (gain -0.031)

            answers [ "cannot be told"; "lower by 0.005 (95% band −0.005 to 0.015)" ] (gain 0.005)
            answers [ "cannot be told"; "higher by 0.005 (95% band −0.005 to 0.015)" ] (gain -0.005)

            let silent = String.concat " " (TransformerAnswer.write untuned)
            Expect.isFalse (silent.Contains "Fine-tuning the transformer") "nothing of what was not asked"
            answers [ "In cross-validation the tangent kernel of the pretrained transformer beats" ] untuned

        testCase "what was seen of each training is taken where it was stopped"
        <| fun () ->
            let chosen = TransformerClaims.chosen evidence

            Expect.equal
                (chosen |> Array.map (fun d -> d.Seed, d.Epoch))
                [| 0, 1; 1, 2 |]
                "each its own epoch"

            Expect.isEmpty (TransformerClaims.chosen untuned) "none"
    ]
