namespace NtkPipeline.Runtime

open System
open System.IO

/// What lies in one part of a store.
type internal Shelf = {
    /// Of the store's names, and files or folders as they should be.
    Own: string[]
    /// Of the store's names, and something else: a folder or a link in the place of a file, a folder that cannot be looked into.
    Odd: string[]
    /// Of other names.
    Foreign: string[]
}

/// Looks at what lies in a store. No link is followed.
[<RequireQualifiedAccess>]
module internal StoreContents =

    let nameOf (path: string) : string = nonNull (Path.GetFileName path)

    let private empty = { Own = [||]; Odd = [||]; Foreign = [||] }

    let private join (shelves: Shelf[]) : Shelf = {
        Own = shelves |> Array.collect _.Own
        Odd = shelves |> Array.collect _.Odd
        Foreign = shelves |> Array.collect _.Foreign
    }

    /// Everything in a folder that is one, in the order of names.
    let private entries (folder: string) : string[] =
        try
            match FileKind.at folder with
            | FileKind.Folder ->
                Directory.GetFileSystemEntries folder
                |> Array.filter (nameOf >> StoreNames.isBystander >> not)
                |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))
            | _ -> [||]
        with :? DirectoryNotFoundException -> [||]

    /// What another process has just deleted is nowhere.
    let private sort (isOurs: string -> bool) (wanted: FileKind) (paths: string[]) : Shelf =
        let ours, foreign = paths |> Array.partition (nameOf >> isOurs)

        let own, odd =
            ours
            |> Array.map (fun path -> path, FileKind.at path)
            |> Array.filter (fun (_, kind) -> kind <> FileKind.Missing)
            |> Array.partition (fun (_, kind) -> kind = wanted)

        { Own = Array.map fst own; Odd = Array.map fst odd; Foreign = foreign }

    /// Files in folders.
    let private nested
        (isFolder: string -> bool)
        (isFile: string -> string -> bool)
        (folder: string)
        : Shelf =
        let outer = entries folder |> sort isFolder FileKind.Folder

        let inside (inner: string) =
            try
                entries inner |> sort (isFile (nameOf inner)) FileKind.File
            with :? UnauthorizedAccessException -> { empty with Odd = [| inner |] }

        join (Array.append [| { outer with Own = [||] } |] (Array.map inside outer.Own))

    let private at (root: string) (part: string) = Path.Combine(root, part)

    let objects (root: string) : Shelf = at root "objects" |> nested StoreNames.isShard StoreNames.isObject
    let runs (root: string) : Shelf = at root "runs" |> entries |> sort StoreNames.isRecord FileKind.File

    /// Scopes and stages have any names.
    let latest (root: string) : Shelf = at root "latest" |> nested (fun _ -> true) (fun _ _ -> true)

    let texts (root: string) : Shelf =
        at root StoreNames.texts |> nested StoreNames.isModel (fun _ -> StoreNames.isTexts)

    let claims (root: string) : Shelf = at root "claims" |> entries |> sort StoreNames.isKey FileKind.Folder
    let live (root: string) : Shelf = at root "live" |> entries |> sort Holder.isName FileKind.Folder

    /// Files as own, folders, in which leases are made, as odd.
    let partial (root: string) : Shelf = at root "partial" |> entries |> sort Holder.isName FileKind.File

    let damaged (root: string) : Shelf =
        at root StoreNames.damaged |> entries |> sort Holder.isName FileKind.File

    /// What lies in the root and has none of the store's names, or is not the folder that it should be.
    let beside (root: string) : string[] =
        entries root
        |> Array.filter (fun path ->
            let name = nameOf path

            if List.contains name (StoreNames.texts :: StoreNames.damaged :: StoreNames.made) then
                FileKind.at path <> FileKind.Folder
            else
                name <> StoreNames.mark && not (WholeFile.isAside name))

    /// All that the store has not put where it lies.
    let foreign (root: string) : string[] =
        let parts = [| objects root; runs root; latest root; texts root; claims root; live root |]
        let partial, damaged = partial root, damaged root

        Array.concat [
            beside root
            parts |> Array.collect (fun part -> Array.append part.Foreign part.Odd)
            partial.Foreign
            partial.Odd |> Array.filter (fun path -> FileKind.at path <> FileKind.Folder)
            damaged.Foreign
            damaged.Odd
        ]
