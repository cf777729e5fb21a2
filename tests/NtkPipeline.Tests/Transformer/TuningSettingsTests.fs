module NtkPipeline.Tests.TuningSettingsTests

open System
open Expecto
open FsCheck
open NtkPipeline.Core

let private full = TuningSettings.defaults TuningMethod.Full

let private refuses (part: string) settings =
    match TuningSettings.check settings with
    | Ok _ -> failtest $"refused: %s{part}"
    | Error reason -> Expect.stringContains reason part part

let tests =
    testList "TuningSettings" [
        testCase "the defaults of every method are settings"
        <| fun () ->
            for method in [ TuningMethod.Full; TuningMethod.Linearised; TuningMethod.Lora 8 ] do
                Expect.isOk (TuningSettings.check (TuningSettings.defaults method)) "allowed"
                Expect.equal (TuningMethod.parse 8 (TuningMethod.print method)) (Ok method) "its name"

            Expect.isError (TuningMethod.parse 8 "prefix") "there is none of this name"
            Expect.equal (TuningHead.parse "zero") (Ok TuningHead.Zero) "a head's start"

        testCase "what cannot be trained with is refused in a sentence that says it"
        <| fun () ->
            refuses "rank" { full with Method = TuningMethod.Lora 0 }

            for rate in [ 0.0; -1.0; nan; infinity ] do
                refuses "rate" { full with Rate = rate }

            refuses "batches" { full with Batch = 0 }
            refuses "epoch" { full with Epochs = 0 }
            refuses "warm up" { full with Warmup = 1.5 }
            refuses "warm up" { full with Warmup = nan }
            refuses "decay" { full with Decay = -0.1 }
            refuses "decay" { full with Decay = nan }
            refuses "weight decay of 1" { full with Rate = 1.0; Decay = 1.0 }
            refuses "(--rate) is below 100, " { full with Rate = 1000.0 }
            refuses "not 1000" { full with Rate = 1000.0 }
            refuses "longest gradient" { full with Clip = 0.0 }

        testProperty "the rate rises in equal steps to its largest, and falls in equal steps to one above 0"
        <| fun (PositiveInt steps) (share: byte) ->
            let settings = { full with Warmup = float share / 255.0 }

            let rates = [|
                for k in 1..steps -> TuningSettings.rateAt settings steps k / settings.Rate
            |]

            let warm = int (Math.Round(settings.Warmup * float steps))
            let near a b = abs (a - b) < 1e-12

            rates |> Array.forall (fun r -> r > 0.0 && r < 1.0 + 1e-12)
            && near (Array.max rates) 1.0
            && rates[.. warm - 1]
               |> Array.indexed
               |> Array.forall (fun (i, r) -> near r (float (i + 1) / float warm))
            && rates[warm..]
               |> Array.indexed
               |> Array.forall (fun (i, r) -> near r (1.0 - float i / float (steps - warm)))
    ]
