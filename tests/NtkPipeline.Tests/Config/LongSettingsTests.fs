/// Settings that are longer than anybody means: refused by their length.
module NtkPipeline.Tests.LongSettingsTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private mistakes (text: string) (assignments: string list) =
    Expect.wantError (Config.read "s.json" text assignments) "refused"

let private says (part: string) (mistakes: string list) =
    let all = String.concat "\n" mistakes
    Expect.isLessThan all.Length 10_000 "the answer is short"
    Expect.stringContains all part part

let tests =
    testList "long settings" [
        testCase
            "a list of a million numbers, a key of a million characters and 50,000 unknown keys are refused shortly"
        <| fun () ->
            let numbers count = String.Join(", ", Seq.replicate count "16")
            mistakes $"{{\"train.widths\": [%s{numbers 1_000_000}]}}" [] |> says "characters, and"
            mistakes $"{{\"train.widths\": [%s{numbers 100_000}]}}" [] |> says "train.widths: a value of"
            mistakes "{}" [ $"train.widths=%s{numbers 1_000_000}" ] |> says "train.widths: a value of"
            mistakes "{}" [ String('k', 1_000_000) + "=1" ] |> says "there is no such setting"
            mistakes $"{{\"%s{String('k', 900_000)}\": 1}}" [] |> says "there is no such setting"
            let keys = String.Join(", ", Seq.init 50_000 (fun k -> $"\"key%d{k}\": 1"))
            mistakes $"{{%s{keys}}}" [] |> says "50000 keys are no settings"

        testCase "a NUL behind a number is not passed over"
        <| fun () ->
            for key, value in [ "train.epochs", "1"; "split.validation-share", "0.2" ] do
                mistakes $"{{\"%s{key}\": \"%s{value}\\u0000\"}}" [] |> says key

        testCase "a settings file of many megabytes is refused before it is read"
        <| inFolder (fun folder ->
            let file = Path.Combine(folder, "s.json")

            (use stream = File.Create file
             stream.SetLength 3_000_000_000L)

            refused 2 [ "s.json"; "3000000000 bytes" ] [ "config"; "show"; "--config"; file ])
    ]
