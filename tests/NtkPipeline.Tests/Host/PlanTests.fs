/// Simulated schedules of a run, by `ntk plan`.
module NtkPipeline.Tests.PlanTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk

let private json arguments =
    let answer = wantDone (arguments @ [ "--json" ])
    JsonDocument.Parse(Array.last (answer.Output.TrimEnd().Split '\n')).RootElement

let private number (name: string) (element: JsonElement) = element.GetProperty(name).GetDouble()

let private items (name: string) (element: JsonElement) =
    element.GetProperty(name).EnumerateArray() |> List.ofSeq

let tests =
    testList "ntk plan" [
        testCase "a run that was made: one worker takes the sum, many the critical path, and none less"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")

            let about command extra =
                [ command; "--data"; data; "--store"; store ] @ quick @ fewNetworks "16,64" @ extra

            about "run" [ "--out"; folder ] |> wantDone |> ignore

            let costs = [
                "--overhead"
                "0.25"
                "--start"
                "1"
                "--per-worker"
                "2"
                "--read-speed"
                "1TB"
            ]

            let plan = json (about "plan" ([ "--workers"; "1,2,1000" ] @ costs))

            Expect.isEmpty (items "estimated" plan) "all was measured"
            let stages = number "stages" plan
            let records = Directory.GetFiles(Path.Combine(store, "runs"))
            Expect.equal stages (float records.Length) "a record each"

            let seconds =
                records
                |> Array.sumBy (fun path ->
                    JsonDocument.Parse(File.ReadAllText path).RootElement |> number "seconds")

            Expect.floatClose { absolute = 0.01; relative = 0.0 } (number "seconds" plan) seconds "their sum"
            let path = number "seconds" (plan.GetProperty "criticalPath")
            let rows = items "plans" plan
            Expect.equal (rows |> List.map (number "workers")) [ 1.0; 2.0; 1000.0 ] "as asked"
            let makespans = rows |> List.map (number "makespan")
            let near = { absolute = 0.01; relative = 0.0 }

            Expect.floatClose
                near
                makespans[0]
                (3.0 + seconds + 0.25 * stages)
                "the sum, and what is around it"

            Expect.floatClose near makespans[2] (3.0 + path) "the critical path"
            Expect.isLessThan makespans[1] makespans[0] "two are faster than one"
            Expect.isGreaterThanOrEqual (makespans[1] + 0.01) makespans[2] "and slower than many"
            Expect.equal (rows |> List.map (number "bytesRead") |> List.head) 0.0 "one worker has made all"
            Expect.isGreaterThan (number "bytesRead" rows[1]) 0.0 "two read of one another"
            let last = plan.GetProperty("criticalPath") |> items "stages" |> List.last
            Expect.equal (last.GetProperty("name").GetString()) "write-report" "the report comes last"

            let shared = json (about "plan" ([ "--workers"; "2"; "--shared-cores"; "1" ] @ costs))

            Expect.isGreaterThan
                (shared |> items "plans" |> List.head |> number "makespan")
                makespans[1]
                "on one processor"

            let words = about "plan" [ "--workers"; "1,2" ] |> wantDone
            Expect.stringContains words.Output "critical path: " "in words"
            Expect.stringContains words.Output "--shared-cores" "with what is not counted"
            let nothing = about "run" [ "--out"; folder ] |> wantDone
            Expect.stringContains nothing.Output "no stage ran" "planning leaves the store as it was")

        testCase "a run that was never made is estimated as ntk status does it"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")
            let about command extra = [ command; "--data"; data; "--store"; store ] @ quick @ extra
            let plan = json (about "plan" [])
            Expect.equal (float (items "estimated" plan).Length) (number "stages" plan) "all of it"
            Expect.isGreaterThan (number "seconds" plan) 0.0 "it takes time"

            Expect.equal
                (items "plans" plan |> List.map (number "workers"))
                [ 1.0; 4.0; 16.0; 64.0; 256.0 ]
                "workers by default"

            Expect.isEmpty (Directory.GetFiles(Path.Combine(store, "runs"))) "nothing has run")

        testCase "mistakes are refused, all at once"
        <| fun () ->
            refused 2 [
                "--workers '0'"
                "--workers 'x'"
                "--overhead"
                "--start"
                "--per-worker"
                "--read-speed"
                "--shared-cores"
            ] [
                "plan"
                "--workers"
                "0,x"
                "--overhead"
                "-1"
                "--start"
                "-1"
                "--per-worker"
                "-1"
                "--read-speed"
                "slow"
                "--shared-cores"
                "0"
            ]
    ]
