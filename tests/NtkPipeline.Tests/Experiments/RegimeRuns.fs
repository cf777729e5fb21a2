/// Networks whose movement follows laws, and what the regime experiment makes of them.
module NtkPipeline.Tests.RegimeRuns

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let values: Map<string, string> =
    Map [
        for setting in RegimeGrid.settings do
            setting.Key, setting.Default

        "regime.epochs", "10, 50"
        "regime.rates", "1"
        "regime.widths", "64, 256, 1024"
    ]

let basis: RunSpec = { (run 64 0 1.0 0.1 []).Spec with Tracked = TrackedEpochs.Every }

let points = lazy Expect.wantOk (RegimeGrid.points values basis) "a grid"

/// How far ΔΘ and the first layer's features go, and which rows are missed, of a network of so many hidden layers.
type Law = {
    Kernel: RunSpec -> float
    Features: int -> RunSpec -> float
    Wrong: RunSpec -> int
    IsSound: RunSpec -> bool
}

let alpha (spec: RunSpec) = spec.Architecture.OutputScale
let private root (spec: RunSpec) = sqrt (float spec.Width)
let private layers (spec: RunSpec) = spec.Architecture.Text.Split("relu").Length - 1

/// The lazy limit's laws: ΔΘ = (6/(α√m))², features 2/(α√m) of their size, times the rate.
let theory: Law = {
    Kernel = fun spec -> (6.0 / (alpha spec * root spec)) ** 2.0
    Features = fun _ spec -> spec.Rate * 2.0 / (alpha spec * root spec)
    Wrong = fun _ -> 200
    IsSound = fun _ -> true
}

let networks (law: Law) : NetworkRun list = [
    for point in points.Value do
        let spec = point.Spec
        let made = SampleRuns.run spec.Width spec.Member spec.Rate 0.1 [ 0 .. law.Wrong spec - 1 ]

        let moved (measures: EpochMeasures) = {
            measures with
                DeltaTheta = law.Kernel spec * (if measures.Epoch = 10 then 0.5 else 1.0)
                FeatureMovement = [| law.Features (layers spec) spec |]
        }

        let run = { made with Spec = spec; Epochs = made.Epochs |> Array.map moved }
        if law.IsSound spec then run else diverge run
]

let judgedEvidence (runs: JudgedRuns) : RegimeEvidence =
    let runner: IRunner = MemoryRunner(Seed.root 3UL)
    let inputs = Artifact.both (artifact "split" split) (artifact "runs" runs)
    let stage = Regime.stage (Regime.settings settings values basis)

    Expect.wantOk
        (runner.Run(stage, inputs) |> Result.bind _.Value.Force() |> Result.mapError _.Sentence)
        "evidence"

let evidenceOf (runs: NetworkRun list) : RegimeEvidence = judgedEvidence (EpochChoice.ended runs)

let evidence law = evidenceOf (networks law)

/// The verdicts of the claim whose name holds these words.
let verdicts (words: string) (evidence: RegimeEvidence) =
    RegimeClaims.all
    |> List.filter _.Name.Contains(words)
    |> List.exactlyOne
    |> fun claim -> claim.Judge evidence
