namespace NtkPipeline.Runtime

open System
open System.IO
open System.Threading

/// How often a lease says that its holder lives, and after what silence another machine takes it for dead.
type LeaseTimes = {
    Beat: TimeSpan
    Silence: TimeSpan
} with

    static member Usual = { Beat = TimeSpan.FromSeconds 2.0; Silence = TimeSpan.FromSeconds 10.0 }

/// A lease as another process sees it.
type SeenLease = {
    Path: string
    /// None while it is unreadable.
    Holder: Holder option
    /// When it was made, by the clock of the disk.
    Since: DateTime
}

/// A folder that only one process can hold: it is made aside and renamed, with a file in it that names the holder and counts its
/// heartbeats. The file's name is nobody else's, so that what is done to one lease is never done to the next.
[<RequireQualifiedAccess>]
module Lease =

    let private ending = ".lease"

    /// The heartbeats are the last line, of so many digits, so that each is written in place.
    let private digits = 12

    let private shared = FileShare.ReadWrite ||| FileShare.Delete

    let private text (holder: Holder) (since: DateTime) =
        String.Join("\n", holder.Host, string holder.Pid, holder.Started, string since.Ticks, "")

    let private parse (text: string) =
        match text.Split '\n' with
        | [| host; pid; started; since; _; _ |] ->
            match Int32.TryParse pid, Int64.TryParse since with
            | (true, pid), (true, since) when since >= 0L && since <= DateTime.MaxValue.Ticks ->
                Some({ Host = host; Pid = pid; Started = started }, DateTime(since, DateTimeKind.Utc))
            | _ -> None
        | _ -> None

    /// The clock of the disk, which is another machine's where the folder is shared: the time of a file that is written now.
    let clock (aside: string) : DateTime =
        FolderRights.writeNew aside ""

        try
            File.GetLastWriteTimeUtc aside
        finally
            File.Delete aside

    /// What stands in a lease, if this process may read it.
    let private read (path: string) =
        try
            use file = new FileStream(path, FileMode.Open, FileAccess.Read, shared)
            use reader = new StreamReader(file)
            parse (reader.ReadToEnd())
        with :? UnauthorizedAccessException ->
            None

    /// The lease in this folder; none where there is none, or no folder.
    let inFolder (folder: string) : SeenLease option =
        try
            (if FileKind.at folder = FileKind.Folder then
                 Directory.GetFiles(folder, "*" + ending)
             else
                 [||])
            |> Array.tryFind (fun path -> FileKind.at path = FileKind.File)
            |> Option.map (fun path ->
                let found = read path

                {
                    Path = path
                    Holder = Option.map fst found
                    Since = found |> Option.map snd |> Option.defaultValue DateTime.MinValue
                })
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> None

    /// Whether what lies in the place of a lease's folder is something else, which can be neither taken nor freed.
    let isOdd (folder: string) : bool =
        match FileKind.at folder with
        | FileKind.Missing -> false
        | FileKind.Folder ->
            let entries =
                try
                    Directory.GetFileSystemEntries folder
                with :? DirectoryNotFoundException -> [||] // It was freed a moment ago.

            // Looked at once: what goes meanwhile was a lease, or is nothing.
            let found =
                entries
                |> Array.map (fun path -> path, FileKind.at path)
                |> Array.filter (fun (_, kind) -> kind <> FileKind.Missing)

            let isLease (path: string, kind) =
                path.EndsWith(ending, StringComparison.Ordinal) && kind = FileKind.File

            found.Length > 0 && not (Array.exists isLease found)
        | _ -> true

    /// Whether its holder lives: on this machine, if its process does; on another, if it was heard of lately. `aside` is a file that
    /// may be written to ask the disk's clock.
    let isLive (times: LeaseTimes) (aside: string) (lease: SeenLease) : bool =
        match lease.Holder with
        | Some holder when Holder.isHere holder -> not (Holder.isGone holder)
        | Some _
        | None -> clock aside - File.GetLastWriteTimeUtc lease.Path <= times.Silence

    /// Frees a folder whose lease is this. Another lease that has come into its place is let be: its folder is not empty. A holder
    /// that has freed it meanwhile has left no folder.
    let clear (folder: string) (lease: SeenLease option) : unit =
        try
            lease |> Option.iter (_.Path >> File.Delete)
            Directory.Delete folder
        with :? IOException ->
            ()

    /// Frees one's own. What the disk does not let go now is robbed when this process has ended.
    let private release (folder: string) (lease: SeenLease) : unit =
        try
            clear folder (Some lease)
        with DiskRefusal.Reason _ ->
            ()

    /// Counts on until it is told to stop, or until its file has been taken away. A beat that fails is missed; the next is tried.
    let private beating (path: string) (start: int64) (beat: TimeSpan) (stop: ManualResetEventSlim) () =
        let rec next (count: int64) =
            if not (stop.Wait beat) && File.Exists path then
                try
                    use file = new FileStream(path, FileMode.Open, FileAccess.Write, shared)
                    file.Position <- start
                    file.Write(Text.Encoding.ASCII.GetBytes(count.ToString "D12"))
                with DiskRefusal.Reason _ ->
                    ()

                next (count + 1L)

        next 1L

    /// Takes a folder that nobody holds, until what is given is disposed of; else says what the disk says, which is the same whether
    /// somebody holds it or it cannot be made. `aside` is a name for a folder to make the lease in.
    let tryTake (times: LeaseTimes) (aside: string) (folder: string) : Result<IDisposable, string> =
        let name = nonNull (Path.GetFileName aside) + ending
        let since = clock aside
        let text = text Holder.mine.Value since
        FolderRights.makeFolder aside
        FolderRights.writeNew (Path.Combine(aside, name)) (text + String('0', digits) + "\n")

        try
            Directory.Move(aside, folder)
            let path = Path.Combine(folder, name)
            let stop = new ManualResetEventSlim(false)
            let start = int64 (Text.Encoding.UTF8.GetByteCount text)
            let thread = Thread(beating path start times.Beat stop, IsBackground = true, Name = name)
            thread.Start()

            Ok
                {
                    new IDisposable with
                        member _.Dispose() =
                            stop.Set()
                            thread.Join()
                            stop.Dispose()
                            release folder { Path = path; Holder = None; Since = since }
                }
        with :? IOException as e ->
            Directory.Delete(aside, true)
            Error e.Message
