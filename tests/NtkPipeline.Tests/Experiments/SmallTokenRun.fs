/// What a run over the made-up texts of `SmallSequence` trains on.
module NtkPipeline.Tests.SmallTokenRun

open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallSequence

let values network =
    Config.settings
    |> List.map (fun setting -> setting.Key, setting.Default)
    |> Map.ofList
    |> Map.add "train.network" network

let network = "conv m size=3 | relu | mean-pool | dense 1"

/// The made-up texts, of which the last four are not labelled.
let labelled = 26

let labels = split.Labels[.. labelled - 1]

let ofRun = {
    split with
        Validation = [| 20..25 |]
        Labels = labels
        Targets = labels
        FitRows = [| 0..25 |]
}

let tokens = run (SequenceTokens.stage None) (made, ofRun) |> want
let artifact name value = SampleRuns.artifact name value
let asked = artifact "split" ofRun

let features =
    (TokenFeatures.features (artifact "whole" made) (artifact "tokens" tokens) asked).Value.Force()
    |> want

let basis = Widths.basis (values network) Device.Cpu
let limit = Architecture.limit Width.one basis.Architecture

let gram = run (SequenceGrams.labelled limit still) (tokens, ofRun) |> want

let spec width epochs = {
    basis with
        Width = width
        InputScale = InputScale.SqrtD
        BatchSize = 5
        Epochs = epochs
        ProbeRows = 10
}

let input =
    lazy
        (let spectrum = run DecomposeKernel.stage (gram, ofRun) |> want

         TrainNetwork.inputsOfTexts
             (artifact "features" features)
             asked
             (artifact "gram" gram)
             (artifact "spectrum" spectrum))

let trained width epochs =
    let spec = spec width epochs
    let input = input.Force().Value.Force() |> want
    spec, input, TrainNetwork.train spec (Seed.root 9UL) input |> want
