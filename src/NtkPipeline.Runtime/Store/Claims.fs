namespace NtkPipeline.Runtime

open System
open System.IO
open System.Threading
open NtkPipeline.Core

/// Claims on recipes, claims/<key>: a recipe is made by one process at a time. A lost claim costs work, never truth: results are
/// written whole, and the first stays.
[<RequireQualifiedAccess>]
module Claims =

    let private pause = TimeSpan.FromSeconds 0.2

    /// After so many tries a folder that nobody holds and that still cannot be taken is a fault of the disk.
    let private mostTries = 50

    let private folderOf (store: Store) = Store.folder store "claims"

    let private isLive (store: Store) = Lease.isLive (Store.times store) (Store.aside store)

    /// Takes a recipe; where another process has it, waits until that is done with it or dead. `waiting` is told of the first holder.
    let private take (store: Store) (key: Digest) (waiting: Holder -> unit) : IDisposable =
        let folder = Path.Combine(folderOf store, key.Hex)

        let rec next hasTold tries =
            match Lease.tryTake (Store.times store) (Store.aside store) folder with
            | Ok lease -> lease
            | Error reason ->
                match Lease.inFolder folder with
                | Some lease when isLive store lease ->
                    if not hasTold then
                        lease.Holder |> Option.iter waiting

                    Thread.Sleep pause
                    next true 0
                | _ when tries > mostTries -> raise (IOException reason)
                | dead ->
                    Lease.clear folder dead

                    if tries > 0 then
                        Thread.Sleep pause

                    next hasTold (tries + 1)

        next false 0

    /// Does what makes a recipe's result while no other process does.
    let hold
        (store: Store)
        (key: Digest)
        (waiting: Holder -> unit)
        (work: unit -> Result<'a, PipelineError>)
        : Result<'a, PipelineError> =
        Store.guard (folderOf store) (fun () -> take store key waiting)
        |> Result.bind (fun claim ->
            use _ = claim
            work ())

    /// The claims whose holders live.
    let internal live (store: Store) : SeenLease[] =
        Directory.GetDirectories(folderOf store)
        |> Array.choose Lease.inFolder
        |> Array.filter (isLive store)

    /// Frees what dead processes hold.
    let internal clearDead (store: Store) : unit =
        for folder in Directory.GetDirectories(folderOf store) do
            match Lease.inFolder folder with
            | Some lease when isLive store lease -> ()
            | dead -> Lease.clear folder dead
