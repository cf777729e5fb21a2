module NtkPipeline.Tests.ConfigTextTests

open System.Text.Json
open Expecto
open NtkPipeline.Core

let private settings = [
    { Key = "a.flag"; Kind = Flag; Default = "true"; Doc = "A flag." }
    { Key = "a.count"; Kind = Whole(1L, 10L); Default = "3"; Doc = "A count." }
    { Key = "a.b.ratio"; Kind = Real(0.0, 1.0); Default = "0.5"; Doc = "A ratio." }
    { Key = "name"; Kind = Choice [ "x"; "y" ]; Default = "x"; Doc = "A name." }
    { Key = "widths"; Kind = WholeList(1L, 99L); Default = "1, 2"; Doc = "Widths." }
    { Key = "rates"; Kind = RealList(0.0, 9.0); Default = "1"; Doc = "Rates." }
    {
        Key = "scales"
        Kind = ChoiceList [ "u"; "v" ]
        Default = "u, v"
        Doc = "Scales."
    }
    { Key = "note"; Kind = SettingKind.Text; Default = ""; Doc = "A note." }
    { Key = "parts"; Kind = SumOf [ "p"; "q"; "r" ]; Default = "p"; Doc = "Parts." }
    {
        Key = "size"
        Kind = WordsOr([ "all" ], Whole(1L, 9L))
        Default = "all"
        Doc = "A size."
    }
]

let private merged layers =
    Expect.wantOk (ConfigText.merge settings layers) "these settings are fine"
    |> Map.map (fun _ (text, _) -> text)

