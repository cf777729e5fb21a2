module NtkPipeline.Tests.OwnClaimsTests

open Expecto
open NtkPipeline.Core

let private difference value reach = { Value = value; Lower = value - reach; Upper = value + reach }

let private scores id title accuracy = {
    Id = id
    Title = title
    Choice = ""
    Measures = [| { Name = "accuracy"; Value = accuracy } |]
    Error = 1.0 - accuracy
}

/// A model that stays where it was, whose three uses are as good as one another.
let still: OwnEvidence = {
    File = "m.onnx"
    Facts = {
        Format = "ONNX"
        Type = "float32"
        Parameters = 100L
        Tensors = 4
        Shape = [| 8L |]
        Outputs = 1
        TakesBatches = true
    }
    Inputs = "the run's rows"
    Measure = "accuracy"
    LazyThreshold = 0.05
    Margin = 0.01
    FittedRows = 80
    AllFittedRows = 100
    ValidationRows = 25
    ProbeRows = 16
    Largest = 2.0
    Side = 80
    Rate = 1.0
    Eta = 40.0
    Unit = "N/Λ_max"
    Epochs = 3
    Stop = { Epoch = Some 2; Errors = [| 1.0; 0.5; 0.4; 0.6 |]; Folds = 1; Rows = 16 }
    Judged = Some 2
    Diverged = None
    Models = [|
        scores "as-it-comes" "as it comes" 0.5
        scores "analytic" "the run's analytic kernel" 0.7
        scores "tangent" "its own tangent kernel" 0.8
        scores "linearised" "linearised, trained alike" 0.8
        scores "fine-tuned" "fine-tuned" 0.8
    |]
    TangentLessAnalytic = difference 0.0 0.01
    TunedLessTangent = Some(difference 0.0 0.01)
    TunedLessAnalytic = Some(difference 0.0 0.01)
    TunedLessLinearised = Some(difference 0.0 0.01)
    TunedLessStart = Some(difference 0.3 0.1)
    Movement = Some(difference 0.02 0.01)
    Course = {
        Movement = [| 0.0; 0.01; 0.02; 0.03 |]
        Cka = [| 1.0; 0.99; 0.98; 0.97 |]
        Weights = [| 0.0; 0.001; 0.002; 0.003 |]
    }
    Errors = [| 1.0; 0.5; 0.4; 0.6 |]
    LinearisedErrors = [| 1.0; 0.5; 0.4; 0.6 |]
    Foretold = [|
        {
            Id = "linearised"
            What = "the linearised model, trained alike"
            Correlation = Some 0.99
            Explained = Some 0.97
            Agreement = Some 1.0
        }
    |]
}

let private judge evidence =
    OwnClaims.claims |> List.collect (fun claim -> List.ofArray (claim.Judge evidence))

let private wants holds (words: string list) (verdict: Verdict) =
    Expect.equal verdict.Holds holds verdict.Evidence

    for word in words do
        Expect.stringContains verdict.Evidence word verdict.Claim

/// Has the answer these words?
let says (words: string list) evidence =
    let answer = OwnAnswer.sentences evidence |> String.concat " "

    for word in words do
        Expect.stringContains answer word "the answer"

let tests =
    testList "claims of a model of one's own" [
        testCase "a band of ΔΘ below the threshold stays, one above it leaves, and one across it cannot tell"
        <| fun () ->
            let movement value reach = { still with Movement = Some(difference value reach) }

            (judge still)[0]
            |> wants (Some true) [
                "After 2 epochs of 3, as 16 held-out fitted rows chose,"
                "ΔΘ = 2.0% (95% band 1.0% to 3.0%)"
                "explains 97.0%"
                "centred alignment 0.980"
            ]

            (judge (movement 0.3 0.1))[0] |> wants (Some false) [ "ΔΘ = 30.0%" ]
            (judge (movement 0.05 0.02))[0] |> wants None []
            says [ "m.onnx stays in the kernel regime"; "move its tangent kernel by 2.0%" ] still
            says [ "m.onnx leaves the kernel regime" ] (movement 0.3 0.1)
            says [ "m.onnx stands at the border of the kernel regime" ] (movement 0.05 0.02)

        testCase "a narrow band about 0 is a tie, a wide one tells nothing, and others have a side"
        <| fun () ->
            let kernels value reach = { still with TangentLessAnalytic = difference value reach }
            let tuned value reach = { still with TunedLessTangent = Some(difference value reach) }
            (judge still)[1] |> wants None [ "80.0%"; "70.0%"; "It is a tie: neither is shown to be better." ]
            (judge (kernels 0.0 0.05))[1] |> wants None [ "Which is better these rows cannot tell." ]
            (judge (kernels 0.05 0.01))[1] |> wants (Some true) [ "+5.0 percentage points" ]
            (judge (kernels -0.05 0.01))[1] |> wants (Some false) [ "−5.0 percentage points" ]
            (judge still)[2] |> wants None [ "It is a tie: neither"; "Less that of its linearisation" ]
            (judge (tuned 0.05 0.01))[2] |> wants (Some true) [ "+5.0 percentage points" ]
            (judge (tuned -0.05 0.01))[2] |> wants (Some false) []

            says
                [
                    "Fine-tuning it ties with regression with that kernel (neither is shown to be better): "
                    "That kernel ties with the run's analytic kernel (neither is shown to be better), by"
                ]
                still

            says [ "Fine-tuning it beats regression" ] (tuned 0.05 0.01)

            says [ "Fine-tuning it is not told from"; "That kernel is worse than" ] {
                tuned 0.0 0.05 with
                    TangentLessAnalytic = difference -0.05 0.01
            }

        testCase "numbers are compared by R², not in percentage points"
        <| fun () ->
            let evidence = {
                still with
                    Measure = "r2"
                    Models = [|
                        for model in still.Models ->
                            { model with Measures = [| { Name = "r2"; Value = 0.9 } |] }
                    |]
                    TangentLessAnalytic = difference 0.05 0.01
            }

            (judge evidence)[1] |> wants (Some true) [ "R² of"; "0.900"; "0.050 (95% band 0.040 to 0.060)" ]

            says
                [
                    "by R² 0.050 (95% band"
                    "As it comes the model reaches R² 0.900, fine-tuned R² 0.900."
                ]
                evidence

        testCase "a model that diverged has no verdict but that of its kernel, and says why"
        <| fun () ->
            let lost = {
                still with
                    Judged = None
                    Diverged = Some 2
                    Movement = None
                    TunedLessTangent = None
                    TunedLessAnalytic = None
                    TunedLessLinearised = None
                    Foretold = [||]
            }

            let verdicts = judge lost
            verdicts[0] |> wants None [ "diverged in epoch 2"; "train.rate" ]
            verdicts[1] |> wants None [ "It is a tie: neither" ]
            verdicts[2] |> wants None [ "diverged in epoch 2" ]
            says [ "cannot be told"; "ties with the run's analytic kernel (neither" ] lost
    ]
