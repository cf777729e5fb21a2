module NtkPipeline.Tests.GroupTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private scaled alpha (run: NetworkRun) = {
    run with
        Spec.Architecture = Architecture.withScale alpha run.Spec.Architecture
}

let private differing: (string * (NetworkRun -> NetworkRun)) list = [
    "output scale", scaled 2.0
    "batch size", (fun run -> { run with Spec.BatchSize = 0 })
    "epochs", (fun run -> { run with Spec.Epochs = 10; Epochs = run.Epochs[..1] })
    "optimiser", (fun run -> { run with Spec.Optimiser = Optimiser.adam })
    "centring",
    (fun run -> {
        run with
            Spec.Architecture = Architecture.withCentring false run.Spec.Architecture
    })
    "input scale", (fun run -> { run with Spec.InputScale = InputScale.Unit })
    "network",
    (fun run -> {
        run with
            Spec.Architecture =
                Expect.wantOk (Architecture.parse "dense m | erf | dense 1 | centred") "a network"
    })
]

let tests =
    testList "Group" [
        for what, change in differing do
            testCase $"networks that differ in %s{what} are never averaged as if they were seeds"
            <| fun () ->
                let runs = seeds (fun k -> run 64 k 1.0 0.1 [ 0..199 ])
                let others = seeds (fun k -> run 64 k 1.0 0.9 [ 0..399 ] |> change)
                let groups = Group.ofRuns (List.rev others @ runs)
                Expect.equal groups.Length 2 "two groups"

                Expect.equal
                    (groups
                     |> Array.map (fun group ->
                         group.Of Quantity.DeltaTheta
                         |> Option.map (fun value -> round (1000.0 * value.Mean)))
                     |> Set.ofArray)
                    (Set.ofList [ Some 100.0; Some 900.0 ])
                    "each of its own"

                Expect.all groups (fun group -> group.Runs.Length = 3) "three seeds each"

                // Nor by verdicts or by power laws.
                let comparison = compare (runs @ others)

                let wide = comparison.Verdicts |> Array.filter (fun verdict -> verdict.Claim.Contains "Wide")

                Expect.equal wide.Length 2 "a verdict each"
                Expect.equal (wide |> Array.distinctBy _.Setting).Length 2 "whose settings tell them apart"

        testCase "what the first weights decide is averaged over all seeds, the rest over those that ended"
        <| fun () ->
            let runs = [ run 64 0 1.0 0.1 []; run 64 1 1.0 0.3 [] |> diverge ]
            let group = Group.ofRuns runs |> Array.exactlyOne
            let count quantity = group.Of quantity |> Option.map _.Count
            Expect.equal (count Quantity.InitKernelError) (Some 2) "before training"
            Expect.equal (count Quantity.DeltaTheta) (Some 1) "after it"
            Expect.equal (group.Diverged, group.Sound.Length) (1, 1) "counted"
            let lost = Group.ofRuns [ runs[1] ] |> Array.exactlyOne
            Expect.isNone (lost.Of Quantity.Accuracy) "no number where there is none"
    ]
