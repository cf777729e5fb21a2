module NtkPipeline.Tests.RunnerTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

let private names ran = ran |> List.map fst

let private plan folder seed chain =
    let store = Store.openAt folder |> wantOk
    let planner = PlanRunner(store, "data", Seed.root seed)
    flow planner chain input |> ignore
    planner.Plans |> Array.map (fun plan -> plan.Name, plan.Reasons) |> List.ofArray

let tests =
    testList "runner" [
        testCase "the second run runs nothing and gives the same"
        <| inFolder (fun folder ->
            let first, value, _ = run folder 1UL plain
            let second, again, _ = run folder 1UL plain
            Expect.equal (names first) [ "lower"; "shuffle"; "join" ] "all of them"
            Expect.equal first[0] ("lower", [ NeverRan ]) "the reason"
            Expect.isEmpty second "cached"
            Expect.equal again value "the same")

        testCase "a changed setting that leaves the bytes as they were stops there"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, _, _ = run folder 1UL { plain with LowerCase = false }
            let reason = OtherSettings "LowerCase=true → LowerCase=false"
            Expect.equal ran [ "lower", [ reason ] ] "early cutoff")

        testCase "a changed setting runs its stage and what follows, not what stands before"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, value, _ = run folder 1UL { plain with Separator = "+" }
            Expect.equal (names ran) [ "join" ] "only the last"
            Expect.stringContains value[0] "+" "the new separator")

        testCase "a bumped version runs again"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, _, _ = run folder 1UL { plain with Version = 2 }
            Expect.equal ran [ "lower", [ OtherVersion(1, 2) ] ] "and its equal bytes stop there")

        testCase "a new seed runs the seeded stage and what follows, never a pure one before it"
        <| inFolder (fun folder ->
            run folder 1UL plain |> ignore
            let ran, _, _ = run folder 2UL plain

            Expect.equal
                ran
                [ "shuffle", [ OtherSeed ]; "join", [ OtherInput [ "shuffle" ] ] ]
                "from the seed on")

        testCase "a plan runs nothing and says what would run, and why"
        <| inFolder (fun folder ->
            Expect.equal
                (plan folder 1UL plain)
                [
                    "lower", [ NeverRan ]
                    "shuffle", [ NeverRan; PendingInput [ "lower" ] ]
                    "join", [ NeverRan; PendingInput [ "shuffle" ] ]
                ]
                "before the first run"

            Expect.isEmpty (objects folder) "nothing was made"
            run folder 1UL plain |> ignore
            Expect.all (plan folder 1UL plain) (snd >> List.isEmpty) "all cached"

            Expect.equal
                (plan folder 2UL plain)
                [
                    "lower", []
                    "shuffle", [ OtherSeed ]
                    "join", [ PendingInput [ "shuffle" ] ]
                ]
                "a new seed")

        testCase "of many inputs that changed, a reason names the first and counts the others"
        <| fun () ->
            let names count = [ for k in 1..count -> $"net-%d{k}" ]

            for reason, opening in
                [
                    OtherInput, "its input changed: "
                    PendingInput, "its input would be made again: "
                ] do
                Expect.equal (reason (names 1)).Sentence (opening + "net-1") "one"

                Expect.equal
                    (reason (names 5)).Sentence
                    (opening + "net-1, net-2, net-3, net-4, net-5")
                    "all of five"

                Expect.equal
                    (reason (names 250)).Sentence
                    (opening + "net-1, net-2, net-3 and 247 more")
                    "three of many"

        testCase "a stage's work can tell how far it is"
        <| inFolder (fun folder ->
            let told = ResizeArray<StageEvent>()
            let store = Store.openAt folder |> wantOk
            let runner = DiskRunner(store, "data", Seed.root 1UL, (fun event -> told.Add event))

            let count words =
                words |> Array.iteri (fun k _ -> (runner :> IAdvancing).Advance(k + 1, Array.length words))
                Ok words

            let stage = { lower plain with Body = Pure count }
            let source = Artifact.create "words" (Digest.ofParts (List.ofArray input)) (lazy (Ok input))
            (runner :> IRunner).Run(stage, source) |> wantOk |> ignore

            Expect.equal
                (told |> Seq.filter _.IsAdvanced |> List.ofSeq)
                [ for k in 1..4 -> Advanced("lower", k, 4) ]
                "each, with the stage's name")

        testCase "in memory the same stages give the same"
        <| inFolder (fun folder ->
            let _, value, _ = run folder 1UL plain
            let artifact = flow (MemoryRunner(Seed.root 1UL)) plain input
            Expect.equal (artifact.Value.Force() |> wantOk) value "the runner does not matter")
    ]
