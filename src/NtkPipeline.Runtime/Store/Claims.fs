namespace NtkPipeline.Runtime

open System
open System.IO
open System.Threading
open NtkPipeline.Core

/// What came of asking for a claim.
type Holding<'a> =
    /// It was had, and this was done meanwhile.
    | Held of 'a
    /// Another process has it; none where that cannot be read yet.
    | HeldBy of Holder option

/// Claims on recipes, claims/<key>: a recipe is made by one process at a time. A lost claim costs work, never truth: results are
/// written whole, and the first stays.
[<RequireQualifiedAccess>]
module Claims =

    /// Between two looks at what somebody else holds.
    let internal pause = TimeSpan.FromSeconds 0.2

    /// After so many tries a folder that nobody holds and that still cannot be taken is a fault of the disk.
    let private mostTries = 50

    let private folderOf (store: Store) = StoreFolder.at store "claims"

    let private isLive (store: Store) = Lease.isLive store.Times (StoreFolder.aside store)

    /// Takes a recipe, unless a live process has it.
    let private attempt (store: Store) (folder: string) : Holding<IDisposable> =
        let rec next tries =
            match Lease.inFolder folder with
            | Some lease when isLive store lease -> HeldBy lease.Holder
            | found ->
                if Lease.isOdd folder then
                    StoreFolder.setAside store folder "it is no claim"
                // A folder that holds nothing, or what a dead process has left.
                elif tries > 0 || found.IsSome then
                    Lease.clear folder found

                match Lease.tryTake store.Times (StoreFolder.aside store) folder with
                | Ok lease -> Held lease
                | Error reason when tries > mostTries -> raise (IOException reason)
                | Error _ ->
                    if tries > 0 then
                        Thread.Sleep pause

                    next (tries + 1)

        next 0

    /// Does what makes a recipe's result while no other process does; where one does now, gives its holder and does nothing.
    let tryHold
        (store: Store)
        (key: Digest)
        (work: unit -> Result<'a, PipelineError>)
        : Result<Holding<'a>, PipelineError> =
        StoreFolder.guard (folderOf store) (fun () -> attempt store (Path.Combine(folderOf store, key.Hex)))
        |> Result.bind (fun holding ->
            match holding with
            | HeldBy holder -> Ok(HeldBy holder)
            | Held claim ->
                use _ = claim
                work () |> Result.map Held)

    /// The same, where another process has the recipe after waiting until that is done with it or dead. `waiting` is told of the first
    /// holder.
    let hold
        (store: Store)
        (key: Digest)
        (waiting: Holder -> unit)
        (work: unit -> Result<'a, PipelineError>)
        : Result<'a, PipelineError> =
        let rec next hasTold =
            match tryHold store key work with
            | Error refusal -> Error refusal
            | Ok(Held value) -> Ok value
            | Ok(HeldBy holder) ->
                if not hasTold then
                    holder |> Option.iter waiting

                Thread.Sleep pause
                next true

        next false

    /// When records and claims last came or went: where it stays the same, nothing has, or the disk does not say yet.
    let internal changes (store: Store) : DateTime[] =
        [| folderOf store; StoreFolder.at store "runs" |] |> Array.map Directory.GetLastWriteTimeUtc

    /// The claims whose holders live.
    let internal live (store: Store) : SeenLease[] =
        (StoreContents.claims store.Root).Own |> Array.choose Lease.inFolder |> Array.filter (isLive store)

    /// Frees what dead processes hold.
    let internal clearDead (store: Store) : unit =
        for folder in (StoreContents.claims store.Root).Own do
            match Lease.inFolder folder with
            | Some lease when isLive store lease -> ()
            | dead -> Lease.clear folder dead
