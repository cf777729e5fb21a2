namespace NtkPipeline.Core

/// Which epoch of a training is taken: the one whose squared error on rows that were kept from it, the stop set, is least.
[<RequireQualifiedAccess>]
module EarlyStopping =

    /// The share of the fitted rows that the stop set is, unless a person says otherwise.
    let share = 0.1

    /// The mean of (f − y)².
    let error (targets: float[]) (outputs: float[]) : float =
        Array.averageBy (fun (y, f) -> (f - y) * (f - y)) (Array.zip targets outputs)

    /// The place of the best epoch among the outputs on the stop set after each, and its error; the earliest of equal ones.
    let choose (targets: float[]) (outputs: float[][]) : int * float =
        outputs |> Array.map (error targets) |> Array.indexed |> Array.minBy snd
