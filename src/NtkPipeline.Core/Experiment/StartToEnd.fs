namespace NtkPipeline.Core

/// What became of a quantity between the start and the end of training, in a sentence that its numbers make.
[<RequireQualifiedAccess>]
module StartToEnd =

    /// Of each network that ended with the quantity known at both times: its means over seeds.
    let changes (quantity: Quantity) (runs: NetworkRun[]) : (RunSpec * float * float)[] =
        Group.ofRuns runs
        |> Array.choose (fun group ->
            let before = group.Sound |> Array.choose (fun run -> Quantity.atEpoch quantity run.Epochs[0])
            let after = group.Sound |> Array.choose (Quantity.ofRun quantity)

            if before.Length = 0 || after.Length = 0 then
                None
            else
                Some(group.Spec, Array.average before, Array.average after))

    let private place (specs: RunSpec[]) (spec: RunSpec) =
        match Axis.varying specs |> List.filter (fun axis -> axis.Key <> Axis.seed.Key) with
        | [] -> ""
        | axes ->
            axes |> List.map (fun axis -> axis.Show(axis.Of spec)) |> String.concat ", " |> sprintf " (%s)"

    /// "From start to end the effective rank fell in 3 of 5 networks and rose in 2; it changed most from 52 to 31 (m = 16)." Empty where no
    /// network has it. `what` names the quantity.
    let words (what: string) (quantity: Quantity) (runs: NetworkRun[]) : string =
        match changes quantity runs with
        | [||] -> ""
        | found ->
            let count holds = found |> Array.filter holds |> Array.length
            let fell = count (fun (_, before, after) -> after < before)
            let rose = count (fun (_, before, after) -> after > before)
            let spec, before, after = found |> Array.maxBy (fun (_, before, after) -> abs (after - before))
            let networks = if found.Length = 1 then "1 network" else $"%d{found.Length} networks"
            let specs = found |> Array.map (fun (spec, _, _) -> spec)

            let most =
                if before = after then
                    ""
                else
                    $"; it changed most from %.3g{before} to %.3g{after}%s{place specs spec}"

            $"From start to end %s{what} fell in %d{fell} of %s{networks} (means over seeds) and rose in %d{rose}%s{most}."
