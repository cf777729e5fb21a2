module NtkPipeline.Tests.TunedKernelsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let private ridges = ridgesTo 1.0 RidgeChoice.LeaveOneOut

let private trial most ridges kind text =
    let runner: IRunner = MemoryRunner(Seed.root 5UL)
    let both = SampleRuns.artifact "both" (features, split)
    let stage = KernelTrials.trial most ridges (kind, Networks.parse text)

    Expect.wantOk
        (runner.Run(stage, both) |> Result.bind _.Value.Force() |> Result.mapError _.Sentence)
        "tried"

let tests =
    testList "TunedKernels" [
        testCase "a kernel's score is what refitting without each fold gives, over every ridge"
        <| fun () ->
            let text = "dense 1 b=0.3 | relu | dense 1 b=0.3"
            let found = trial 1000 ridges KernelKind.Nngp text
            let norm = sqrt (float columns)
            let rows = Matrix.gatherRows split.Train features.Labelled |> Matrix.map (fun x -> norm * float x)

            let gram =
                Expect.wantOk (KernelKind.gram64 KernelKind.Nngp (Networks.parse text) rows None) "a kernel"

            let mean = Array.init gram.Rows (fun i -> gram[i, i]) |> Array.average
            let targets = split.Train |> Array.map (fun row -> split.Targets[row])

            let scores = [
                for relative in [ 0.01; 0.1; 1.0 ] do
                    let outputs = Array.zeroCreate targets.Length

                    for fold in 0..2 do
                        let out =
                            [| 0 .. targets.Length - 1 |] |> Array.filter (fun k -> split.Folds[k] = fold)

                        KernelSamples.heldOut (relative * mean) gram targets out
                        |> Array.iteri (fun k f -> outputs[out[k]] <- f)

                    let error = Array.map2 (fun f y -> (f - y) ** 2.0) outputs targets |> Array.average
                    error, Metrics.accuracy targets outputs, relative
            ]

            let error, accuracy, relative = List.min scores
            close 1e-5 (Option.defaultValue nan found.Error) error "the error"
            close 1e-12 (Option.defaultValue nan found.Accuracy) accuracy "the accuracy"
            close 1e-6 found.RelativeRidge relative "the ridge"
            Expect.equal (found.Rows, found.Ridges) (split.Train.Length, 3) "all rows, three ridges"
            Expect.equal (trial 20 ridges KernelKind.Ntk text).Rows 20 "or as many as are asked for"

        testCase "the least error wins; a kernel that is refused does not compete, and says why"
        <| fun () ->
            let trial error refusal : KernelTrial = {
                Kind = KernelKind.Ntk
                Network = "dense 1 | relu | dense 1"
                Rows = 10
                Ridges = 3
                RelativeRidge = 0.1
                Error = error
                Accuracy = error
                Refusal = refusal
            }

            let refused = trial None (Some "it is not symmetric")
            let second = { trial (Some 0.4) None with Network = "dense 1 | erf | dense 1" }

            Expect.equal
                (KernelTrials.best [ refused; trial (Some 0.5) None; second ])
                (Ok second)
                "the least"

            KernelTrials.best [ refused ] |> KernelSamples.wantRefusal [ "it is not symmetric" ]
            KernelTrials.best [] |> KernelSamples.wantRefusal [ "no kernel" ]

        testCase
            "the best kernel's ridge is that of the least error on the folds, by refitting; then all rows are fitted"
        <| fun () ->
            let text = "dense 1 | relu | dense 1"
            let found = trial 20 ridges KernelKind.Ntk text
            let runner: IRunner = MemoryRunner(Seed.root 5UL)
            let inputs = SampleRuns.artifact "inputs" (features, (split, [ found ]))

            let tuned =
                runner.Run(TunedKernels.fit 2, inputs)
                |> Result.bind _.Value.Force()
                |> Result.mapError _.Sentence
                |> fun tuned -> Expect.wantOk tuned "fitted"

            let norm = sqrt (float columns)
            let all = Array.append split.Train split.Validation
            let rows = Matrix.gatherRows all features.Labelled |> Matrix.map (fun x -> norm * float x)
            let whole = Expect.wantOk (Gram.ntk64 (Networks.parse text) rows None) "a kernel"
            let fitted = [| 0 .. split.Train.Length - 1 |]
            let gram = Matrix.gather fitted fitted whole
            let mean = fitted |> Array.averageBy (fun i -> gram[i, i])
            let targets = split.Train |> Array.map (fun row -> split.Targets[row])

            let errors =
                tuned.Ridges
                |> Array.map (fun ridge ->
                    [|
                        for fold in 0..1 do
                            let out = fitted |> Array.filter (fun k -> split.Folds[k] = fold)

                            yield!
                                KernelSamples.heldOut (ridge * mean) gram targets out
                                |> Array.mapi (fun k f -> (f - targets[out[k]]) ** 2.0)
                    |]
                    |> Array.average)

            KernelSamples.wantClose 1e-5 "errors of two folds" tuned.Errors errors
            KernelSamples.wantClose 1e-12 "ridges" tuned.Ridges (TunedKernels.around found.RelativeRidge)
            Expect.equal tuned.Error (Array.min tuned.Errors) "the least"
            let alpha = KernelSamples.solve (tuned.RelativeRidge * mean) gram targets

            let outputs =
                [| fitted.Length .. all.Length - 1 |]
                |> Array.map (fun i -> fitted |> Array.sumBy (fun j -> whole[i, j] * alpha[j]))

            KernelSamples.wantClose 1e-4 "validation rows" tuned.Outputs outputs
            Expect.equal tuned.Name $"ntk of %s{text}" "its name"

        testCase "depth, activation and bias are those of the network's text"
        <| fun () ->
            let text activation depth bias =
                Expect.wantOk (KernelTrials.network activation depth bias) "a network" |> NetworkText.print

            Expect.equal (text "relu" 1 0.0) (NetworkText.print BaseKernel.network) "the written one"

            Expect.equal
                (text "erf" 2 0.3)
                "dense 1 b=0.3 | erf | dense 1 b=0.3 | erf | dense 1 b=0.3"
                "two hidden layers"
    ]
