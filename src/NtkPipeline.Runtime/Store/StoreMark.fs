namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// What a folder is that somebody calls a store.
[<RequireQualifiedAccess>]
type internal FoundStore =
    /// A folder of nothing, or none: a store can be made in it.
    | Nothing
    | Marked
    /// What lies in it is a store's; its mark is missing, as builds before there was one leave it, or damaged (why).
    | Unmarked of damage: string option

/// The mark that says that a folder is a store, and of which version: a file in its root.
[<RequireQualifiedAccess>]
module internal StoreMark =

    /// Bumped when another build could take what lies in a store for something else.
    let version = 1

    let pathOf (root: string) : string = Path.Combine(root, StoreNames.mark)

    let private lines (version: string) = [|
        $"ntk-store %s{version}"
        (Digest.ofParts [ "ntk-store"; version ]).Hex
    |]

    /// Marks a store, whose folders are there.
    let write (root: string) : unit =
        let aside = WholeFile.asideIn root
        let text = String.Join("\n", lines (string version)) + "\n"

        try
            (use file = FolderRights.openNewLike (Path.Combine(root, "objects")) aside
             file.Write(ReadOnlySpan(Text.Encoding.UTF8.GetBytes text))
             DiskSync.file file)

            File.Move(aside, pathOf root, true)
            DiskSync.folder root
        finally
            File.Delete aside

    /// The version; else why it cannot be read, which is no reason where there is no mark.
    let private read (root: string) : Result<int, string option> =
        let path = pathOf root

        try
            match FileKind.at path with
            | FileKind.Missing -> Error None
            | FileKind.File when FileInfo(path).Length > 10_000L -> Error(Some "it is too long")
            | FileKind.File ->
                match File.ReadAllLines path |> Array.truncate 2 with
                | [| first; _ |] as found when found = lines (Array.last (first.Split ' ')) ->
                    match Int32.TryParse(Array.last (first.Split ' ')) with
                    | true, version -> Ok version
                    | false, _ -> Error(Some "it names no version")
                | _ -> Error(Some "it is not as it was written")
            | other -> Error(Some $"it is %s{other.Words}")
        with
        | :? UnauthorizedAccessException as e -> Error(Some e.Message)
        | :? FileNotFoundException -> Error None

    /// The first thing that no store, of whatever age, would hold: a folder of other things has one.
    let private stray (root: string) : string option =
        let isFolder name = FileKind.at (Path.Combine(root, name)) = FileKind.Folder
        let objects, beside = StoreContents.objects root, StoreContents.beside root
        let isWhole = StoreNames.always |> List.forall isFolder

        let strays = [
            yield! objects.Foreign
            yield! (StoreContents.runs root).Foreign
            if not isWhole then
                yield! beside
                // Other programs keep objects by their digests too.
                yield! objects.Own
                yield! objects.Odd
        ]

        List.tryHead strays

    let private isEmpty (root: string) =
        Array.isEmpty (StoreContents.beside root)
        && not (StoreNames.made |> List.exists (fun name -> Directory.Exists(Path.Combine(root, name))))

    /// What lies at a root that is a folder or nothing. Refused are a folder of other things, and a store of a later version.
    let find (root: string) : Result<FoundStore, PipelineError> =
        match read root with
        | Ok found when found <= version -> Ok FoundStore.Marked
        | Ok later ->
            Error(
                StoreFault
                    $"%s{root}: it is a store of version %d{later}, made by a later build of ntk, and this build knows version %d{version}; use that build, or give another folder as --store"
            )
        | Error None when isEmpty root -> Ok FoundStore.Nothing
        | Error damage ->
            match stray root with
            | None -> Ok(FoundStore.Unmarked damage)
            | Some path ->
                Error(
                    StoreFault
                        $"%s{root}: it is no store but a folder of other things, such as %s{Path.GetRelativePath(root, path)}, so nothing in it is touched; give --store a folder that is new or empty"
                )
