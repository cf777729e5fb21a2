namespace NtkPipeline.Core

/// What to do with texts that stand in the training set under both labels. Validation labels are never touched.
type Contradictions =
    /// Every row keeps the label it came with.
    | KeepLabels
    /// Every training row of such a text takes the text's more frequent label; a tie keeps what it came with.
    | MajorityLabel
    /// Such rows leave the training rows.
    | DropRows

/// Which labelled rows train and which validate, and what was found about duplicates. Rows count from 0.
type Split = {
    Train: int[]
    Validation: int[]
    /// The cross-validation fold of each training row, from 0.
    Folds: int[]
    /// The labels as given, ±1, one for every labelled row.
    Labels: float[]
    /// The targets to be learnt, ±1, one for every labelled row; they differ from `Labels` only by `Contradictions`.
    Targets: float[]
    /// Rows to fit before predicting the test set: all labelled rows but dropped ones.
    FitRows: int[]
    /// Rows whose text, normalised, stood in an earlier row.
    DuplicateRows: int
    /// Normalised texts that stand under both labels, and the rows that carry them.
    ContradictoryTexts: int
    ContradictoryRows: int
    /// The same counts of rows and texts that are equal letter by letter.
    IdenticalRows: int
    IdenticalContradictions: int
    /// Rows that are similar to an earlier row or the same, and the rows of the largest group of such.
    SimilarRows: int
    LargestSimilarGroup: int
}

