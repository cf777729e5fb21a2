module NtkPipeline.Tests.FewRowsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

/// Unit rows in the plane at these angles; none stands for a zero row.
let private at (angles: float option list) =
    angles
    |> List.map (fun angle ->
        match angle with
        | Some angle -> [| float32 (cos angle); float32 (sin angle) |]
        | None -> [| 0.0f; 0.0f |])
    |> Array.ofList
    |> Matrix.ofRows 2

let private features: Features = {
    Labelled = at [ Some 0.0; Some 1.0; Some 1.001; Some 2.0; None; Some 3.0; Some 0.5; Some 1.5 ]
    Test = at [ Some 4.0 ]
    Facts = {
        Encoder = "none"
        Reduction = "none"
        EmbeddingColumns = 2
        Columns = 2
        ExplainedVariance = [||]
        ZeroLabelledRows = [| 4 |]
        ZeroTestRows = [||]
    }
}

let private whole = {
    split with
        Train = [| 0; 1; 2; 3; 4; 5 |]
        Validation = [| 6; 7 |]
        Folds = [| 0; 1; 0; 1; 0; 1 |]
        Labels = [| 1.0; 1.0; -1.0; -1.0; 1.0; 1.0; -1.0; 1.0 |]
        Targets = [| -1.0; 1.0; -1.0; -1.0; 1.0; 1.0; -1.0; 1.0 |]
}

let private take train validation =
    let stage = FewRows.stage { Train = train; Validation = validation }
    let runner: IRunner = MemoryRunner(Seed.root 1UL)
    let inputs = Artifact.both (artifact "features" features) (artifact "split" whole)
    runner.Run(stage, inputs) |> Result.bind _.Value.Force() |> Result.mapError _.Sentence

let tests =
    testList "FewRows" [
        testCase "repeated and zero rows are left out, and the rest are in one order throughout"
        <| fun () ->
            let few, split = Expect.wantOk (take 6 2) "rows"
            let expected = at [ Some 0.0; Some 1.0; Some 2.0; Some 3.0; Some 0.5; Some 1.5 ]
            Expect.equal few.Labelled expected "row 2 all but repeats row 1, and row 4 is zero"
            Expect.equal (split.Train, split.Validation) ([| 0..3 |], [| 4; 5 |]) "training rows first"
            Expect.equal split.Targets [| -1.0; 1.0; -1.0; 1.0; -1.0; 1.0 |] "targets"
            Expect.equal split.Labels [| 1.0; 1.0; -1.0; 1.0; -1.0; 1.0 |] "labels"
            Expect.equal few.Test.Rows 0 "no test rows"

        testCase "fewer are evenly spaced"
        <| fun () ->
            let few, split = Expect.wantOk (take 3 1) "rows"
            Expect.equal few.Labelled (at [ Some 0.0; Some 1.001; Some 0.5 ]) "0, 2 and 4 of 6, then 6"
            Expect.equal (split.Train, split.Validation) ([| 0; 1 |], [| 2 |]) "of which 4 is zero"

        testCase "rows that are all one are refused in a sentence"
        <| fun () -> Expect.stringContains (Expect.wantError (take 1 1) "one row") "fewer than two" "says so"

        testCase "what was taken is kept and read back"
        <| fun () ->
            let taken = Expect.wantOk (take 6 2) "rows"
            let codec = (FewRows.stage { Train = 6; Validation = 2 }).Codec
            use stream = new MemoryStream()
            codec.Write stream taken
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok taken) "the same"
    ]
