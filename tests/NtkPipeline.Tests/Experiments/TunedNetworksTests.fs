module NtkPipeline.Tests.TunedNetworksTests

open Expecto
open NtkPipeline.Core

/// Six fitted rows, two folds, targets +1 −1 +1 −1 +1 −1.
let private split = {
    SampleRuns.split with
        Train = [| 0..5 |]
        Validation = [||]
        Folds = [| 0; 1; 0; 1; 0; 1 |]
}

let private spec width number = { (SampleRuns.run width number 1.0 0.1 []).Spec with Epochs = 3 }

/// Every held-out row of fold 0 has target +1, of fold 1 target −1; `says` is what the network says to a row of +1 after each epoch.
let private path fold (says: float list) : HeldOutPath =
    let sign = if fold = 0 then 1.0 else -1.0

    {
        Outputs = Matrix.init says.Length 3 (fun epoch _ -> float32 (sign * says[epoch]))
        Movement = Array.init says.Length (fun epoch -> 0.1 * float epoch + 0.02 * float fold)
        Diverged = if says.Length < 4 then Some says.Length else None
    }

let private choose (says: (int * int * float list) list) =
    let points =
        says |> List.map (fun (width, number, _) -> GridPoint.ofSpec (spec width number)) |> Array.ofList

    let networks = TunedNetworks.networks 2 points

    let paths = [
        for point, fold in networks do
            let _, _, says =
                says
                |> List.find (fun (width, number, _) ->
                    (width, number) = (point.Spec.Width, point.Spec.Member))

            path fold says
    ]

    let runner: IRunner = MemoryRunner(Seed.root 5UL)
    let inputs = SampleRuns.artifact "inputs" (split, paths)

    runner.Run(TunedNetworks.choose networks, inputs)
    |> Result.bind _.Value.Force()
    |> Result.mapError _.Sentence
    |> fun choice -> Expect.wantOk choice "chosen"

let tests =
    testList "TunedNetworks" [
        testCase "the network and the epoch of the least held-out error are chosen, the start never"
        <| fun () ->
            let choice = choose [ 16, 0, [ 1.0; 0.2; 0.7; 0.4 ]; 64, 0, [ 0.0; 0.5; 0.8; 0.1 ] ]
            let chosen = choice.Trials[Expect.wantSome choice.Chosen "one"]
            Expect.equal (chosen.Spec.Width, chosen.Epoch) (64, Some 2) "where (1 − 0.8)² is least"
            KernelSamples.wantClose 1e-6 "errors" chosen.Errors [| 1.0; 0.25; 0.04; 0.81 |]
            KernelSamples.wantClose 1e-12 "mean movement" chosen.Movement [| 0.01; 0.11; 0.21; 0.31 |]
            Expect.equal choice.Trials[0].Epoch (Some 2) "epoch 0 is no training"
            Expect.equal (choice.Folds, choice.Seeds, choice.Rows) (2, 1, 6) "two folds, six rows"
            Expect.equal choice.Tries 6 "two networks, three epochs each"

        testCase "seeds are judged by their mean output"
        <| fun () ->
            let choice = choose [ 16, 0, [ 0.0; 1.6; 0.0; 0.0 ]; 16, 1, [ 0.0; 0.4; 0.0; -1.0 ] ]
            let one = Expect.wantSome (Array.tryExactlyOne choice.Trials) "one kind"
            KernelSamples.wantClose 1e-6 "errors" one.Errors [| 1.0; 0.0; 1.0; 2.25 |]
            KernelSamples.wantClose 1e-12 "accuracies" one.Accuracies[1..] [| 1.0; 0.5; 0.0 |]
            Expect.equal choice.Seeds 2 "two"

        testCase "networks that diverge compete up to there; where all do at once nothing is chosen"
        <| fun () ->
            let choice = choose [ 16, 0, [ 0.0; 0.9 ]; 64, 0, [ 0.0; 0.1; 0.2; 0.3 ] ]
            Expect.equal (choice.Chosen, choice.Trials[0].Epoch) (Some 0, Some 1) "it was good before"
            Expect.equal choice.Trials[0].Diverged 2 "in both folds"
            let none = choose [ 16, 0, [ 0.0 ]; 64, 0, [ 0.0 ] ]
            Expect.equal (none.Chosen, none.Tries) (None, 0) "nothing"
            Expect.equal (TunedNetworks.final none 0).Epochs 1 "one epoch is enough to see it again"

        testCase
            "the chosen kind is trained on all fitted rows, by the seed of its own name, to the chosen epoch"
        <| fun () ->
            let choice = choose [ 16, 0, [ 0.0; 0.2; 0.7; 0.4 ] ]
            let runner: IRunner = MemoryRunner(Seed.root 5UL)
            let source = SampleRuns.artifact "source" (SmallTraining.input.Force())
            let input = source |> Artifact.bind TrainInput.create
            let scales = [ InputScale.SqrtD ]
            let both = Artifact.both (Artifact.all [ input ]) (SampleRuns.artifact "choice" choice)

            let train number =
                runner.Run(TunedNetworks.train scales number, both)
                |> Result.bind _.Value.Force()
                |> SmallTraining.sound

            let first = train 0
            Expect.equal (first.Run.Spec.Width, first.Run.Spec.Epochs, first.Run.Spec.Member) (16, 2, 0) "it"
            Expect.equal (Array.last first.Run.Epochs).Epoch 2 "stopped there"
            Expect.equal first.Run.TrainRows SmallTraining.train.Length "on all rows"
            Expect.notEqual (train 1).Initial first.Initial "another seed is another network"

            let alone =
                TrainNetwork.train
                    (TunedNetworks.final choice 0)
                    (Seed.derive "train-chosen/seed=0" (Seed.root 5UL))

            Expect.equal (input.Value.Force() |> Result.bind alone) (Ok first) "as it is trained by itself"
    ]
