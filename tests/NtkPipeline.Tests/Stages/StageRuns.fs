/// Stages that run in memory.
module NtkPipeline.Tests.StageRuns

open Expecto
open NtkPipeline.Core

let runner: IRunner = MemoryRunner(Seed.root 1UL)

let input value = Artifact.create "input" (Digest.ofBytes [||]) (lazy (Ok value))

let run stage value = runner.Run(stage, input value) |> Result.bind _.Value.Force()

let want result = Expect.wantOk result "the stage runs"

let says (part: string) result =
    match result with
    | Error(e: PipelineError) -> Expect.stringContains e.Sentence part part
    | Ok _ -> failtest $"refused: %s{part}"

let tweets count =
    Array.init count (fun i -> {
        Id = RowId.ofPlace i
        Keyword = None
        Location = None
        Text = $"Fire number %d{i % 37} in street %d{i % 11} of town %d{i % 7}, see http://t.co/%d{i}"
        Target = Some(i % 3 = 0)
    })
