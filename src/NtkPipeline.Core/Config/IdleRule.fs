namespace NtkPipeline.Core

/// Settings by their keys, when they do nothing, and why, as the end of a sentence.
type internal IdleRule = { Of: string -> bool; IsIdle: Map<string, string> -> bool; Why: string }

[<RequireQualifiedAccess>]
module internal IdleRule =

    let keys (names: string list) (key: string) : bool = List.contains key names

    let below (prefix: string) (key: string) : bool = key.StartsWith(prefix + ".")

    let asked (values: Map<string, string>) : string list = [
        yield! Setting.texts values "experiments"

        if OwnQuestion.isAsked values then
            OwnQuestion.name
    ]

    let asksNone (names: string list) (values: Map<string, string>) : bool =
        asked values |> List.forall (fun name -> not (List.contains name names))
