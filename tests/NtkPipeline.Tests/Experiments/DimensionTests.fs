module NtkPipeline.Tests.DimensionTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.DimensionClaimsTests

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let private values (changes: (string * string) list) =
    let defaults = Dimension.experiment.Settings |> List.map (fun setting -> setting.Key, setting.Default)
    Map(defaults @ [ for key, value in changes -> $"dimension.%s{key}", value ])

let private spec = (run 64 0 1.0 0.1 []).Spec

let private backAndForth (codec: Codec<'a>) (value: 'a) =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.Position <- 0L
    codec.Read stream

let tests =
    testList "Dimension" [
        testCase "every width and seed at √d for each d, each network with a name of its own"
        <| fun () ->
            let points d =
                Dimension.points (values [ "widths", "32, 64"; "seeds", "2"; "epochs", "9" ]) spec d

            Expect.hasLength (points 8) 4 "two widths, two seeds"

            for point in points 8 do
                Expect.equal point.Spec.InputScale InputScale.SqrtD "√d"
                Expect.equal point.Spec.Epochs 9 "epochs"
                Expect.equal (fst (TrackedEpochs.upTo 9 point.Spec.Tracked)) [ 1..9 ] "every one"

            let names = Array.append (points 8) (points 16) |> Array.map _.Name
            Expect.equal (Array.distinct names) names "no two share a seed"

        testCase "compact rows are the same rows, renumbered"
        <| fun () ->
            let features: Features = {
                Labelled = Matrix.init 6 2 (fun i j -> float32 (10 * i + j))
                Test = Matrix.create 1 2 [| 1.0f; 2.0f |]
                Facts = {
                    Encoder = ""
                    Reduction = ""
                    EmbeddingColumns = 2
                    Columns = 2
                    ExplainedVariance = [||]
                    ZeroLabelledRows = [||]
                    ZeroTestRows = [||]
                }
            }

            let labels = [| 1.0; -1.0; 1.0; 1.0; -1.0; -1.0 |]

            let split = {
                split with
                    Train = [| 4; 1 |]
                    Validation = [| 0; 5 |]
                    Labels = labels
                    Targets = labels
            }

            let found, renumbered = DimensionPlace.compact features split
            let rows = [| 4; 1; 0; 5 |]
            Expect.equal found.Labelled (Matrix.gatherRows rows features.Labelled) "rows"
            Expect.equal found.Test.Rows 0 "no test rows"
            Expect.equal renumbered.Train [| 0; 1 |] "train"
            Expect.equal renumbered.Validation [| 2; 3 |] "validation"
            Expect.equal renumbered.Targets (rows |> Array.map (fun row -> labels[row])) "targets"

            Expect.equal
                (SplitTweets.validationLabels renumbered)
                (SplitTweets.validationLabels split)
                "in their order"

        testCase "a place's decay is that of its spectrum"
        <| fun () ->
            let n = 80
            let eigenvalues = Array.init n (fun k -> float (k + 1) ** -1.5)

            let spectrum: Spectrum = {
                Computed = eigenvalues
                Vectors = Matrix.init n n (fun i j -> if i = j then 1.0 else 0.0)
            }

            let features: Features = {
                Labelled = Matrix.create 3 1 [| 1.0f; 1.0f; 1.0f |]
                Test = Matrix.create 0 1 [||]
                Facts = {
                    Encoder = ""
                    Reduction = ""
                    EmbeddingColumns = 2
                    Columns = 1
                    ExplainedVariance = [| 0.7 |]
                    ZeroLabelledRows = [||]
                    ZeroTestRows = [||]
                }
            }

            let input: DimensionInput = {
                Features = features
                Split = split
                Spectrum = spectrum
                Kernel = kernel
                Judged = EpochChoice.ended [ run 64 1 1.0 0.1 []; run 64 0 1.0 0.1 [] ]
            }

            let runner: IRunner = MemoryRunner(Seed.root 3UL)

            let found =
                (want (runner.Run(DimensionPlace.stage 1, artifact "input" input))).Value.Force() |> want

            let decay = Expect.wantSome found.Decay "a power law"

            KernelSamples.wantClose 1e-9 "exponent" [| decay.Slope; decay.Lower; decay.Upper |] [|
                -1.5
                -1.5
                -1.5
            |]

            KernelSamples.wantClose 1e-12 "shares" [| Array.sum found.Spectrum |] [| 1.0 |]
            Expect.equal (found.Runs |> Array.map _.Spec.Member) [| 0; 1 |] "in an order of their own"
            Expect.equal (backAndForth (DimensionPlace.stage 1).Codec found) (Ok found) "kept and read back"

        testCase "a d that the embeddings have no columns for is left out, and said"
        <| fun () ->
            let places = [
                place 8 300 200 0.08 1.0
                place 32 200 200 0.08 1.0
                { place 32 200 200 0.08 1.0 with Asked = 384 }
            ]

            let found = evidence places
            Expect.equal (found.Places |> Array.map _.Dimensions) [| 8; 32 |] "kept"
            Expect.equal found.Skipped [| 384 |] "left out"

            Expect.stringContains
                (String.concat " " (DimensionWords.words found))
                "d = 384 was left out"
                "said"

            let chapter = (Dimension.chapter (artifact "evidence" found)).Value.Force() |> want
            Expect.equal chapter.Charts.Length 7 "charts"
            let metrics = chapter.Findings |> Array.map _.Metric
            Expect.equal (Array.distinct metrics) metrics "each number once"
            Expect.contains metrics "width-needed-d=32" "its width"

            Expect.equal
                (backAndForth (DimensionEvidence.stage settings).Codec found)
                (Ok found)
                "kept and read back"

        testCase "without a d, or with one whose networks diverged, a chapter still stands"
        <| fun () ->
            for places in [ []; [ { place 8 300 200 0.08 1.0 with Runs = [||] } ] ] do
                let chapter =
                    (Dimension.chapter (artifact "evidence" (evidence places))).Value.Force() |> want

                Expect.isNonEmpty chapter.Words "words"
                Expect.isTrue (chapter.Verdicts |> Array.forall _.Holds.IsNone) "nothing is decided"
    ]
