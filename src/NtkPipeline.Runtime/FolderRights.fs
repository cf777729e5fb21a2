namespace NtkPipeline.Runtime

open System
open System.IO

/// New files and folders with the rights of the folder that they are made in: where that is its owner's alone, so are they; where it is
/// shared, so are they.
[<RequireQualifiedAccess>]
module internal FolderRights =

    let private ofFolders, ofFiles, mine =
        enum<UnixFileMode> 0o777, enum<UnixFileMode> 0o666, enum<UnixFileMode> 0o700

    let private parentOf (path: string) = nonNull (Path.GetDirectoryName(Path.GetFullPath path))

    /// A folder that its owner alone may open, and those that it lies in as they usually are. One that is there stays as it is.
    let makeMine (path: string) : unit =
        Directory.CreateDirectory(parentOf path) |> ignore

        if OperatingSystem.IsWindows() then
            Directory.CreateDirectory path |> ignore
        else
            Directory.CreateDirectory(path, mine) |> ignore

    /// A folder with another one's rights. One that is there stays as it is.
    let makeLike (other: string) (path: string) : unit =
        if OperatingSystem.IsWindows() then
            Directory.CreateDirectory path |> ignore
        elif not (Directory.Exists path) then
            Directory.CreateDirectory(path, File.GetUnixFileMode other &&& ofFolders) |> ignore

    /// A folder with the rights of the one that it lies in, which is there.
    let makeFolder (path: string) : unit = makeLike (parentOf path) path

    let private openIn (folder: string) (mode: FileMode) (share: FileShare) (path: string) =
        let options =
            FileStreamOptions(Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = (1 <<< 20))

        if not (OperatingSystem.IsWindows()) then
            options.UnixCreateMode <- Nullable(File.GetUnixFileMode folder &&& ofFiles)

        new FileStream(path, options)

    /// A new file with the rights of this folder; what lies there already, a link too, is refused by the disk.
    let openNewLike (folder: string) (path: string) : FileStream =
        openIn folder FileMode.CreateNew FileShare.None path

    /// The same with the rights of the folder that it lies in.
    let openNew (path: string) : FileStream = openNewLike (parentOf path) path

    /// A new file of this text.
    let writeNew (path: string) (text: string) : unit =
        use file = openNew path
        file.Write(ReadOnlySpan(Text.Encoding.UTF8.GetBytes text))

    /// Adds text to a file, which is made if it is not there.
    let append (path: string) (text: string) : unit =
        use file = openIn (parentOf path) FileMode.Append FileShare.Read path
        file.Write(ReadOnlySpan(Text.Encoding.UTF8.GetBytes text))
