namespace NtkPipeline.Core

/// How well networks of one kind meet fitted rows that they were not trained on, epoch by epoch. Networks come with the fold that each held
/// out; those of one fold are judged by their mean output.
[<RequireQualifiedAccess>]
module FoldScores =

    let private mean (paths: HeldOutPath[]) epoch row =
        paths |> Array.averageBy (fun path -> float path.Outputs[epoch, row])

    /// How many epochs every one of them reached, the start included.
    let reached (members: (int * HeldOutPath)[]) : int =
        members |> Array.map (fun (_, path) -> path.Outputs.Rows) |> Array.min

    /// Rows that were held out.
    let rows (split: Split) (members: (int * HeldOutPath)[]) : int =
        members
        |> Array.map fst
        |> Array.distinct
        |> Array.sumBy (fun fold -> (snd (TrainFold.rows fold split)).Length)

    /// The mean over held-out rows of `judge` target output, after each epoch from 0 that all reached.
    let byEpoch (split: Split) (judge: float -> float -> float) (members: (int * HeldOutPath)[]) : float[] =
        let outputs = [|
            for fold, members in Array.groupBy fst members do
                let held = snd (TrainFold.rows fold split)
                let paths = Array.map snd members

                for k in 0 .. held.Length - 1 do
                    split.Targets[split.Train[held[k]]], (fun epoch -> mean paths epoch k)
        |]

        Array.init (reached members) (fun epoch ->
            outputs |> Array.averageBy (fun (target, f) -> judge target (f epoch)))

    let errors (split: Split) (members: (int * HeldOutPath)[]) : float[] =
        byEpoch split (fun y f -> (f - y) * (f - y)) members

    let accuracies (split: Split) (members: (int * HeldOutPath)[]) : float[] =
        byEpoch split (fun y f -> if (y > 0.0) = (f > 0.0) then 1.0 else 0.0) members
