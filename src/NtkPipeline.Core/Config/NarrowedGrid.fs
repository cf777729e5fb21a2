namespace NtkPipeline.Core

/// A grid that a later word narrows trains nothing that only an earlier word asked for.
[<RequireQualifiedAccess>]
module NarrowedGrid =

    let private rank =
        function
        | ByDefault -> 0
        | FromFile _ -> 1
        | FromCommandLine -> 2

    /// Where train.widths was said later than train.larger-rate-widths (on the command line after a file or the defaults, in a file after
    /// the defaults), larger rates are tried at those of the latter that are among the former; `none` where there are none.
    let apply (merged: Map<string, string * SettingSource>) : Map<string, string * SettingSource> =
        let widths, widthsFrom = merged["train.widths"]
        let larger, largerFrom = merged["train.larger-rate-widths"]
        let list (text: string) = text.Split(',', System.StringSplitOptions.TrimEntries)

        if rank widthsFrom <= rank largerFrom || larger = "none" then
            merged
        else
            let kept = list larger |> Array.filter (fun width -> Array.contains width (list widths))
            let text = if kept.Length = 0 then "none" else String.concat ", " kept
            Map.add "train.larger-rate-widths" (text, largerFrom) merged
