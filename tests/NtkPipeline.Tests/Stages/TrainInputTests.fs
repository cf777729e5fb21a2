module NtkPipeline.Tests.TrainInputTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let private split (data: TrainSource) : Split = {
    Train = data.Train
    Validation = data.Validation
    Folds = [||]
    Labels = data.Labels
    Targets = data.Targets
    FitRows = [||]
    DuplicateRows = 0
    ContradictoryTexts = 0
    ContradictoryRows = 0
    IdenticalRows = 0
    IdenticalContradictions = 0
    SimilarRows = 0
    LargestSimilarGroup = 0
}

let private features (data: TrainSource) : Features = {
    Labelled = data.Labelled
    Test = data.Test
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

let tests =
    testList "TrainInput" [
        testCase "rows are checked and put in order once, when first asked for, for all networks"
        <| fun () ->
            let data = input.Force()
            let mutable asked = []

            let artifact name value =
                let value =
                    lazy
                        (asked <- name :: asked
                         Ok value)

                Artifact.create name (Digest.ofBytes [| byte (String.length name) |]) value

            let inputs =
                TrainNetwork.inputs
                    (artifact "features" (features data))
                    (artifact "split" (split data))
                    (artifact "gram" data.Gram)
                    (artifact "spectrum" { Computed = [| data.LambdaMax |]; Vectors = Matrix.create 0 0 [||] })

            Expect.equal (inputs.Parts |> List.map fst) [ "features"; "split"; "gram"; "spectrum" ] "the key"
            Expect.isEmpty asked "nothing is read before"
            let runner: IRunner = MemoryRunner(Seed.root 5UL)

            for settings in [ settings; { settings with Member = 1 } ] do
                let trained =
                    runner.Run(TrainNetwork.stage (GridPoint.ofSpec settings), inputs)
                    |> Result.bind _.Value.Force()

                Expect.equal (bytes (sound trained)) (bytes (network settings)) "as from its own"

            Expect.equal (List.rev asked) [ "features"; "split"; "gram"; "spectrum" ] "each once"
            let ready () = Expect.wantOk (inputs.Value.Force()) "ready"
            Expect.isTrue (Object.ReferenceEquals(ready().Kernel, ready().Kernel)) "one kernel"
            let order = Array.append data.Train data.Validation
            Expect.equal (ready().Kernel) (Matrix.gather order order data.Gram) "in order"
            Expect.equal (ready().Labelled) (Matrix.gatherRows order data.Labelled) "its rows too"
    ]
