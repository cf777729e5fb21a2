/// Settings that are refused as idle are so: the pipeline's stages are the same whatever they say.
module NtkPipeline.Tests.SoundIdleTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

/// What runs in any case, and what is then made of nothing: settings that clean texts nobody reads, or judge networks that are not there.
let private harmless = [
    "clean-tweets/train"
    "clean-tweets/test"
    "compare-models"
    "explain-network"
]

/// They stand in the recipes of stages that others need, and only some of these read them: similar-above where split.together is similar,
/// small-width and the main rate where the first question's networks are judged.
let private inRecipes = [ "split.similar-above"; "compare.small-width"; "train.rate" ]

/// Another value that the setting may have.
let private other (setting: Setting) (value: string) : string option =
    let tried =
        match setting.Kind with
        | Text when setting.Key = "train.network" -> [ "dense m | erf | dense 1" ]
        | Text when setting.Key = "train.optimiser" -> [ "momentum(0.5)" ]
        | Flag -> [ "true"; "false" ]
        | Whole _
        | Real _
        | WholeList _
        | RealList _ -> [ "1"; "2"; "20"; "60"; "0.3" ]
        | Choice names
        | ChoiceList names -> names
        | SumOf _
        | WordsOr _
        | Size
        | Text -> []

    tried |> List.tryFind (fun text -> text <> value && Result.isOk (Setting.check setting text))

/// The stages that this question would have alone, with a file of settings, and their keys; the report shows every setting.
let private stages folder (question: string) (changes: (string * string) list) =
    let file = Path.Combine(folder, "settings.json")
    File.WriteAllText(file, JsonSerializer.Serialize(dict changes))
    let store = Path.Combine(folder, "store")

    let answer =
        [
            "why"
            ""
            "--json"
            "--data"
            Path.Combine(folder, "tweets")
            "--store"
            store
            "--config"
            file
            "--experiment"
            question
        ]
        @ [ "--set"; "embed.encoder=lsa" ]
        |> wantDone

    use document = JsonDocument.Parse(Array.last (answer.Output.TrimEnd().Split '\n'))

    [
        for stage in document.RootElement.GetProperty("stages").EnumerateArray() do
            let name = nonNull (stage.GetProperty("name").GetString())

            if name <> WriteReport.name && not (List.contains name harmless) then
                name, stage.GetProperty("key").GetString()
    ]

let tests =
    testList "idle settings" [
        testCase "whatever is refused for a question changes none of its stages"
        <| inFolder (fun folder ->
            tweets folder 120 |> ignore

            // The transformer's own stages need the encoder's package.
            for question in "none" :: List.filter ((<>) Transformer.experiment.Name) Experiments.names do
                let values =
                    Config.settings
                    |> List.map (fun setting -> setting.Key, setting.Default)
                    |> Map.ofList
                    |> Map.add "experiments" question
                    |> Map.add "embed.encoder" "lsa"

                let changes = [
                    for setting in Config.settings do
                        match IdleSettings.why values setting.Key, other setting values[setting.Key] with
                        | Some _, Some text when not (List.contains setting.Key inRecipes) ->
                            setting.Key, text
                        | _ -> ()
                ]

                Expect.isGreaterThan changes.Length 20 $"%s{question}: there are such settings"

                Expect.equal
                    (set (stages folder question changes) - set (stages folder question []))
                    Set.empty
                    question)
    ]
