module NtkPipeline.Tests.PredictTextTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests
open NtkPipeline.Tests.KernelSamples

let private artifact name value = Artifact.create name (Digest.ofParts [ name ]) (lazy (Ok value))
let private runner: IRunner = MemoryRunner(Seed.root 1UL)
let private want result = Expect.wantOk result "it is computed"
let private value (artifact: Artifact<'a>) = want (artifact.Value.Force())
let private count, columns = 60, 5

let private split: Split =
    let labels = points count |> targets

    {
        Train = [| 0..2 .. count - 1 |] |> Array.append [| 1..4 .. count - 1 |] |> Array.sort
        Validation = [| 3..4 .. count - 1 |]
        Folds = Array.init 45 (fun i -> i % 3)
        Labels = labels
        Targets = labels
        FitRows = [| 0 .. count - 1 |]
        DuplicateRows = 0
        ContradictoryTexts = 0
        ContradictoryRows = 0
        IdenticalRows = 0
        IdenticalContradictions = 0
        SimilarRows = 0
        LargestSimilarGroup = 1
    }

let private features: Features =
    use _ = torch.NewDisposeScope()

    let unit seed rows =
        let x = SmallStack.normal seed [ rows; columns ]
        Tensors.toMatrix32 (x / x.square().sum(1L, keepdim = true).sqrt())

    {
        Labelled = unit 3L count
        Test = unit 4L 6
        Facts = {
            Encoder = "made up"
            Reduction = "none"
            EmbeddingColumns = columns
            Columns = columns
            ExplainedVariance = [||]
            ZeroLabelledRows = [||]
            ZeroTestRows = [||]
        }
    }

let private training rate width : RunSpec = {
    Architecture = Architecture.withCentring true Architecture.written
    Width = width
    Member = 0
    InputScale = InputScale.SqrtD
    Rate = rate
    BatchSize = 8
    Epochs = 5
    Tracked = TrackedEpochs.Listed []
    ProbeRows = 20
    Device = Device.Cpu
}

let private ridges: RidgeSettings = {
    Smallest = 0.01
    Largest = 10.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.LeaveOneOut
}

let private tweet i : Tweet = {
    Id = 100 + i
    Keyword = None
    Location = None
    Text = $"tweet %d{i}"
    Target = Some(split.Labels[i] > 0.0)
}

let private gram = lazy (want (runner.Run(AnalyticGram.labelled, artifact "features" features)))

let private finished =
    lazy
        (let splitting, testGram = artifact "split" split, artifact "test" (Matrix.create 0 count [||])
         let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))
         let inputs = FitRidge.inputs splitting spectrum gram.Value testGram
         let trainingInput = TrainNetwork.inputs (artifact "features" features) splitting gram.Value spectrum

         let kernel = want (runner.Run(FitRidge.stage ridges TargetCoding.PlusMinus, inputs))

         let networks =
             [ 60.0, 64; 1.0, 16; 1.0, 64 ]
             |> List.map (fun (rate, width) ->
                 want (
                     runner.Run(TrainNetwork.stage (GridPoint.ofSpec (training rate width)), trainingInput)
                 ))
             |> Artifact.all

         let explained = ExplainNetwork.inputs (artifact "features" features) splitting kernel networks

         {
             Tweets = Array.init count tweet
             Split = split
             Labelled = features.Labelled
             Spectrum = value spectrum
             Kernel = value kernel
             Networks = value networks
             Tangents = value (want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, explained)))
         })

let private validation = Matrix.gatherRows split.Validation features.Labelled

let private newRows =
    lazy
        ({
            Features = validation
            Cross = Matrix.gather split.Validation [| 0 .. count - 1 |] (value (gram.Force()))
        })

let private predict most () = want (PredictText.run most (finished.Force()) (newRows.Force()))
let private y = split.Train |> Array.map (fun i -> split.Targets[i])

/// What is left of a row's score when one training row is not fitted on.
let private refitted ridge (k: Matrix<float>) (cross: float[]) (without: int) =
    let kept = [| 0 .. y.Length - 1 |] |> Array.except [ without ]
    let alpha = solve ridge (Matrix.gather kept kept k) (kept |> Array.map (fun i -> y[i]))
    dot (kept |> Array.map (fun i -> cross[i])) alpha

