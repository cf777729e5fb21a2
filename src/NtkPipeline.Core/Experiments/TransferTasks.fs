namespace NtkPipeline.Core

/// A subject that tweets have a keyword for, as a task of its own: does the tweet report a real disaster?
type KeywordTask = {
    Name: string
    Keywords: string[]
    /// Places in the order of training: the fitted rows of the split and then its validation rows.
    Rows: int[]
}

/// Tasks that have no row in common, and which fold each row is judged in.
type TaskSet = {
    /// The largest first.
    Tasks: KeywordTask[]
    /// Of every place; near-copies of a text share one, whatever task they stand in.
    Folds: int[]
    FoldCount: int
    /// The few rows of each fold and task that a network goes on with: rows that the fold does not judge, both labels in turn.
    Few: int[][][]
    /// ±1 of every place: as given, and as learnt (`Contradictions`).
    Labels: float[]
    Targets: float[]
    /// Keyword groups that were too small, or had too few tweets of one label.
    LeftOut: int
} with

    member private this.Where(task: int, isWanted: int -> bool) =
        this.Tasks[task].Rows |> Array.filter (fun row -> isWanted this.Folds[row])

    /// The rows of a task that one fold judges, and those that may be learnt from for it.
    member this.Judged(fold: int, task: int) : int[] = this.Where(task, (fun one -> one = fold))
    member this.Learnt(fold: int, task: int) : int[] = this.Where(task, (fun one -> one <> fold))

    member this.LabelsOf(rows: int[]) : float[] = rows |> Array.map (fun row -> this.Labels[row])
    member this.TargetsOf(rows: int[]) : float[] = rows |> Array.map (fun row -> this.Targets[row])

    /// Pairs of a positive and a negative row that a task has in each fold.
    member this.Weights(task: int) : float[] =
        Array.init this.FoldCount (fun fold -> this.Judged(fold, task) |> this.LabelsOf |> FoldedAuc.pairs)

[<RequireQualifiedAccess>]
module TransferTasks =

    type Settings = {
        /// Tweets that a task has at least, of either label together and of each.
        LeastTweets: int
        LeastOfALabel: int
        /// No more tasks than these, the largest.
        MostTasks: int
        Folds: int
        /// Rows of a task that a network goes on with.
        Few: int
        /// From which share of common pieces on two texts are near-copies (`Duplicates.similarGroups`).
        SimilarAbove: float
    }

    /// So many rows, of both labels in turn as long as there are both.
    let private alternate (seed: Seed) count (labels: float[]) (rows: int[]) =
        let random = Seed.random seed
        let shuffled = Array.copy rows
        random.Shuffle shuffled
        let positives, negatives = shuffled |> Array.partition (fun row -> labels[row] > 0.0)

        let turn place (rows: int[]) = rows |> Array.mapi (fun k row -> 2 * k + place, row)

        Array.append (turn 0 positives) (turn 1 negatives)
        |> Array.sortBy fst
        |> Array.truncate count
        |> Array.map snd

    let private withFew settings (seed: Seed) (set: TaskSet) : TaskSet = {
        set with
            Few =
                Array.init set.FoldCount (fun fold ->
                    set.Tasks
                    |> Array.mapi (fun task { Name = name } ->
                        let seed = Seed.derive $"few/%d{fold}/%s{name}" seed
                        alternate seed settings.Few set.Labels (set.Learnt(fold, task))))
    }

    let private create settings (seed: Seed) (tweets: Tweet[], split: Split) : TaskSet =
        let order = Array.append split.Train split.Validation
        let labels = order |> Array.map (fun row -> split.Labels[row])
        let keywords = order |> Array.map (fun row -> tweets[row].Keyword |> Option.map KeywordGroups.plain)

        let all =
            KeywordGroups.join (Seq.choose id keywords)
            |> Array.map (fun group ->
                let isIn = System.Collections.Generic.HashSet group

                {
                    Name = KeywordGroups.name group
                    Keywords = group
                    Rows =
                        [| 0 .. order.Length - 1 |]
                        |> Array.filter (fun place -> keywords[place] |> Option.exists isIn.Contains)
                })

        let isLargeEnough (task: KeywordTask) =
            let positives = task.Rows |> Array.filter (fun row -> labels[row] > 0.0) |> Array.length

            task.Rows.Length >= settings.LeastTweets
            && min positives (task.Rows.Length - positives) >= settings.LeastOfALabel

        let large = all |> Array.filter isLargeEnough
        let texts = order |> Array.map (fun row -> tweets[row].Text)

        {
            Tasks =
                large
                |> List.ofArray
                |> List.sortBy (fun task -> -task.Rows.Length)
                |> List.truncate settings.MostTasks
                |> Array.ofList
            Folds =
                StratifiedSplit.folds
                    settings.Folds
                    (Seed.derive "folds" seed)
                    (labels |> Array.map (fun y -> y > 0.0))
                    (Duplicates.similarGroups settings.SimilarAbove (Seed.derive "min-hash" seed) texts)
            FoldCount = settings.Folds
            Few = [||]
            Labels = labels
            Targets = order |> Array.map (fun row -> split.Targets[row])
            LeftOut = all.Length - large.Length
        }
        |> withFew settings seed

    /// Labelled tweets and their split → tasks.
    let stage (settings: Settings) : Stage<Tweet[] * Split, TaskSet> = {
        Name = "transfer-tasks"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "transfer-tasks/1"
        Body =
            Seeded(fun seed input ->
                let tasks = create settings seed input

                if (Array.distinct tasks.Folds).Length = settings.Folds then
                    Ok tasks
                else
                    Error(
                        DataRefused
                            $"transfer: similar texts stay together, and these do not fill %d{settings.Folds} folds; a smaller transfer.folds may do"
                    ))
    }
