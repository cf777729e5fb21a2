namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// Where the weights of several views come from.
type WeightChoice =
    /// One for each view, in their order.
    | Given of float list
    /// The least leave-one-out squared error on so many training rows, drawn at random.
    | ByLeaveOneOut of rows: int

/// Weights of views by leave-one-out on training rows. The cost is known beforehand: four solves a view and at most
/// `mostSolves` of the search, each of n³ multiplications for n searched rows; then three solves on all training rows.
[<RequireQualifiedAccess>]
module ViewWeights =

    /// Weights are searched as powers of 2, first by whole steps, then by halves. One at the lower bound counts as 0.
    let private lowest, highest, steps = -4.0, 2.0, [ 1.0; 0.5 ]

    /// The ridge, over the kernel's mean diagonal, is searched beside them: from 1/16 to 8, starting at ½.
    let private lowestRidge, highestRidge, firstRidge = -4.0, 3.0, -1.0

    let mostSolves = 120

    let private weightOf log2 = if log2 <= lowest then 0.0 else Math.Pow(2.0, log2)

    let private kernelOf combining (weights: float[]) (views: Views) =
        let pairs = views |> List.mapi (fun k (name, _) -> weights[k], name)

        match combining with
        | Combining.Beside -> Beside pairs
        | Combining.Sum -> Sum pairs

    let private trial combining (views: Views) targets (weights: float[]) ridge =
        ViewKernel.gram (kernelOf combining weights views) views None
        |> Result.bind (fun gram -> LeaveOneOutTrial.at "the kernel of views together" gram targets ridge)

    let private rowsOf (rows: int[]) (views: Views) : Views =
        views |> List.map (fun (name, all) -> name, Matrix.gatherRows rows all)

    /// The views' weights and the ridge with the least error on `rows`, and how many kernels were solved.
    let private search combining (views: Views) (targets: float[]) =
        let count = views.Length
        let bounds bound ridge = Array.init (count + 1) (fun k -> if k < count then bound else ridge)

        let error (point: float[]) =
            let weights = point |> Array.truncate count |> Array.map weightOf

            if Array.forall ((=) 0.0) weights then
                Ok infinity
            else
                trial combining views targets weights (Math.Pow(2.0, point[count])) |> Result.map _.Error

        CoordinateSearch.minimise
            steps
            mostSolves
            (bounds lowest lowestRidge)
            (bounds highest highestRidge)
            (bounds 0.0 firstRidge)
            error
        |> Result.map (fun found ->
            Array.truncate count found.Point |> Array.map weightOf,
            Math.Pow(2.0, found.Point[count]),
            found.Asked)

    let private alone targets (name: string, rows) =
        BaseKernel.gram rows None
        |> Result.bind (fun gram -> LeaveOneOutTrial.best $"the kernel of %s{name}" gram targets)

    let private facts (views: Views) (weights: float[]) (alone: LooScores list option) : ViewFacts[] = [|
        for k, (name, rows) in List.indexed views ->
            {
                Encoder = name
                Columns = rows.Columns
                Weight = weights[k]
                Alone = alone |> Option.map (List.item k)
            }
    |]

    /// All views alike, only the best one, and what the search found, each on all training rows.
    let private candidates (alone: LooScores list) (weights: float[]) ridge =
        let best = alone |> List.indexed |> List.minBy (fun (_, one) -> one.Error) |> fst
        let only = Array.init weights.Length (fun k -> if k = best then 1.0 else 0.0)

        [
            "searched weights", weights, ridge
            "all weights 1", Array.create weights.Length 1.0, ridge
            "the best encoder alone", only, alone[best].RelativeRidge
        ]

    let private byLeaveOneOut combining count (seed: Seed) (views: Views) (train: int[]) (targets: float[]) =
        result {
            let drawn = Array.init train.Length id
            (Seed.random seed).Shuffle drawn
            let drawn = drawn |> Array.truncate count |> Array.sort
            let searched = rowsOf (drawn |> Array.map (fun i -> train[i])) views
            let searchTargets = drawn |> Array.map (fun i -> targets[i])
            let! alone = searched |> List.traverseResultM (alone searchTargets)
            let! weights, ridge, solves = search combining searched searchTargets
            let all = rowsOf train views

            let! confirmed =
                candidates alone weights ridge
                |> List.traverseResultM (fun (name, weights, ridge) ->
                    trial combining all targets weights ridge
                    |> Result.map (fun heldOut -> { Name = name; Weights = weights; HeldOut = heldOut }))

            let chosen = confirmed |> List.minBy _.HeldOut.Error

            return {
                Combining = combining
                Views = facts views chosen.Weights (Some alone)
                ChosenBy = WeightSource.LeaveOneOutError
                SearchRows = drawn.Length
                Solves = solves + alone.Length * LeaveOneOutTrial.ridges.Length
                Confirmed = Array.ofList confirmed
            }
        }

    /// The views' weights. `views`: all labelled rows; `train`: the rows among them that may be looked at, and `targets` theirs.
    let choose
        (choice: WeightChoice)
        (combining: Combining)
        (seed: Seed)
        (views: Views)
        (train: int[])
        (targets: float[])
        : Result<CombinationFacts, PipelineError> =
        match choice with
        | Given weights when weights.Length <> views.Length ->
            Error(
                DataRefused
                    $"%d{views.Length} encoders are to stand side by side, and %d{weights.Length} weights are given"
            )
        | Given weights when weights |> List.forall ((=) 0.0) ->
            Error(DataRefused "every encoder's weight is 0, so nothing is left of the tweets")
        | Given weights ->
            Ok {
                Combining = combining
                Views = facts views (Array.ofList weights) None
                ChosenBy = WeightSource.Given
                SearchRows = 0
                Solves = 0
                Confirmed = [||]
            }
        | ByLeaveOneOut rows -> byLeaveOneOut combining rows seed views train targets
