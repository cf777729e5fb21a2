namespace NtkPipeline.Core

/// Which fitted rows train an encoder, and which say when to stop; and the head that training begins with, which has seen the former alone.
type StopRows = {
    /// Labelled rows.
    Trained: int[]
    Stop: int[]
    Head: RidgeHead
}

/// Stage: the fitted rows, divided; rows of one text stay together, and both parts have their share of each class.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module StopRows =

    let private run share seed (tweets: Tweet[], (split: Split, pooled: PooledTweets)) =
        let targets = SplitTweets.targets split split.Train
        let groups = split.Train |> Array.map (fun row -> tweets[row].Text) |> Duplicates.groups

        let trained, stop =
            StratifiedSplit.holdOut share seed (targets |> Array.map (fun y -> y > 0.0)) groups

        let rows (places: int[]) = places |> Array.map (fun place -> split.Train[place])

        if trained.Length < 2 || stop.Length < 2 then
            Error(
                DataRefused
                    $"%d{split.Train.Length} fitted rows leave %d{trained.Length} to train the encoder on and %d{stop.Length} to stop by; both need at least 2. Change transformer.stop-share"
            )
        else
            RidgeHead.fit
                (Matrix.gatherRows (rows trained) pooled.Labelled)
                (SplitTweets.targets split (rows trained))
            |> Result.map (fun head -> { Trained = rows trained; Stop = rows stop; Head = head })

    let stage (share: float) : Stage<Tweet[] * (Split * PooledTweets), StopRows> = {
        Name = "stop-rows"
        Version = 1
        Settings = Fingerprint.describe share
        Codec = Codec.json "stop-rows/1"
        Body = Seeded(run share)
    }
