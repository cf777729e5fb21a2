/// Texts that came after a run over tokens.
module NtkPipeline.Tests.NewTokensTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallSequence
open NtkPipeline.Tests.SmallTokenRun

let private form = RowForm.Text 5

/// A labelled text and one without label once more, by numbers of their own, and one that is longer than any.
let private fresh: TokenVectors = {
    Source = "new"
    Vectors = Matrix.gatherRows [| 11..-1..0 |] made.Vectors
    Texts =
        [| made.Texts[5]; made.Texts[27]; [| 0..8 |] |] |> Array.map (Array.map (fun number -> 11 - number))
}

let private read texts =
    run (SequenceTokens.stage None) (NewTokens.inPlaceOfTest labelled made texts, ofRun) |> want

let private placed = lazy (read fresh)

let private near (within: float32) (name: string) (expected: float32 seq) (found: float32 seq) =
    Expect.equal (Seq.length found) (Seq.length expected) name
    let most = expected |> Seq.map abs |> Seq.max

    for a, b in Seq.zip expected found do
        Expect.isLessThan (abs (a - b)) (within * most) $"%s{name}: %g{b}, %g{a}"

let private rowOf i (m: Matrix<float32>) = (Matrix.row i m).ToArray()

let private positions =
    (Widths.basis (values "dense m | attention 2 position=0.5 | relu | mean-pool | dense 1") Device.Cpu)
        .Architecture
    |> Architecture.limit Width.one

let tests =
    testList "new texts of a run over tokens" [
        testCase "they have the kernel that the same texts of the run have"
        <| fun () ->
            let cross = run (SequenceGrams.test limit still) (placed.Force(), ofRun) |> want
            Expect.equal (cross.Rows, cross.Columns) (3, labelled) "new × labelled"
            near 1e-5f "a labelled one" (rowOf 5 gram) (rowOf 0 cross)
            let test = run (SequenceGrams.test limit still) (tokens, ofRun) |> want
            near 1e-5f "another" (rowOf 1 test) (rowOf 1 cross)

        testCase "networks say of them what they said, beside a longer text and in more places"
        <| fun () ->
            let _, _, trained = trained 32 4
            let final = Expect.wantSome trained.Final "it ended"
            let rows = NewTokens.rows labelled features (placed.Force())
            Expect.equal (rows.Rows, rows.Columns) (3, 9 * 6) "as many places as the longest needs"
            Expect.isLessThan features.Labelled.Columns rows.Columns "more than the run's"
            let said = TrainedNetwork.outputs form trained final rows |> Array.map float32
            let own = TrainedNetwork.outputs form trained final features.Labelled |> Array.map float32
            let test = trained.Run.TestOutputs |> Array.map float32
            near 1e-4f "f" [ own[5]; test[1] ] said[..1]

        testCase
            "the tangent kernel that explains is the same by both ways, and between other numbers of places"
        <| fun () ->
            let spec, _, trained = trained 32 4
            let final = Expect.wantSome trained.Final "it ended"
            let own = TrainedNetwork.tangentIn form trained final features.Labelled None
            let sums = TrainedNetwork.tangentOf form spec 1 final features.Labelled None
            near 1e-5f "by gradients or by tokens" sums.Values own.Values
            let rows = NewTokens.rows labelled features (placed.Force())
            let cross = TrainedNetwork.tangentIn form trained final rows (Some features.Labelled)
            near 1e-4f "a labelled one" (rowOf 5 own) (rowOf 0 cross)

        testCase
            "where positions are learnt, what lies beyond the run's longest text is cut, and that is said"
        <| fun () ->
            let cut, said = NewTokens.cut positions features fresh
            Expect.equal (cut.Texts |> Array.map _.Length |> Array.last) 6 "as long as the longest"
            Expect.equal cut.Texts[0] fresh.Texts[0] "the others are whole"

            Expect.stringContains
                (Array.exactlyOne said)
                "Of text 3 the end is not read: it has 9 tokens"
                "said"

            Expect.equal
                (NewTokens.rows labelled features (read cut)).Columns
                features.Labelled.Columns
                "fits"

            let whole, said = NewTokens.cut limit features fresh
            Expect.equal whole.Texts fresh.Texts "else all of it is read"
            Expect.isEmpty said "and nothing to say"

        testCase "a text without any token is one, too"
        <| fun () ->
            let none = { fresh with Vectors = Matrix.create 0 5 [||]; Texts = [| [||] |] }
            let tokens = read none
            Expect.equal tokens.Texts.Length (labelled + 1) "it has its place"
            let cross = run (SequenceGrams.test limit still) (tokens, ofRun) |> want
            Expect.all cross.Values ((=) 0.0f) "nothing in common"
            Expect.equal (NewTokens.rows labelled features tokens).Rows 1 "a row"
    ]
