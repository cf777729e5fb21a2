namespace NtkPipeline.Runtime

open System

/// The names that a store gives to what it keeps; whatever has another is not the store's.
[<RequireQualifiedAccess>]
module internal StoreNames =

    /// Of a store of any age.
    let always = [ "objects"; "runs"; "latest"; "partial" ]

    /// Made with every store.
    let made = always @ [ "claims"; "live" ]

    /// Made when they are needed.
    let texts, damaged = "texts", "damaged"

    let mark = "ntk-store"

    let private isHex (length: int) (text: string) =
        text.Length = length && Seq.forall Char.IsAsciiHexDigitLower text

    /// A codec's, without a dot: it never leads out of the folder.
    let isExtension (text: string) : bool =
        text <> ""
        && text.Length <= 8
        && text |> Seq.forall (fun c -> Char.IsAsciiLetterLower c || Char.IsAsciiDigit c)

    /// objects/ab
    let isShard (name: string) : bool = isHex 2 name

    /// objects/ab/abcd….npy
    let isObject (shard: string) (name: string) : bool =
        match name.Split '.' with
        | [| digest; extension |] ->
            isHex 64 digest && digest.StartsWith(shard, StringComparison.Ordinal) && isExtension extension
        | _ -> false

    /// runs/<key>.json
    let isRecord (name: string) : bool =
        match name.Split '.' with
        | [| key; "json" |] -> isHex 64 key
        | _ -> false

    /// texts/<model>-<version>
    let isModel (name: string) : bool =
        match name.Split '-' with
        | [| model; version |] -> isHex 64 model && version <> "" && Seq.forall Char.IsAsciiDigit version
        | _ -> false

    /// texts/<model>-<version>/<digest>.zip
    let isTexts (name: string) : bool =
        match name.Split '.' with
        | [| digest; "zip" |] -> isHex 64 digest
        | _ -> false

    /// claims/<key>
    let isKey (name: string) : bool = isHex 64 name

    /// What disks, systems and version control put into any folder.
    let isBystander (name: string) : bool =
        List.contains name [ "lost+found"; ".gitignore"; ".gitkeep"; ".keep"; ".DS_Store" ]
        || name.StartsWith(".nfs", StringComparison.Ordinal)
