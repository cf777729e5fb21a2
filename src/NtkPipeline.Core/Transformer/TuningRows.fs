namespace NtkPipeline.Core

open System.Collections.Generic

/// Texts with targets, of which some are kept from training, to tell when to stop.
type TuningRows = {
    /// Token ids.
    Texts: int[][]
    Targets: float[]
    /// Places of those that are trained on, and of the stop set; ascending.
    Fitted: int[]
    Stop: int[]
} with

    member this.TextsAt(places: int[]) = places |> Array.map (fun place -> this.Texts[place])
    member this.FittedLengths = this.TextsAt this.Fitted |> Array.map _.Length
    member this.TargetsAt(places: int[]) = places |> Array.map (fun place -> this.Targets[place])

[<RequireQualifiedAccess>]
module TuningRows =

    /// The numbers that labels are; of labels 0 and 1, −1 and 1. A label that is no number is refused with its row, counted from 1.
    let targets (name: string) (labels: string[]) : Result<float[], PipelineError> =
        let numbers =
            labels
            |> Array.map (fun label ->
                match label.Trim() with
                | Setting.Number value -> Some value
                | _ -> None)

        match Array.tryFindIndex Option.isNone numbers with
        | Some row ->
            Error(
                DataRefused
                    $"%s{name}: row %d{row + 1}'s label '%s{labels[row]}' is no number; write two classes as 0 and 1, or give the numbers with --targets."
            )
        | None ->
            let values = Array.choose id numbers

            if values |> Array.forall (fun value -> value = 0.0 || value = 1.0) then
                Ok(values |> Array.map (fun value -> 2.0 * value - 1.0))
            else
                Ok values

    /// Texts taken in a drawn order until there are so many; equal texts are on one side.
    let private draw (seed: Seed) (count: int) (texts: int[][]) =
        let order = [| 0 .. texts.Length - 1 |]
        Batches.shuffle (Seed.random seed) order
        let taken = HashSet<int[]>(HashIdentity.Structural)

        for place in order do
            if taken.Count < count then
                taken.Add texts[place] |> ignore

        [| 0 .. texts.Length - 1 |] |> Array.partition (fun place -> not (taken.Contains texts[place]))

    /// So large a share of the distinct texts is the stop set: drawn by the seed. Refused: targets that are all one number, and fewer than
    /// three texts to train on.
    let split
        (seed: Seed)
        (share: float)
        (texts: int[][])
        (targets: float[])
        : Result<TuningRows, PipelineError> =
        if texts.Length <> targets.Length then
            Error(DataRefused $"there are %d{texts.Length} texts and %d{targets.Length} targets.")
        elif targets.Length > 0 && targets |> Array.forall ((=) targets[0]) then
            Error(
                DataRefused
                    $"every target is %g{targets[0]}, so there is nothing to learn; two different ones at least are wanted."
            )
        else
            let distinct = texts |> Array.distinct |> Array.length
            let count = int (ceil (share * float distinct))
            let fitted, stop = draw (Seed.derive "stop" seed) count texts

            if fitted.Length < 3 then
                Error(
                    DataRefused
                        $"of %d{texts.Length} texts, %d{distinct} different ones, %d{fitted.Length} can be trained on beside a stop set of %d{stop.Length}, and 3 are the least; give more texts, or a smaller --stop-share."
                )
            else
                Ok { Texts = texts; Targets = targets; Fitted = fitted; Stop = stop }

    /// The rows as an input of stages, known by the digest of their numbers.
    let artifact (rows: TuningRows) : Artifact<TuningRows> =
        let flat (lists: int[][]) =
            lists |> Array.collect (fun list -> Array.append [| float list.Length |] (Array.map float list))

        let digest =
            Array.concat [ flat rows.Texts; rows.Targets; flat [| rows.Fitted; rows.Stop |] ]
            |> Digest.ofFloats

        Artifact.create "texts" digest (lazy (Ok rows))
