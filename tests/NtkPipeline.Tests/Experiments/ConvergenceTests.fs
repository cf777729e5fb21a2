/// Really trained networks beside theory's band, and the chapter.
module NtkPipeline.Tests.ConvergenceTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining
open NtkPipeline.Tests.SampleRuns

let private want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

/// Theory and really trained networks on a small problem, not centred.
let private real =
    lazy
        (let source = input.Force()
         let steps = [ 1; 5; 20 ]

         let trained = [
             for number in 0..23 ->
                 network {
                     SmallTraining.settings with
                         Architecture = Architecture.withCentring false Architecture.written
                         Width = 2048
                         BatchSize = 0
                         Epochs = 20
                         Tracked = TrackedEpochs.Listed steps
                         Member = number
                 }
         ]

         let features: Features = {
             Labelled = source.Labelled
             Test = source.Test
             Facts = {
                 Encoder = ""
                 Reduction = ""
                 EmbeddingColumns = columns
                 Columns = columns
                 ExplainedVariance = [||]
                 ZeroLabelledRows = [||]
                 ZeroTestRows = [||]
             }
         }

         let split = {
             split with
                 Train = source.Train
                 Validation = source.Validation
                 Labels = source.Labels
                 Targets = source.Targets
         }

         let tweets =
             Array.init labelled (fun id -> {
                 Id = RowId.ofPlace (1000 + id)
                 Keyword = None
                 Location = None
                 Text = ""
                 Target = None
             })

         let runner: IRunner = MemoryRunner(Seed.root 3UL)

         let inputs =
             ConvergenceStages.bandInputs
                 (artifact "f" features)
                 (artifact "s" split)
                 (artifact "t" tweets)
                 (artifact "n" trained)

         trained, (want (runner.Run(ConvergenceStages.band, inputs))).Value.Force() |> want)

let tests =
    testList "Convergence" [
        testCase "really trained networks lie in the band that theory draws for them"
        <| fun () ->
            let trained, evidence = real.Force()

            Expect.equal
                (evidence.Networks, evidence.Diverged, evidence.TrainRows)
                (24, 0, train.Length)
                "sizes"

            Expect.equal evidence.Steps [| 1; 5; 20 |] "times"

            Expect.isTrue
                (evidence.Steps |> Array.forall (fun step -> Array.contains step evidence.TheorySteps))
                "of theory's"

            for time in evidence.Times do
                Expect.isTrue (time.Inside.Value > 0.9 && time.Inside.Value < 0.995) $"%A{time}"
                Expect.isLessThan time.MeanSquare (1.6 * time.Limit) $"%A{time}"

            // The loss: networks' mean within four standard errors of theory's.
            for path, read in
                [
                    evidence.TrainLoss, (fun (m: EpochMeasures) -> Some m.TrainLoss)
                    evidence.ValidationLoss, (fun _ -> None)
                ] do
                for k, step in Array.indexed evidence.Steps do
                    let law = path.Theory[Array.findIndex ((=) step) evidence.TheorySteps]
                    let off = (Array.average path.Networks[k] - law.Mean) / (law.Deviation / sqrt 24.0)
                    Expect.isLessThan (abs off) 4.0 $"step %d{step}: %g{off}"

                    for network, loss in List.zip trained (List.ofArray path.Networks[k]) do
                        let measures = network.Run.Epochs |> Array.find (fun m -> m.Epoch = step)

                        read measures
                        |> Option.iter (fun expected -> Expect.equal loss expected "the network's own")

            for tweet in evidence.Tweets do
                Expect.isTrue (RowId.place tweet.Id >= 1000) "named by its id"

                Expect.equal
                    (tweet.Theory.Length, tweet.Networks.Length)
                    (evidence.TheorySteps.Length, 3)
                    "paths"

        testCase "what was found is kept and read back, and the chapter tells all of it"
        <| fun () ->
            let _, evidence = real.Force()
            use stream = new MemoryStream()
            ConvergenceStages.band.Codec.Write stream evidence
            stream.Position <- 0L
            Expect.equal (ConvergenceStages.band.Codec.Read stream) (Ok evidence) "the band"
            let values = Convergence.experiment.Settings |> List.map (fun s -> s.Key, s.Default) |> Map.ofList
            let stage = ConvergenceStages.laws values SampleRuns.settings
            let own = LawClaimsTests.networks 3 (fun _ -> -0.5)
            let runner: IRunner = MemoryRunner(Seed.root 3UL)
            let own' = Array.toList own
            let inputs = Artifact.both (artifact "own" own') (artifact "run" own')
            let laws = (want (runner.Run(stage, inputs))).Value.Force() |> want
            Expect.hasLength laws 2 "the grid's, and the run's own"
            use stream = new MemoryStream()
            stage.Codec.Write stream laws
            stream.Position <- 0L
            Expect.equal (stage.Codec.Read stream) (Ok laws) "the laws"

            let chapter =
                (ConvergenceChapter.chapter
                    values
                    (artifact "own" own')
                    (artifact "laws" laws)
                    (artifact "band" evidence))
                    .Value.Force()
                |> want

            Expect.equal chapter.Verdicts.Length 8 "six laws, two of the band"
            let metrics = chapter.Findings |> Array.map _.Metric
            Expect.equal metrics (Array.distinct metrics) "no name twice"

            for metric in
                [
                    "subset-init-kernel-error-exponent"
                    "run-sqrt-d-delta-theta-exponent-after-50-epochs-lower"
                    "band-inside-share-after-20-steps"
                ] do
                Expect.contains metrics metric "its rows"

            Expect.equal (List.last chapter.Charts).Id "convergence-loss-band" "drawn"
            Expect.isNonEmpty chapter.Words "told"
    ]