/// Stage: labelled tweets → training rows, validation rows and folds; stratified, and duplicates stay together.
[<RequireQualifiedAccess>]
module SplitTweets =

    type Settings = {
        ValidationShare: float
        Folds: int
        /// Rows of one text stay together, in splits and in folds.
        Together: SameText
        /// From which share of common pieces on two texts count as similar (`Duplicates.similarGroups`).
        SimilarAbove: float
        /// Similar texts are not the same text: they may differ in their labels.
        Contradictions: Contradictions
    }

    let private majority (labels: float[]) (rows: int[]) (row: int) =
        match rows |> Array.sumBy (fun i -> labels[i]) with
        | 0.0 -> labels[row]
        | sum -> float (sign sum)

    let private labelsOf (tweets: Tweet[]) =
        match tweets |> Array.tryFindIndex (fun tweet -> tweet.Target.IsNone) with
        | Some i ->
            Error(DataRefused $"tweet %s{RowId.text tweets[i].Id} has no target, so it cannot be trained on")
        | None -> Ok(tweets |> Array.map (fun tweet -> tweet.Target = Some true))

    /// The rows of every key that stands under both labels.
    let private contradictions (positive: bool[]) (keys: 'key[]) : int[][] =
        Array.indexed keys
        |> Array.groupBy snd
        |> Array.map (snd >> Array.map fst)
        |> Array.filter (fun rows -> rows |> Array.exists (fun i -> positive[i] <> positive[rows[0]]))

    let private split settings (seed: Seed) (tweets: Tweet[]) (positive: bool[]) =
        let labels = positive |> Array.map (fun p -> if p then 1.0 else -1.0)
        let texts = tweets |> Array.map _.Text
        let normalised = Duplicates.groups texts
        let similar = Duplicates.similarGroups settings.SimilarAbove (Seed.derive "min-hash" seed) texts
        let alike = contradictions positive normalised

        let groups, contradictory =
            match settings.Together with
            | SameText.Identical ->
                let identical = Duplicates.identicalGroups texts
                identical, contradictions positive identical
            | SameText.Normalised -> normalised, alike
            | SameText.Similar -> similar, alike

        let train, validation =
            StratifiedSplit.holdOut settings.ValidationShare (Seed.derive "hold-out" seed) positive groups

        let inTraining = System.Collections.Generic.HashSet train
        let targets = Array.copy labels
        let dropped = System.Collections.Generic.HashSet<int>()

        for rows in contradictory do
            for row in rows do
                if inTraining.Contains row then
                    match settings.Contradictions with
                    | KeepLabels -> ()
                    | MajorityLabel -> targets[row] <- majority labels rows row
                    | DropRows -> dropped.Add row |> ignore

        let train = train |> Array.filter (dropped.Contains >> not)
        let pick (values: 'a[]) = train |> Array.map (fun i -> values[i])

        {
            Train = train
            Validation = validation
            Folds =
                StratifiedSplit.folds settings.Folds (Seed.derive "folds" seed) (pick positive) (pick groups)
            Labels = labels
            Targets = targets
            FitRows = Array.append train validation |> Array.sort
            DuplicateRows = texts.Length - (Array.distinct normalised).Length
            ContradictoryTexts = alike.Length
            ContradictoryRows = alike |> Array.sumBy _.Length
            IdenticalRows = texts.Length - (Array.distinct texts).Length
            IdenticalContradictions = (contradictions positive texts).Length
            SimilarRows = texts.Length - (Array.distinct similar).Length
            LargestSimilarGroup = similar |> Array.countBy id |> Array.map snd |> Array.max
        }

    /// Whether the rows, if there are any, are of both classes.
    let private isOneSided (values: float[]) (rows: int[]) =
        let positives = rows |> Array.filter (fun row -> values[row] > 0.0) |> Array.length
        positives = 0 || positives = rows.Length

    /// Parts that nothing can be fitted on, or judged by: where a few texts make up most of the tweets, since copies of one stay together.
    let private refuseLameParts (settings: Settings) (split: Split) =
        let refuse what change =
            Error(
                DataRefused
                    $"%s{what}, because rows of the same text stay together (split.together) and these tweets have %d{split.Labels.Length - split.DuplicateRows} different texts; %s{change}"
            )

        let without fold =
            Array.zip split.Train split.Folds |> Array.filter (fun (_, own) -> own <> fold) |> Array.map fst

        if isOneSided split.Labels split.Validation then
            refuse
                $"the %d{split.Validation.Length} tweets that can be held out for validation are not of both classes"
                "a greater split.validation-share may do, or more tweets"
        elif isOneSided split.Targets split.Train then
            refuse
                $"the %d{split.Train.Length} tweets that are left to train on are not of both classes"
                "a smaller split.validation-share may do, or more tweets"
        elif (Array.distinct split.Folds).Length < settings.Folds then
            refuse
                $"the training tweets do not fill %d{settings.Folds} folds"
                "a smaller split.folds may do, or more tweets"
        elif seq { 0 .. settings.Folds - 1 } |> Seq.exists (without >> isOneSided split.Targets) then
            refuse
                $"without one of its %d{settings.Folds} folds, the rest of the training tweets is of one class"
                "another split.folds or split.validation-share may do, or more tweets"
        else
            Ok split

    let private run settings seed (tweets: Tweet[]) =
        labelsOf tweets
        |> Result.bind (fun positive ->
            let positives = positive |> Array.filter id |> Array.length
            let fewest = min positives (positive.Length - positives)

            if tweets.Length > KernelInputs.mostRows then
                Error(
                    MachineLacks
                        $"there are %d{tweets.Length} labelled tweets, and a run holds whole kernels, which is possible for %d{KernelInputs.mostRows}; give it fewer, or regress on all of them with `ntk embed` and `ntk solve`."
                )
            elif fewest < 2 * settings.Folds then
                Error(
                    DataRefused
                        $"the training tweets hold %d{positives} positive of %d{positive.Length}; %d{settings.Folds} folds and a validation set need at least %d{2 * settings.Folds} of each class; a smaller split.folds may do, or more rows of the rarer class"
                )
            else
                split settings seed tweets positive |> refuseLameParts settings)

    let stage (settings: Settings) : Stage<Tweet[], Split> = {
        Name = "split-tweets"
        // 3: parts of one class, and folds without rows, are refused.
        Version = 3
        Settings = Fingerprint.describe settings
        Codec = Codec.json "split/2"
        Body = Seeded(run settings)
    }

    /// The targets of some rows.
    let targets (split: Split) (rows: int[]) : float[] = rows |> Array.map (fun i -> split.Targets[i])

    /// The labels, as given, of the validation rows.
    let validationLabels (split: Split) : float[] = split.Validation |> Array.map (fun i -> split.Labels[i])
