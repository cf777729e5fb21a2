module NtkPipeline.Tests.AfterKernelTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let private ridges = ridgesTo 1.0 RidgeChoice.CrossValidation

let private trials most networks =
    let runner: IRunner = MemoryRunner(Seed.root 5UL)
    let inputs = SampleRuns.artifact "inputs" (features, (split, networks))

    runner.Run(AfterKernel.stage most ridges, inputs)
    |> Result.bind _.Value.Force()
    |> Result.mapError _.Sentence
    |> fun trials -> Expect.wantOk trials "tried"

/// J Jᵀ of rows and of other rows with them, by one backward pass for each row.
let private byJacobian (trained: TrainedNetwork) (weights: Matrix<float32>) (rows: Matrix<float32>) =
    use _ = torch.NewDisposeScope()
    let width = int64 trained.Run.Spec.Width
    let flat = (Tensors.ofMatrix32 weights).double().reshape -1L
    let first = width * int64 columns

    let stack: ReluStack = {
        Scale = 1.0 / sqrt (float columns * float width)
        Weights = [|
            flat.narrow(0L, 0L, first).reshape(width, int64 columns)
            flat.narrow(0L, first, width).reshape(1L, width)
        |]
    }

    let x = (Tensors.ofMatrix32 rows).double().mul((sqrt (float columns)).ToScalar())
    SmallStack.kernel stack x |> Tensors.toMatrix64

let tests =
    testList "AfterKernel" [
        testCase "both regressions are those with the kernel of one backward pass a row, before and after"
        <| fun () ->
            let trained = network settings
            let found = Array.exactlyOne (trials 1000 [ trained ])
            let both = Array.append split.Train split.Validation
            let all = Matrix.gatherRows both features.Labelled
            let n = split.Train.Length
            let fitted, others = [| 0 .. n - 1 |], [| n .. both.Length - 1 |]
            let targets = split.Train |> Array.map (fun row -> split.Targets[row])
            Expect.equal (found.Rows, found.Member, found.Refusal) (n, 0, None) "all rows"

            for name, score, weights in
                [
                    "before", found.Before, trained.Initial
                    "after", found.After, Option.defaultValue trained.Initial trained.Final
                ] do
                let score = Expect.wantSome score name
                let kernel = byJacobian trained weights all
                let gram = Matrix.gather fitted fitted kernel
                let ridge = score.RelativeRidge * (Array.init n (fun i -> gram[i, i]) |> Array.average)
                let alpha = KernelSamples.solve ridge gram targets

                let outputs =
                    others |> Array.map (fun i -> fitted |> Array.sumBy (fun j -> kernel[i, j] * alpha[j]))

                KernelSamples.wantClose 1e-3 name score.Outputs outputs

                let left =
                    fitted |> Array.map (fun k -> (KernelSamples.heldOut ridge gram targets [| k |])[0])

                let error = Array.map2 (fun f y -> (f - y) ** 2.0) left targets |> Array.average
                close 1e-3 score.LooError error "exact leave-one-out"

            let pairs = AfterKernel.pairs [| found |]
            Expect.equal pairs.Length 1 "one network has both"
            Expect.notEqual (fst pairs[0]) (snd pairs[0]) "and they differ"

        testCase "a network that diverged has no kernel after training, and the trial says so"
        <| fun () ->
            let trained = network { settings with Rate = 400.0; Epochs = 40 }
            let found = Array.exactlyOne (trials 20 [ trained ])
            Expect.equal found.Rows 20 "as many as are asked for"
            Expect.isSome found.Before "the first kernel"
            Expect.isNone found.After "no last one"
            Expect.stringContains (Option.defaultValue "" found.Refusal) "diverged" "why"
            Expect.isEmpty (AfterKernel.pairs [| found |]) "no pair"
            Expect.isEmpty (trials 20 []) "without networks there is none"
    ]
