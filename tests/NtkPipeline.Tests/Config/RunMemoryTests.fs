module NtkPipeline.Tests.RunMemoryTests

open Expecto
open NtkPipeline.Core

let private config (assignments: string list) =
    match Config.read null null assignments with
    | Ok config -> config
    | Error mistakes -> failtest $"%A{mistakes}"

let private peak assignments labelled test =
    let config = config assignments
    RunMemory.peak config (RunWork.sizes config labelled test)

let private five = [
    "embed.encoder=minilm + lsa + surface + keywords + location"
    "experiments=none"
]

let tests =
    testList "RunMemory" [
        testCase "Kaggle's tweets need less than 3.5 GB, by default and with a sum of five kernels"
        <| fun () ->
            for name, assignments in
                [
                    "by default", []
                    "five encoders side by side", five
                    "a sum of five kernels", "embed.combine=sum" :: five
                ] do
                let bytes = peak assignments 7613 3263
                Expect.isLessThan bytes 3.5e9 name
                Expect.isGreaterThan bytes 2.0e9 name

        testCase
            "the transformer's question needs less than 5 GB of Kaggle's tweets, and less with a smaller sketch"
        <| fun () ->
            let asked = "experiments=transformer"
            let bytes = peak [ asked ] 7613 3263
            Expect.isGreaterThan bytes 3.3e9 "measured up to its regressions"
            Expect.isLessThan bytes 5e9 "what it may take"

            Expect.isLessThan
                (peak [ asked; "transformer.sketch-rank=64" ] 7613 3263)
                bytes
                "a smaller sketch"

            Expect.isGreaterThan
                (peak [ asked ] 300 0)
                2.6e9
                "fine-tuning takes as much of few tweets: measured"

            Expect.isLessThan (peak [ asked; "transformer.batch=8" ] 300 0) 2.6e9 "but in small batches"

        testCase "a run needs more for more tweets, for a test set and for a second kernel"
        <| fun () ->
            Expect.isGreaterThan (peak [] 20000 0) (peak [] 10000 0) "more tweets"
            Expect.isGreaterThan (peak [] 10000 10000) (peak [] 10000 0) "a test set"

            let withNetworks = [ five.Head; "experiments=widths" ]

            Expect.isGreaterThan
                (peak ("embed.combine=sum" :: withNetworks) 10000 3000)
                (peak withNetworks 10000 3000)
                "networks have another kernel than a sum"

            Expect.isGreaterThan (peak [] 100_000_000 1) 1e17 "nothing overflows"

        testCase "a stage declares no more than its run, and one that holds texts alone declares less"
        <| fun () ->
            let config = config []
            let sizes = RunWork.sizes config 7613 3263
            let declared = RunMemory.ofStage config sizes

            for name in
                [
                    "analytic-gram/train"
                    "train-network/m=64"
                    "fine-tune/full"
                    "a-stage-to-come"
                ] do
                Expect.equal (declared name) (RunMemory.peak config sizes) name

            for name in [ "read-tweets/train"; "split-tweets"; "clean-tweets/test" ] do
                Expect.isLessThan (declared name) 1e9 name
                Expect.isGreaterThan (declared name) 0.0 name

        testCase "a sample that fits is proposed in round numbers, and fits"
        <| fun () ->
            for gigabytes in [ 2.0; 4.0; 25.0; 1000.0 ] do
                match RunMemory.largestSample (gigabytes * 1e9) (config []) 100_000 3000 with
                | None -> failtest $"%g{gigabytes} GB hold a sample"
                | Some count ->
                    Expect.isLessThanOrEqual count KernelInputs.mostRows "an array holds its kernel"
                    Expect.isLessThanOrEqual (peak [] count 3000) (gigabytes * 1e9) "it fits"
                    let assignments = [ $"data.sample=%d{count}" ]

                    Expect.equal
                        (peak assignments 100_000 3000)
                        (peak [] count 3000)
                        "as if there were no more"

            Expect.equal (RunMemory.largestSample 5e8 (config []) 100_000 3000) None "not even a few"

        testCase "100,000 tweets are refused with a sample that does, and with it they are not"
        <| fun () ->
            let limit = MemoryLimit.Machine 25e9
            let refusal = Expect.wantError (RunMemory.check limit (config []) 100_000 3000) "too many"

            for part in [ "100000 labelled tweets need about"; "this machine has 25 GB"; "`ntk solve`" ] do
                Expect.stringContains refusal.Sentence part part

            let count = Option.get (RunMemory.largestSample 25e9 (config []) 100_000 3000)
            Expect.stringContains refusal.Sentence $"--set data.sample=%d{count}" "the way on"
            let sampled = config [ $"data.sample=%d{count}" ]
            Expect.isOk (RunMemory.check limit sampled 100_000 3000) "the way on is one"

        testCase "where memory is plenty, what no array holds is refused still"
        <| fun () ->
            let refusal =
                Expect.wantError (RunMemory.check (MemoryLimit.Machine 1e15) (config []) 50_000 0) "too many"

            Expect.stringContains refusal.Sentence "no array holds a kernel of more than 46340 rows" "why"
    ]
