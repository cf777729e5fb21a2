module NtkPipeline.Tests.LearnedTrialsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let private tweets =
    Array.init labelled (fun k -> {
        Id = RowId.ofPlace k
        Keyword = if k % 3 = 0 then Some(if k % 2 = 0 then "fire" else "flood") else None
        Location = None
        Text = String.replicate (1 + k % 7) "a word! "
        Target = Some(k % 2 = 0)
    })

let private ridges = ridgesTo 10.0 RidgeChoice.LeaveOneOut

let private values by =
    Map [
        "learned-kernel.steps", "6"
        "learned-kernel.rows", "40"
        "learned-kernel.by", by
        "learned-kernel.folds", "2"
        "learned-kernel.learn", "views, scales, views"
        "split.folds", "3"
    ]

let private attempt by (split: Split) family aside =
    let runner: IRunner = MemoryRunner(Seed.root 5UL)

    let input =
        SampleRuns.artifact "input" ({ Tweets = tweets; Features = features; Split = split }: LearnInput)

    let stage = LearnedTrials.trial (values by) ridges family aside

    runner.Run(stage, input)
    |> Result.bind _.Value.Force()
    |> Result.mapError _.Sentence
    |> fun trial -> stage, Expect.wantOk trial "learned"

let tests =
    testList "LearnedTrials" [
        for family in KernelFamily.all do
            testCase
                $"%s{KernelFamily.print family}: the evidence rises, and both regressions are those of their kernels"
            <| fun () ->
                let stage, trial = attempt "likelihood" split family None
                Expect.isNone trial.Refusal "nothing was refused"
                let report = Expect.wantSome trial.Report "learned"
                Expect.isLessThan report.End report.Start "the objective fell"
                let places, held = LearnedTrials.rows 40 None split
                let kept = places |> Array.map (fun place -> split.Train[place])
                Expect.equal (trial.Rows, trial.Labels.Length) (40, split.Validation.Length) "its rows"
                let targets = kept |> Array.map (fun row -> split.Targets[row])
                let views = KernelFamily.views features.Labelled tweets |> List.map snd
                let networks = report.Networks |> Array.map (fun one -> Networks.parse one.Network)

                // Each pair by itself, from the network's own text.
                let kernel (networks: Network[]) (weights: float[]) i j =
                    Seq.init networks.Length (fun k ->
                        let view =
                            if family = KernelFamily.Views && networks.Length > 1 then
                                views[k]
                            else
                                views[0]

                        let pair = Matrix.gatherRows [| i; j |] view
                        (Expect.wantOk (Gram.ntk64 networks[k] pair None) "a pair")[0, 1] * weights[k])
                    |> Seq.sum

                for name, score, kernel in
                    [
                        "base", trial.Base, kernel [| BaseKernel.network |] [| 1.0 |]
                        "learned", trial.Learned, kernel networks (report.Networks |> Array.map _.Weight)
                    ] do
                    let score = Expect.wantSome score name
                    let gram = Matrix.init 40 40 (fun i j -> kernel kept[i] kept[j])
                    let mean = Array.init 40 (fun i -> gram[i, i]) |> Array.average
                    let alpha = KernelSamples.solve (score.RelativeRidge * mean) gram targets

                    let outputs =
                        held
                        |> Array.map (fun row ->
                            kept |> Array.mapi (fun k other -> alpha[k] * kernel row other) |> Array.sum)

                    KernelSamples.wantClose 1e-7 name score.Outputs outputs

                use stream = new MemoryStream()
                stage.Codec.Write stream trial
                stream.Position <- 0L
                Expect.equal (stage.Codec.Read stream) (Ok trial) "kept and read back"

        testCase "rows that are kept aside and their labels teach nothing"
        <| fun () ->
            for aside in [ Some 1; None ] do
                let _, held = LearnedTrials.rows 40 aside split
                let hidden = Set.ofArray held
                let turn = Array.mapi (fun row y -> if hidden.Contains row then -y else y)
                let _, plain = attempt "loo" split KernelFamily.Scales aside

                let _, other =
                    attempt
                        "loo"
                        { split with Targets = turn split.Targets; Labels = turn split.Labels }
                        KernelFamily.Scales
                        aside

                Expect.equal other.Report plain.Report "what was learned"

                for one, another in [ other.Learned, plain.Learned; other.Base, plain.Base ] do
                    let one, another = Expect.wantSome one "a score", Expect.wantSome another "a score"
                    KernelSamples.wantClose 1e-12 "and what it says" one.Outputs another.Outputs

                Expect.equal other.Labels (plain.Labels |> Array.map (~-)) "while it is judged by them"

        testCase "families, criteria and what is kept aside are those of the settings"
        <| fun () ->
            Expect.equal
                (LearnedKernels.families (values "loo"))
                [ KernelFamily.Views; KernelFamily.Scales ]
                "each once, in order"

            Expect.equal (LearnedKernels.criterion (values "loo")) LearnBy.LeaveOneOut "by"

            Expect.equal
                (LearnedKernels.asides (values "loo"))
                [ Some 0; Some 1; None ]
                "folds, then validation"

            let bare = tweets |> Array.map (fun tweet -> { tweet with Keyword = None })

            Expect.equal
                (KernelFamily.views features.Labelled bare |> List.map fst)
                [ "features"; "surface" ]
                "none"
    ]