let tests =
    testList "predict" [
        testCase "a validation row is told what the run's own models said of it"
        <| fun () ->
            let finished, predictions = finished.Force(), predict 3 ()
            Expect.equal predictions.Length split.Validation.Length "a prediction a row"

            for i, prediction in Array.indexed predictions do
                let scores = prediction.Opinions |> Array.map _.Score
                Expect.equal scores.Length 3 "the kernel and the networks that did not diverge"

                let measured = [|
                    finished.Kernel.ValidationOutputs[i]
                    for network in finished.Networks[1..] do
                        network.Run.ValidationOutputs[i]
                |]

                wantClose 2e-5 "scores" scores measured

            Expect.equal
                (predictions[0].Opinions |> Array.map _.Accuracy)
                [|
                    finished.Kernel.Validation.Accuracy
                    for network in finished.Networks[1..] do
                        (Array.last network.Run.Epochs).Validation.Accuracy
                |]
                "with the accuracy each had"

        testCase "contributions add up to the score, and leaving a tweet out has the effect told"
        <| fun () ->
            let finished, predictions = finished.Force(), predict 1000 ()

            let k = value gram.Value |> Matrix.gather split.Train split.Train |> Matrix.map float

            let across = value gram.Value |> Matrix.gather split.Validation split.Train |> Matrix.map float

            for i in [ 0; 4; 9 ] do
                for explanation in predictions[i].Explanations do
                    let sum = explanation.Tweets |> Array.sumBy _.Contribution
                    Expect.isLessThan (abs (sum - explanation.Score)) 1e-10 $"%s{explanation.By}: its sum"

                let kernel = predictions[i].Explanations[0]
                let sizes = kernel.Tweets |> Array.map (fun t -> abs t.Contribution)
                Expect.sequenceEqual (Array.sortDescending sizes) sizes "the heaviest first"

                for weighed in Array.truncate 4 kernel.Tweets do
                    let row = split.Train |> Array.findIndex (fun i -> 100 + i = weighed.Tweet.Id)
                    let cross = (Matrix.row i across).ToArray()
                    let expected = kernel.Score - refitted finished.Kernel.Chosen.Ridge k cross row
                    let effect = Expect.wantSome weighed.EffectOfLeavingOut "known for the kernel"
                    Expect.isLessThan (abs (effect - expected)) 1e-5 "refitted without it"

        testCase "the widest network at the main rate is explained by its own kernel"
        <| fun () ->
            let finished, prediction = finished.Force(), (predict 1000 ()).[2]
            let explanation = prediction.Explanations[1]
            Expect.stringContains explanation.By "m = 64, ‖x‖ = √d, rate 1" "which"
            let trained = finished.Networks[2]
            let final = Expect.wantSome trained.Final "it did not diverge"
            let rows = Matrix.gatherRows split.Train features.Labelled
            let k = TrainedNetwork.tangent trained final rows None |> Matrix.map float

            let ridge =
                finished.Kernel.Chosen.RelativeRidge
                * Seq.averageBy (fun i -> k[i, i]) (seq { 0 .. k.Rows - 1 })

            let one = Matrix.gatherRows [| 2 |] validation
            let cross = TrainedNetwork.tangent trained final one (Some rows) |> Matrix.map float
            let score = dot cross.Values (solve ridge k y)
            Expect.isLessThan (abs (score - explanation.Score)) 1e-6 "by LU"
            Expect.all explanation.Tweets _.EffectOfLeavingOut.IsNone "nothing is claimed of leaving out"

        testCase "which network is explained follows the main rate, not the smallest"
        <| fun () ->
            let finished = finished.Force()

            let network scale rate width =
                let sound = finished.Networks[2]

                {
                    sound with
                        Run = { sound.Run with Spec.InputScale = scale; Spec.Rate = rate; Spec.Width = width }
                }

            // Of one and the same weights: only what they are called differs.
            let chosen rate (networks: TrainedNetwork list) =
                let input: ExplainInput = {
                    Split = split
                    Labelled = features.Labelled
                    Kernel = finished.Kernel
                    Networks = networks
                }

                let tangents =
                    value (
                        want (runner.Run(ExplainNetwork.stage { MainRate = rate }, artifact "chosen" input))
                    )

                tangents[0].Network

            let networks = [
                network InputScale.Unit 2.0 64
                network InputScale.SqrtD 1.0 64
                network InputScale.SqrtD 2.0 64
            ]

            Expect.equal (chosen 2.0 networks) 2 "at the main rate, at ‖x‖ = √d"
            Expect.equal (chosen 1.0 networks) 1 "another main rate"
            Expect.equal (chosen 2.0 networks[..1]) 0 "the rate before the scale"
            Expect.equal (chosen 5.0 networks) 2 "or the nearest"

        testCase "targets that nobody knows are refused, not taken for others"
        <| fun () ->
            let finished = finished.Force()
            let unknown = { finished with Kernel = { finished.Kernel with Targets = "one-two" } }

            match PredictText.run 3 unknown (newRows.Force()) with
            | Error(DataRefused sentence) -> Expect.stringContains sentence "targets 'one-two'" "which"
            | other -> failtest $"%A{other}"

        testCase "a text of the run's own is seen as it was, and a new one changes nothing"
        <| fun () ->
            let tweet (text: string) : Tweet = { tweet 0 with Text = text; Keyword = Some "fire" }

            let words = [ "smoke"; "fire"; "river"; "train"; "song"; "lunch"; "flood"; "quake" ]

            let sets =
                let text i =
                    String.concat " " [ for k in 0..3 -> words[(i * (k + 3) + k * k) % words.Length] ]

                Array.init 40 (text >> tweet), Array.init 9 (fun i -> tweet (text (i + 50) + " !"))

            let texts = Array.append (fst sets) (snd sets) |> Array.map _.Text

            let gap (a: Matrix<float32>) (b: Matrix<float32>) =
                Array.map2 (fun x y -> abs (float x - float y)) a.Values b.Values |> Array.max

            let settings = { Lsa.defaults with Columns = 6; MinWordTexts = 1; MinCharacterTexts = 1 }
            let embedded stage = value (want (runner.Run(stage, artifact "sets" sets)))
            let lsa = embedded (EmbedTweets.lsa settings)
            let all = Matrix.create 49 lsa.Labelled.Columns (Array.append lsa.Labelled.Values lsa.Test.Values)
            let indexing = Artifact.both (artifact "sets" sets) (artifact "lsa" lsa)
            let index = value (want (runner.Run(IndexLsa.stage settings, indexing)))
            Expect.isLessThan (gap (NewTweets.lsa index lsa texts) all) 1e-6 "LSA"

            let surface = embedded EmbedTweets.surface
            Expect.equal (NewTweets.surface sets (snd sets)) surface.Test "the surface, bit for bit"

        testCase
            "a keyword and a place of the run's are seen as they were; a missing or unknown one is a zero row"
        <| fun () ->
            let of' keyword location = { tweet 0 with Keyword = keyword; Location = location }

            let named = [|
                of' (Some "body%20bags") (Some "London, UK")
                of' (Some "fire") (Some "london uk")
                of' None (Some "the moon")
            |]

            let sets = named, named[..0]
            let embedded stage = value (want (runner.Run(stage, artifact "named" sets)))
            let fresh = Array.append named [| of' (Some "body bags") None; of' (Some "Fire") None |]

            let keywords = (embedded EmbedTweets.keywords).Labelled
            let seen = NewTweets.keywords sets fresh
            Expect.equal (Matrix.gatherRows [| 0..2 |] seen) keywords "keywords"
            Expect.equal (seen[3, 0], seen[3, 1]) (1.0f, 0.0f) "a blank is as good as %20"
            Expect.equal (seen[4, 0], seen[4, 1]) (0.0f, 0.0f) "unknown"
            Expect.equal (seen[2, 0], seen[2, 1]) (0.0f, 0.0f) "missing"

            let places = (embedded (EmbedTweets.locations 2)).Labelled
            let seen = NewTweets.locations 2 sets fresh
            Expect.equal seen.Columns 1 "one place is frequent"
            Expect.equal (Matrix.gatherRows [| 0..2 |] seen) places "places"
            Expect.equal seen.Values [| 1.0f; 1.0f; 0.0f; 0.0f; 0.0f |] "or none"

        testCase "rows of another program are taken as they are, or refused in one sentence"
        <| fun () ->
            let part: Embeddings = {
                Encoder = "precomputed 2"
                Labelled = Matrix.init 3 2 (fun i j -> float32 (i + j))
                Test = Matrix.create 0 2 [||]
            }

            let two = [| tweet 0; tweet 1 |]
            let rows = Matrix.init 2 2 (fun i j -> float32 (i - j))
            Expect.equal (NewTweets.precomputed "r.npy" part two rows) (Ok rows) "as they are"

            let refuses (words: string list) tweets rows =
                match NewTweets.precomputed "r.npy" part tweets rows with
                | Ok _ -> failtest "taken"
                | Error reason ->
                    for word in words do
                        Expect.stringContains reason.Sentence word "it says so"

            refuses [ "r.npy"; "3 columns"; "have 2" ] two (Matrix.init 2 3 (fun _ _ -> 0.0f))
            refuses [ "r.npy: it has 2 rows"; "1" ] two[..0] rows
            refuses [ "r.npy"; "(1, 0)" ] two { rows with Values = [| 0.0f; 0.0f; nanf; 0.0f |] }

        testCase "what networks say over seeds is their mean, and how many agree with it"
        <| fun () ->
            let finished = finished.Force()
            let sound = finished.Networks[1]

            let network width rate number = {
                sound with
                    Run = { sound.Run with Spec.Width = width; Spec.Rate = rate; Spec.Member = number }
            }

            let lost = { network 64 1.0 3 with Final = None }
            let networks = [ network 64 1.0 0; lost; network 16 4.0 0; network 64 1.0 1; network 64 1.0 2 ]

            let scores =
                List.map2
                    (fun (network: TrainedNetwork) score -> network.Run, [| 9.0; score |])
                    (networks |> List.filter (fun network -> network.Final.IsSome))
                    [ 0.5; -3.0; 0.4; -0.3 ]

            match Opinions.shared networks scores 1 with
            | [| small; wide |] ->
                Expect.equal
                    (small.Model, small.Agree, small.Score.Count)
                    ("network m = 16, ‖x‖ = √d, rate 4", 1, 1)
                    "one"

                Expect.equal
                    (wide.Model, wide.Agree, wide.Diverged)
                    ("network m = 64, ‖x‖ = √d, rate 1", 2, 1)
                    "three"

                wantClose 1e-15 "mean" [| wide.Score.Mean; small.Score.Mean |] [| 0.2; -3.0 |]
                let accuracy = (Array.last sound.Run.Epochs).Validation.Accuracy
                wantClose 1e-15 "accuracy" [| wide.Accuracy |] [| accuracy |]
            | other -> failtest $"%d{other.Length} kinds"

            Expect.isEmpty (Opinions.shared [ lost ] [] 1) "who diverged says nothing"

        testCase "where every network diverged, the kernel speaks alone"
        <| fun () ->
            let finished = {
                finished.Force() with
                    Networks = (finished.Force()).Networks[..0]
                    Tangents = [||]
            }

            let diverged: ExplainInput = {
                Split = split
                Labelled = features.Labelled
                Kernel = finished.Kernel
                Networks = finished.Networks
            }

            Expect.isEmpty
                (value (
                    want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, artifact "diverged" diverged))
                ))
                "nothing to explain"

            let prediction = (want (PredictText.run 3 finished (newRows.Force())))[0]
            Expect.equal (prediction.Opinions.Length, prediction.Explanations.Length) (1, 1) "one"
            Expect.equal prediction.Explanations[0].Tweets.Length 3 "as many as asked for"

        testCase "numbers that refuse a network's explanation do not fail the run, but the prediction"
        <| fun () ->
            let finished = finished.Force()

            let negative = { finished.Kernel with Chosen.RelativeRidge = -1e3 }

            let input: ExplainInput = {
                Split = split
                Labelled = features.Labelled
                Kernel = negative
                Networks = finished.Networks
            }

            let tangents =
                value (want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, artifact "negative" input)))

            Expect.isSome tangents[0].Refusal "it is part of the result"


            match PredictText.run 3 { finished with Tangents = tangents } (newRows.Force()) with
            | Error reason ->
                Expect.stringContains reason.Sentence "the tangent kernel of network m = 64" "which"
            | Ok _ -> failtest "nothing explains it"
    ]
