module NtkPipeline.Tests.SummaryJsonTests

open System.Text.Json
open System.Text.Json.Nodes
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let private synthetic = lazy (SampleFindings.make true)

let tests =
    let stages = [|
        {
            Name = "read-tweets/train"
            Question = ""
            Key = "ab12"
            Result = "12ab"
            Cached = true
            Cost = StageCost.none
        }
        {
            Name = "report"
            Question = "widths"
            Key = "cd34"
            Result = "34cd"
            Cached = false
            Cost = {
                Reasons = [ OtherSeed; ObjectDamaged ]
                By = "worker a\u001b"
                Seconds = 1.25
                Peak = Some { Bytes = 2048L; IsOfStage = true }
                Written = 512L
            }
        }
    |]

    let parse findings =
        JsonDocument.Parse(SummaryJson.write findings 61.5 (stages |> Array.map _.Json)).RootElement

    let names (element: JsonElement) = element.EnumerateObject() |> Seq.map _.Name |> Set.ofSeq

    let has (keys: string list) (element: JsonElement) =
        Expect.isEmpty (Set.difference (Set.ofList keys) (names element)) "every key of the contract"

    let number (name: string) (element: JsonElement) = element.GetProperty(name).GetDouble()

    testList "SummaryJson" [
        testCase "it holds every key of the contract with the findings' values"
        <| fun () ->
            let findings = synthetic.Value
            let root = parse findings
            has [ "data"; "kernelRegression"; "networks"; "verdict"; "seconds"; "stages" ] root
            let data = root.GetProperty "data"
            has [ "name"; "synthetic"; "trainRows"; "testRows"; "encoder"; "features" ] data
            Expect.equal (data.GetProperty("name").GetString()) findings.Data.Name "even a hostile one"
            Expect.isTrue (data.GetProperty("synthetic").GetBoolean()) "it says so"

            Expect.equal
                [
                    for key in [ "trainRows"; "testRows"; "features" ] -> data.GetProperty(key).GetInt32()
                ]
                [ 7613; 3263; 128 ]
                "counts"

            let kernel = root.GetProperty "kernelRegression"

            Expect.equal
                [
                    for key in
                        [
                            "ridge"
                            "cvAccuracy"
                            "cvF1"
                            "looAccuracy"
                            "validationAccuracy"
                            "validationF1"
                            "validationAuc"
                        ] -> number key kernel
                ]
                [
                    findings.Kernel.Chosen.Ridge
                    Expect.wantSome findings.Kernel.Chosen.CvAccuracy "known"
                    Expect.wantSome findings.Kernel.Chosen.CvF1 "known"
                    Expect.wantSome findings.Kernel.Chosen.LooAccuracy "known"
                    findings.Kernel.Validation.Accuracy
                    findings.Kernel.Validation.F1
                    findings.Kernel.Validation.Auc
                ]
                "bit for bit"

            Expect.equal (number "seconds" root) 61.5 "given"

        testCase "each network has its outcome, and a diverged one has nulls"
        <| fun () ->
            let networks = (parse synthetic.Value).GetProperty "networks"
            Expect.equal (networks.GetArrayLength()) synthetic.Value.Networks.Length "all runs"

            for json, run in Seq.zip (networks.EnumerateArray()) synthetic.Value.Networks do
                Expect.equal (json.GetProperty("width").GetInt32()) run.Spec.Width "width"
                Expect.equal (json.GetProperty("seed").GetInt32()) run.Spec.Member "seed"
                Expect.equal (number "learningRate" json) run.Spec.Rate "rate"
                Expect.equal (json.GetProperty("steps").GetInt32()) run.Steps "steps"

                Expect.equal
                    (json.GetProperty("inputScale").GetString())
                    (InputScale.print run.Spec.InputScale)
                    "scale"

                Expect.equal (number "initKernelError" json) run.InitKernelError "before training"
                let last = Array.last run.Epochs

                for key, value in
                    [
                        "validationAccuracy", Some last.Validation.Accuracy
                        "validationF1", Some last.Validation.F1
                        "deltaTheta", run.DeltaTheta
                        "gapToKernel", last.GapToKernelValidation |> Option.map _.Rms
                        "gapToLinearised", last.GapToLinearisedValidation |> Option.map _.Rms
                    ] do
                    let expected = if run.Diverged.IsSome then None else value

                    let found =
                        match json.GetProperty(key).ValueKind with
                        | JsonValueKind.Null -> None
                        | _ -> Some(number key json)

                    Expect.equal found expected key

        testCase "verdicts may be open, stages say whether they ran"
        <| fun () ->
            let root = parse synthetic.Value

            for json, verdict in
                Seq.zip (root.GetProperty("verdict").EnumerateArray()) synthetic.Value.Comparison.Verdicts do
                Expect.equal (json.GetProperty("claim").GetString()) verdict.Claim "claim"
                Expect.equal (json.GetProperty("evidence").GetString()) verdict.Evidence "evidence"

                let holds =
                    match json.GetProperty("holds").ValueKind with
                    | JsonValueKind.Null -> None
                    | _ -> Some(json.GetProperty("holds").GetBoolean())

                Expect.equal holds verdict.Holds "null where it cannot be decided"

            let found = root.GetProperty "stages"

            Expect.equal
                [
                    for json in found.EnumerateArray() ->
                        json.GetRawText() |> JsonNode.Parse |> nonNull |> _.ToJsonString()
                ]
                [ for stage in stages -> stage.Json.ToJsonString() ]
                "as given"

            let made = found[1]

            Expect.equal
                (number "seconds" made, number "bytes" made, number "peakMemory" made)
                (1.25, 512.0, 2048.0)
                "what it took"

            Expect.equal
                [ for reason in made.GetProperty("why").EnumerateArray() -> reason.GetString() ]
                [ "seed changed"; "damaged" ]
                "why"

            Expect.equal (found[0].GetProperty("peakMemory").ValueKind) JsonValueKind.Null "nothing was made"

        testCase "where everything diverged it is still JSON"
        <| fun () ->
            let networks = (parse SampleFindings.barren).GetProperty "networks"

            for json in networks.EnumerateArray() do
                Expect.equal
                    (json.GetProperty("validationAccuracy").ValueKind)
                    JsonValueKind.Null
                    "no outcome"
    ]
