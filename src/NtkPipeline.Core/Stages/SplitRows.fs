namespace NtkPipeline.Core

/// Stage: rows and labels of any task → training rows, validation rows and folds; each part with its share of every class, or of small and large
/// numbers, and rows of the same text together. The split's labels and targets are classes' numbers, or numbers.
[<RequireQualifiedAccess>]
module SplitRows =

    let private differing (values: float[]) (keys: int[]) : int[][] =
        Array.indexed keys
        |> Array.groupBy snd
        |> Array.map (snd >> Array.map fst)
        |> Array.filter (fun rows -> rows |> Array.exists (fun row -> values[row] <> values[rows[0]]))

    /// What rows of one text learn together: their most frequent class, of equals the first one's; of numbers the mean.
    let private agreed (task: LearningTask) (values: float[]) (rows: int[]) : float =
        match task with
        | LearningTask.Binary _
        | LearningTask.Classes _ -> rows |> Array.countBy (fun row -> values[row]) |> Array.maxBy snd |> fst
        | LearningTask.Regression -> rows |> Array.averageBy (fun row -> values[row])

    let private split
        (settings: SplitTweets.Settings)
        (seed: Seed)
        (tweets: Tweet[])
        (labels: Labels)
        : Split =
        let texts, values, strata = tweets |> Array.map _.Text, labels.Values, RowStrata.ofLabels labels
        let normalised = Duplicates.groups texts
        let similar = Duplicates.similarGroups settings.SimilarAbove (Seed.derive "min-hash" seed) texts
        let identical = Duplicates.identicalGroups texts
        let alike = differing values normalised

        let groups =
            match settings.Together with
            | SameText.Identical -> identical
            | SameText.Normalised -> normalised
            | SameText.Similar -> similar

        let train, validation =
            ClassSplit.holdOut settings.ValidationShare (Seed.derive "hold-out" seed) strata groups

        let inTraining = System.Collections.Generic.HashSet train
        let targets, dropped = Array.copy values, System.Collections.Generic.HashSet<int>()

        for rows in
            (if settings.Together = SameText.Identical then
                 differing values identical
             else
                 alike) do
            let own = rows |> Array.filter inTraining.Contains

            for row in own do
                match settings.Contradictions with
                | KeepLabels -> ()
                | MajorityLabel -> targets[row] <- agreed labels.Task values rows
                | DropRows -> dropped.Add row |> ignore

        let train = train |> Array.filter (dropped.Contains >> not)
        let pick (of': int[]) = train |> Array.map (fun row -> of'[row])

        {
            Train = train
            Validation = validation
            Folds = ClassSplit.folds settings.Folds (Seed.derive "folds" seed) (pick strata) (pick groups)
            Labels = values
            Targets = targets
            FitRows = Array.append train validation |> Array.sort
            DuplicateRows = texts.Length - (Array.distinct normalised).Length
            ContradictoryTexts = alike.Length
            ContradictoryRows = alike |> Array.sumBy _.Length
            IdenticalRows = texts.Length - (Array.distinct texts).Length
            IdenticalContradictions = (differing values identical).Length
            SimilarRows = texts.Length - (Array.distinct similar).Length
            LargestSimilarGroup = similar |> Array.countBy id |> Array.map snd |> Array.max
        }

    /// Whole numbers may have been meant as such.
    let private asNumbers (names: string[]) =
        let isNumber =
            function
            | LearningTask.Real _ -> true
            | _ -> false

        if Array.forall isNumber names then
            "; data.task=regression learns the labels as numbers"
        else
            ""

    let private tooFew (settings: SplitTweets.Settings) (labels: Labels) =
        let least = 2 * settings.Folds

        match labels.Task with
        | LearningTask.Regression when labels.Values.Length < 2 * least ->
            Some
                $"there are %d{labels.Values.Length} labelled rows; %d{settings.Folds} folds and validation rows need %d{2 * least} at least; a smaller split.folds may do"
        | LearningTask.Regression -> None
        | LearningTask.Binary _
        | LearningTask.Classes _ ->
            let names = LearningTask.names labels.Task

            names
            |> Seq.indexed
            |> Seq.tryPick (fun (k, name) ->
                let rows = labels.Values |> Array.filter ((=) (float k)) |> Array.length

                if rows < least then
                    Some
                        $"the class '%s{PlainLine.within 20 name}' has %d{rows} of %d{labels.Values.Length} rows; %d{settings.Folds} folds and validation rows need %d{least} of each class at least; a smaller split.folds may do, or leave its rows out%s{asNumbers names}"
                else
                    None)

    /// Parts that nothing can be fitted on or judged by: where a few texts make up most of the rows.
    let private lame (labels: Labels) (split: Split) =
        let strata = RowStrata.ofLabels labels
        let kinds rows = rows |> Array.map (fun row -> strata[row]) |> Array.distinct |> Array.length
        let all = kinds [| 0 .. strata.Length - 1 |]
        let folds = Array.distinct split.Folds

        let rests =
            folds
            |> Array.map (fun fold ->
                Array.zip split.Train split.Folds
                |> Array.filter (fun (_, own) -> own <> fold)
                |> Array.map fst)

        match labels.Task with
        | LearningTask.Regression -> split.Validation.Length < 2 || split.Train.Length < 2
        | LearningTask.Binary _
        | LearningTask.Classes _ ->
            kinds split.Validation < all || rests |> Array.exists (fun rest -> kinds rest < all)

    let private lack (labels: Labels) (split: Split) =
        match labels.Task with
        | LearningTask.Regression ->
            $"%d{split.Train.Length} rows can be fitted and %d{split.Validation.Length} kept aside, and 2 of each are wanted"
        | LearningTask.Binary _
        | LearningTask.Classes _ ->
            "the validation rows, or the training rows without one of their folds, are not of every class"

    let private run settings seed (tweets: Tweet[], labels: Labels) =
        if tweets.Length <> labels.Values.Length then
            invalidArg (nameof labels) $"%d{labels.Values.Length} labels for %d{tweets.Length} rows"

        match tooFew settings labels with
        | Some reason -> Error(DataRefused reason)
        | None ->
            let split = split settings seed tweets labels

            if lame labels split then
                Error(
                    DataRefused
                        $"%s{lack labels split}, because rows of the same text, or of the same numbers, stay together (split.together); another split.folds or split.validation-share may do, or more rows that differ"
                )
            else
                Ok split

    let stage (settings: SplitTweets.Settings) : Stage<Tweet[] * Labels, Split> = {
        Name = "split-rows"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "split/2"
        Body = Seeded(run settings)
    }
