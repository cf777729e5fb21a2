namespace NtkPipeline.Core

/// Someone who makes lanes' parts.
type LaneWorker = { Name: string; Cores: int }

/// Who makes which lane. A lane that stays where it was finds its tiles there.
[<RequireQualifiedAccess>]
module LaneShares =

    let private held (owners: string option[]) (worker: LaneWorker) =
        owners |> Array.filter ((=) (Some worker.Name)) |> Array.length

    /// Lanes a core.
    let private load (worker: LaneWorker) lanes = float lanes / float worker.Cores

    /// The one that another lane burdens least, the first of several.
    let private idlest (workers: LaneWorker[]) owners =
        workers |> Array.minBy (fun worker -> load worker (held owners worker + 1))

    /// Gives lanes that nobody of the workers has to whom they burden least, and leaves all others where they are; there is a worker.
    let fill (workers: LaneWorker[]) (owners: string option[]) : string option[] =
        let names = workers |> Array.map _.Name |> set
        let owners = owners |> Array.map (Option.filter names.Contains)

        for lane in 0 .. owners.Length - 1 do
            if owners[lane].IsNone then
                owners[lane] <- Some (idlest workers owners).Name

        owners

    /// The same, and then moves as few lanes as make no worker's share smaller for another's: so that one that comes later has its part.
    let divide (workers: LaneWorker[]) (owners: string option[]) : string option[] =
        let owners = fill workers owners

        let rec level () =
            let busiest = workers |> Array.maxBy (fun worker -> load worker (held owners worker))
            let idlest = idlest workers owners

            if load busiest (held owners busiest) > load idlest (held owners idlest + 1) then
                owners[Array.findIndexBack ((=) (Some busiest.Name)) owners] <- Some idlest.Name
                level ()

        level ()
        owners
