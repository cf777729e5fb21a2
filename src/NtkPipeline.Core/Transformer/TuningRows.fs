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

    let private codes negative (labels: string[]) =
        labels |> Array.map (fun label -> if LearningTask.name label = negative then -1.0 else 1.0)

    /// What labels are learnt as, by the rule of a run's labels for one output: two different ones, words or whole numbers, are −1 and 1,
    /// the later word or greater number 1; numbers otherwise are the numbers that they are. Refused, with the first such row, counted from
    /// 1: a row without a label, and words of more than two classes; and words that are all the same.
    let targets (name: string) (labels: string[]) : Result<LearningTask * float[], PipelineError> =
        let refuse row reason =
            Error(
                DataRefused
                    $"%s{name}: row %d{row + 1}'s label '%s{PlainLine.within 20 (labels[row].Trim())}' %s{reason}; give numbers with --targets, or leave such rows out."
            )

        let isNumber =
            function
            | LearningTask.Real _ -> true
            | _ -> false

        let areWhole =
            labels
            |> Array.forall (function
                | LearningTask.Whole _ -> true
                | _ -> false)

        match Labels.missing labels, Array.tryFindIndex (isNumber >> not) labels, Labels.inOrder labels with
        | Some row, _, _ -> refuse row "is missing: the others are there"
        | None, None, [| negative; positive |] when areWhole ->
            Ok(LearningTask.Binary(negative, positive), codes negative labels)
        | None, None, _ ->
            Ok(LearningTask.Regression, labels |> Array.map (fun label -> float (label.Trim())))
        | None, Some _, [| negative; positive |] ->
            Ok(LearningTask.Binary(negative, positive), codes negative labels)
        | None, Some row, [| _ |] -> refuse row "is every row's, so there is nothing to learn"
        | None, Some row, names ->
            refuse
                row
                $"is no number, and there are %d{names.Length} different labels: one output learns numbers, or two classes"

    /// Texts taken in a drawn order until there are so many; equal texts are on one side.
    let private draw (seed: Seed) (count: int) (texts: int[][]) =
        let order = [| 0 .. texts.Length - 1 |]
        Batches.shuffle (Seed.random seed) order
        let taken = HashSet<int[]>(HashIdentity.Structural)

        for place in order do
            if taken.Count < count then
                taken.Add texts[place] |> ignore

        [| 0 .. texts.Length - 1 |] |> Array.partition (fun place -> not (taken.Contains texts[place]))

    /// So large a share of the distinct texts is the stop set: drawn by the seed. Refused: targets that are all one number, of all texts or
    /// of those that are left to train on, and fewer than three different texts to train on.
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
            let left = distinct - count

            if left < 3 then
                Error(
                    DataRefused
                        $"of %d{texts.Length} texts, %d{distinct} different ones, %d{left} can be trained on beside a stop set of %d{count}, and 3 are the least; give more texts, or a smaller --stop-share."
                )
            elif fitted |> Array.forall (fun place -> targets[place] = targets[fitted[0]]) then
                Error(
                    DataRefused
                        $"beside a stop set of %d{count} different texts every target to train on is %g{targets[fitted[0]]}, so there is nothing to learn; give more texts of other targets, a smaller --stop-share, or another --seed."
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
