/// The question of convergence, asked of `ntk run`.
module NtkPipeline.Tests.RunConvergenceTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked experiments extra =
    SmallQuestions.set [
        $"experiments=%s{experiments}"
        yield! SmallQuestions.of' "convergence"
        "convergence.widths=32, 128, 256"
        "convergence.ensemble-seeds=2"
        yield! extra
    ]

let tests =
    testList "convergence of a run" [
        testCase "a small run asks it, finds everything cached again, and gives the same bytes"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 240, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let settings = asked "convergence" []
            let answer = RunCall.run data store out settings |> wantDone
            Expect.equal (ran answer |> List.filter _.StartsWith("train-network/")).Length 8 "six and two"
            use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
            Expect.equal (summary.RootElement.GetProperty("experiments").GetArrayLength()) 1 "its chapter"
            Expect.isEmpty (RunCall.run data store out settings |> wantDone |> ran) "all cached"
            let again = Path.Combine(folder, "again")
            RunCall.run data (Path.Combine(folder, "other")) again settings |> wantDone |> ignore
            let rows out = File.ReadAllText(Path.Combine(out, "results.csv"))
            Expect.equal (rows again) (rows out) "same seed, same bytes")

        testCase "one seed, an optimiser without a kernel, and the run's own networks beside it"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 240, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let answer =
                RunCall.run
                    data
                    store
                    out
                    (asked "widths, convergence" [ "convergence.seeds=1"; "train.optimiser=adam" ])
                |> wantDone

            Expect.stringContains answer.Output "as m^−½" "its verdicts"
            let rows = File.ReadAllText(Path.Combine(out, "results.csv"))
            Expect.stringContains rows "run-sqrt-d-init-kernel-error-exponent" "the run's own"
            Expect.isFalse (rows.Contains "run-sqrt-d-gap-to-kernel") "which have no kernel to lie away from")

        testCase "its settings are refused by key"
        <| fun () ->
            refused 2 [ "convergence.widths"; "two widths from 128" ] [
                "run"
                "--set"
                "convergence.widths=16, 128"
                "--set"
                "experiments=convergence"
            ]

            refused 2 [ "convergence.steps" ] [ "run"; "--set"; "convergence.steps=0" ]
    ]
