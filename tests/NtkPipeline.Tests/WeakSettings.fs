/// Settings that tests begin from: what a test says otherwise goes before, and what has no effect then is not said at all, since `ntk` refuses it.
module NtkPipeline.Tests.WeakSettings

open NtkPipeline.Core

let private mark = "--unless-set"

/// As arguments, which `expand` makes `--set`s of; a later one of the same key goes before an earlier one.
let weak (settings: string list) : string list = settings |> List.collect (fun setting -> [ mark; setting ])

let private pair (setting: string) =
    match setting.Split('=', 2) with
    | [| key; value |] -> key.Trim(), value
    | _ -> setting, ""

/// What a command line sets by `--set` and `--experiment`, and what weakly; and the rest of it.
let rec private parts (arguments: string list) =
    match arguments with
    | word :: setting :: others when word = mark ->
        let strong, weak, rest = parts others
        strong, pair setting :: weak, rest
    | "--set" :: setting :: others ->
        let strong, weak, rest = parts others
        pair setting :: strong, weak, "--set" :: setting :: rest
    | "--experiment" :: name :: others ->
        let strong, weak, rest = parts others

        let names =
            match List.tryFind (fst >> (=) "experiments") strong with
            | Some(_, more) -> $"%s{name}, %s{more}"
            | None -> name

        ("experiments", names) :: List.filter (fst >> (<>) "experiments") strong,
        weak,
        "--experiment" :: name :: rest
    | word :: others ->
        let strong, weak, rest = parts others
        strong, weak, word :: rest
    | [] -> [], [], []

/// A command line with weak settings as a person would write it.
let expand (arguments: string list) : string list =
    match parts arguments with
    | _, [], rest -> rest
    | strong, weak, rest ->
        let overlay pairs values =
            List.fold (fun values (key, value) -> Map.add key value values) values pairs

        let isStrong key = List.exists (fst >> (=) key) strong
        let kept = overlay weak Map.empty |> Map.filter (fun key _ -> not (isStrong key))

        let values =
            Config.settings
            |> List.map (fun setting -> setting.Key, setting.Default)
            |> Map.ofList
            |> overlay (Map.toList kept)
            |> overlay strong
            // What auto stands for, where the encoder's package is; elsewhere nothing is lost.
            |> Map.change "embed.encoder" (Option.map _.Replace("auto", "minilm"))

        rest
        @ [
            for KeyValue(key, value) in kept do
                if (IdleSettings.why values key).IsNone then
                    "--set"
                    $"%s{key}=%s{value}"
        ]
