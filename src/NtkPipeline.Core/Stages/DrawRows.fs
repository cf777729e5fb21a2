namespace NtkPipeline.Core

/// Stage: labels of any task → the numbers of so many rows, drawn at random with each class's share, ascending; all, where there are no
/// more.
[<RequireQualifiedAccess>]
module DrawRows =

    /// Stands for the rows in a record, which JSON keeps.
    type Drawn = { Rows: int[] }

    let private run (count: int) (seed: Seed) (labels: Labels) =
        let all = labels.Values.Length

        if count >= all then
            Ok { Rows = [| 0 .. all - 1 |] }
        else
            let _, drawn =
                ClassSplit.holdOut
                    (float count / float all)
                    seed
                    (RowStrata.ofLabels labels)
                    (Array.init all id)

            Ok { Rows = drawn }

    let stage (count: int) : Stage<Labels, Drawn> = {
        Name = "draw-rows"
        Version = 1
        Settings = Fingerprint.describe count
        Codec = Codec.json "drawn-rows/1"
        Body = Seeded(run count)
    }

    let tweets (drawn: Artifact<Drawn>) (tweets: Artifact<Tweet[]>) : Artifact<Tweet[]> =
        Artifact.map2
            (fun (drawn: Drawn) (tweets: Tweet[]) -> drawn.Rows |> Array.map (fun row -> tweets[row]))
            drawn
            tweets

    let labels (drawn: Artifact<Drawn>) (labels: Artifact<Labels>) : Artifact<Labels> =
        Artifact.map2
            (fun (drawn: Drawn) (labels: Labels) -> {
                labels with
                    Values = drawn.Rows |> Array.map (fun row -> labels.Values[row])
            })
            drawn
            labels
