module NtkPipeline.Tests.StopNetworkTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let private root = Seed.root 5UL
let private runner: IRunner = MemoryRunner root
let private value (artifact: Artifact<'a>) = FinishedRun.value artifact

let private chosen epoch (spec: RunSpec) : EpochChoice[] = [|
    {
        Spec = RunSpec.group spec
        Errors = Array.create (spec.Epochs + 1) 0.5
        Epoch = epoch
        Folds = 1
        Rows = 10
    }
|]

let private stop epoch (spec: RunSpec) =
    let source = SampleRuns.artifact "input" (input.Force())

    let both =
        Artifact.both
            (source |> Artifact.bind TrainInput.create)
            (SampleRuns.artifact "choices" (chosen epoch spec))

    FinishedRun.want (runner.Run(StopNetwork.stage root (GridPoint.ofSpec spec), both)) |> value

/// A whole run that is over at the epoch, by the stage that follows networks.
let private over epoch spec = network { spec with Epochs = epoch; Tracked = TrackedEpochs.Listed [] }

let tests =
    testList "StopNetwork" [
        for name, spec in
            [
                "centred descent", settings
                "Adam, norm 1", { settings with Optimiser = Optimiser.adam; InputScale = InputScale.Unit }
                "full batches", { settings with BatchSize = 0; Member = 1 }
            ] do
            testCase $"the weights are those of a training that is over at the chosen epoch: %s{name}"
            <| fun () ->
                let stopped = Expect.wantSome (stop (Some 3) spec) "it came there"
                Expect.equal stopped.Epoch 3 "the epoch"
                let short, whole = over 3 spec, network spec

                let apart (final: Matrix<float32> option) =
                    Seq.map2 (fun a b -> abs (float a - float b)) stopped.Weights.Values final.Value.Values
                    |> Seq.max

                Expect.isLessThan (apart short.Final) 2e-6 "its weights"
                Expect.isGreaterThan (apart whole.Final) 1e-3 "which the last epoch has not"
                let place = whole.Run.Epochs |> Array.findIndex (fun measures -> measures.Epoch = 3)

                for a, b in Seq.zip stopped.Outputs.Values ((Matrix.row place whole.Path).ToArray()) do
                    close 1e-6 (float a) (float b) "what it said there, while it was followed"

        testCase "where no epoch was chosen, or a network diverges before it, there are no weights"
        <| fun () ->
            Expect.isNone (stop None settings) "none chosen"
            Expect.isNone (stop (Some 39) { settings with Rate = 400.0; Epochs = 40 }) "diverged"

        testCase "it comes back from the store, and so does that there is none"
        <| fun () ->
            for stopped in [ stop (Some 2) settings; None ] do
                use stream = new MemoryStream()
                StopNetwork.codec.Write stream stopped
                stream.Position <- 0L
                Expect.equal (StopNetwork.codec.Read stream) (Ok stopped) "the same"

        testCase "a network is judged where it was stopped, else at its end, else nowhere"
        <| fun () ->
            let trained = network settings
            let labels = (TrainInput.create (input.Force()) |> FinishedRun.want).ValidationLabels
            let stopped = stop (Some 3) settings
            let judged = Expect.wantSome (JudgedNetwork.create labels trained stopped).At "stopped"
            Expect.equal judged.Weights stopped.Value.Weights "its weights"
            let measures = trained.Run.Epochs |> Array.find (fun measures -> measures.Epoch = 3)
            Expect.equal (judged.Epoch, judged.Accuracy) (3, measures.Validation.Accuracy) "its accuracy"
            let ended = Expect.wantSome (JudgedNetwork.create labels trained None).At "at its end"
            Expect.equal (ended.Epoch, Some ended.Weights) (6, trained.Final) "the last"
            Expect.isNone (JudgedNetwork.create labels { trained with Final = None } None).At "nowhere"

            Expect.isSome
                (JudgedNetwork.create labels { trained with Final = None } stopped).At
                "who diverges later speaks from where it was stopped"
    ]