let tests =
    testList "ConfigText" [
        testCase "defaults hold where nothing is said"
        <| fun () ->
            let values = merged []
            Expect.equal (Setting.flag values "a.flag") true "a flag"
            Expect.equal (Setting.whole values "a.count") 3 "a whole number"
            Expect.equal (Setting.real values "a.b.ratio") 0.5 "a real number"
            Expect.equal (Setting.wholes values "widths") [ 1; 2 ] "a list"
            Expect.equal (Setting.texts values "scales") [ "u"; "v" ] "texts"

        testCase "every default is what its own setting accepts"
        <| fun () ->
            for setting in settings do
                Expect.isOk (Setting.check setting setting.Default) $"the default of %s{setting.Key}"

        testCase "JSON with comments, nesting, lists and trailing commas is read"
        <| fun () ->
            let json =
                """{ // experiment
                "a": { "flag": false, "b": { "ratio": 0.25 } }, "widths": [4, 5], "rates": [0.5,], "$schema": "x", }"""

            let pairs = Expect.wantOk (ConfigText.ofJson "e.json" json) "it is JSON"
            let values = merged [ FromFile "e.json", pairs ]
            Expect.equal (Setting.flag values "a.flag") false "nested"
            Expect.equal (Setting.real values "a.b.ratio") 0.25 "nested twice"
            Expect.equal (Setting.wholes values "widths") [ 4; 5 ] "a list"

        testCase "the command line wins over the file, which wins over the defaults"
        <| fun () ->
            let layers = [
                FromFile "e.json", [ "a.count", "5"; "name", "y" ]
                FromCommandLine, [ "a.count", "7" ]
            ]

            let all = Expect.wantOk (ConfigText.merge settings layers) "fine"
            Expect.equal all["a.count"] ("7", FromCommandLine) "the last word"
            Expect.equal all["name"] ("y", FromFile "e.json") "the file's"
            Expect.equal all["note"] ("", ByDefault) "the default"

        testCase "every mistake is reported at once, each with its key"
        <| fun () ->
            let layers = [
                FromFile "e.json", [ "a.cuont", "5"; "a.count", "11"; "a.b.ratio", "NaN" ]
                FromCommandLine, [ "name", "z"; "widths", "4, x"; "a.flag", "yes"; "scales", "" ]
            ]

            let errors = Expect.wantError (ConfigText.merge settings layers) "seven mistakes"
            Expect.equal errors.Length 7 "one sentence a mistake"
            Expect.stringContains errors[0] "did you mean a.count?" "a hint"
            Expect.stringContains errors[1] "a whole number from 1 to 10" "what would be right"

            for key, error in
                List.zip [ "a.cuont"; "a.count"; "a.b.ratio"; "name"; "widths"; "a.flag"; "scales" ] errors do
                Expect.stringStarts error key "the key comes first"

        testCase "names are added with plus signs, each once; a word may stand for a number"
        <| fun () ->
            let read pairs =
                ConfigText.merge settings [ FromCommandLine, pairs ]
                |> Result.map (Map.map (fun _ (text, _) -> text))

            let values = Expect.wantOk (read [ "parts", "q+ p"; "size", "7" ]) "both are fine"
            Expect.equal (Setting.summands values "parts") [ "q"; "p" ] "in their order"
            Expect.equal (Setting.whole values "size") 7 "a number"
            let listed = Expect.wantOk (ConfigText.ofJson "e.json" "{\"parts\": [\"r\", \"q\"]}") "a list"

            Expect.equal
                (Setting.summands (Expect.wantOk (read listed) "fine") "parts")
                [ "r"; "q" ]
                "of a file"

            for key, text, expected in
                [
                    "parts", "p + p", "each once"
                    "parts", "p + z", "some of p, q, r"
                    "parts", "", "joined by +"
                    "size", "10", "all, or a whole number from 1 to 9"
                    "size", "none", "all, or"
                ] do
                match read [ key, text ] with
                | Error [ mistake ] -> Expect.stringContains mistake expected text
                | other -> failtest $"%A{other}"

        testCase "a number that float64 does not hold is refused, and why is said"
        <| fun () ->
            for key, text, expected in
                [
                    "a.b.ratio", "1e-400", "not a number from 0 to 1: it is too small for float64"
                    "a.b.ratio", "1e400", "too large for float64"
                    "rates", "1, 2e-999", "too small for float64"
                ] do
                match ConfigText.merge settings [ FromCommandLine, [ key, text ] ] with
                | Error [ mistake ] -> Expect.stringContains mistake expected text
                | other -> failtest $"%A{other}"

        testCase
            "every epoch is tracked unless epochs are listed, and one main rate goes to all who speak of it"
        <| fun () ->
            let read assignments = Expect.wantOk (Config.read null null assignments) "fine"
            let tracked (config: Config) = config.Train[0].Spec.Tracked
            Expect.equal (tracked (read [])) TrackedEpochs.Every "the default"

            Expect.equal
                (tracked (read [ "train.tracked-epochs=0, 1, 5" ]))
                (TrackedEpochs.Listed [ 0; 1; 5 ])
                "as experiments write it"

            Expect.isError (Config.read null null [ "train.tracked-epochs=often" ]) "another word"
            let config = read [ "train.rate=1.5" ]
            Expect.equal (config.Explain.MainRate, config.Compare.MainRate) (1.5, 1.5) "train.rate"

        testCase "text that is not JSON is refused with its line"
        <| fun () ->
            let errors = Expect.wantError (ConfigText.ofJson "e.json" "{\n \"a\": 1,\n oops }") "not JSON"
            Expect.equal errors [ "e.json, line 3: it is not JSON" ] "file and line"

        testCase "null, nested lists, a non-object and a key set twice are refused"
        <| fun () ->
            for text in
                [
                    "{\"name\": null}"
                    "{\"widths\": [[1]]}"
                    "[1]"
                    "{\"name\": \"x\", \"name\": \"y\"}"
                ] do
                Expect.isError (ConfigText.ofJson "e.json" text) text

        testCase "an assignment without '=' is refused"
        <| fun () ->
            Expect.isError (ConfigText.ofAssignments [ "name" ]) "no value"
            Expect.equal (ConfigText.ofAssignments [ "name = y" ]) (Ok [ "name", "y" ]) "blanks do not count"

        testCase "the schema is JSON that names every setting where a file would have it"
        <| fun () ->
            use document = JsonDocument.Parse(SettingSchema.print settings)

            let ratio =
                (document.RootElement.GetProperty "properties", [ "a"; "b" ])
                ||> List.fold (fun node name -> node.GetProperty(name).GetProperty "properties")
                |> _.GetProperty("ratio")

            Expect.equal (ratio.GetProperty("maximum").GetDouble()) 1.0 "its bound"
            Expect.equal (ratio.GetProperty("type").GetString()) "number" "its type"
    ]
