namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What learning one task is worth for another, in one fold: areas under the ROC curve on the target's judged rows. None where the fold has
/// too few rows of a task, or a network diverged.
type FoldTransfers = {
    /// By source and target: the source learnt alone; then the target's few rows too.
    Zero: float option[][]
    Few: float option[][]
    /// By target: its few rows alone.
    Alone: float option[]
}

/// How near tasks are in one fold, by source and target, from rows that the fold does not judge.
type FoldNearness = { Alignment: float option[][]; Discrepancy: float option[][] }

/// What the kernel says of tasks, fold by fold.
type KernelOfTasks = { Transfers: FoldTransfers[]; Nearness: FoldNearness[] }

[<RequireQualifiedAccess>]
module FoldTransfers =

    /// The area that a model reaches on the rows of a task that the fold judges.
    let judge (set: TaskSet) (fold: int) (target: int) (outputs: int[] -> float[]) : float option =
        let rows = set.Judged(fold, target)

        if rows.Length = 0 then
            None
        else
            FoldedAuc.one (set.LabelsOf rows) (outputs rows)

/// Stage: tasks and the kernel of all labelled rows → what the kernel says of transfer, in closed form.
[<RequireQualifiedAccess>]
module TransferKernel =

    /// None where there are no rows to learn from.
    let private ifAny (rows: int[]) (find: int[] -> Result<'a, PipelineError>) =
        if rows.Length = 0 then Ok None else find rows |> Result.map Some

    let private all count = [ 0 .. count - 1 ]

    let private kernelFold ridge (set: TaskSet) (kernel: Matrix<float32>) fold =
        result {
            let few task = set.Few[fold][task]
            let learn rows = KernelTransfer.learn ridge kernel rows (set.TargetsOf rows)
            let places = all set.Tasks.Length

            let! sources = places |> List.traverseResultM (fun task -> ifAny (set.Learnt(fold, task)) learn)

            let! alone = places |> List.traverseResultM (fun task -> ifAny (few task) learn)

            let zero learner target =
                learner
                |> Option.bind (fun learner ->
                    FoldTransfers.judge set fold target (KernelTransfer.outputs kernel learner))

            let goOn learner target : Result<float option, PipelineError> =
                let few, rows = few target, set.Judged(fold, target)

                match learner with
                | Some learner when few.Length > 0 && rows.Length > 0 ->
                    KernelTransfer.goOn kernel learner few (set.TargetsOf few) rows
                    |> Result.map (FoldedAuc.one (set.LabelsOf rows))
                | Some _
                | None -> Ok None

            let! further =
                sources |> List.traverseResultM (fun learner -> places |> List.traverseResultM (goOn learner))

            return {
                Zero = [|
                    for learner in sources -> [| for target in places -> zero learner target |]
                |]
                Few = further |> List.map Array.ofList |> Array.ofList
                Alone = List.map2 zero alone places |> Array.ofList
            }
        }

    let private nearness (set: TaskSet) (kernel: Matrix<float32>) fold : FoldNearness =
        let learnt = Array.init set.Tasks.Length (fun task -> set.Learnt(fold, task))

        let table find = [|
            for a in learnt -> [| for b in learnt -> if min a.Length b.Length < 2 then None else find a b |]
        |]

        {
            Alignment = table (fun a b -> TaskKernel.alignment kernel (a, set.LabelsOf a) (b, set.LabelsOf b))
            Discrepancy = table (fun a b -> Some(if a = b then 0.0 else TaskKernel.discrepancy kernel a b))
        }

    let stage (ridge: RidgeSettings) : Stage<TaskSet * TrainInput, KernelOfTasks> =
        let run (set: TaskSet, input: TrainInput) =
            all set.FoldCount
            |> List.traverseResultM (kernelFold ridge set input.Kernel)
            |> Result.map (fun transfers -> {
                Transfers = Array.ofList transfers
                Nearness = Array.init set.FoldCount (nearness set input.Kernel)
            })

        {
            Name = "transfer-kernel"
            Version = 1
            Settings = Fingerprint.describe ridge
            Codec = Codec.json "transfer-kernel/1"
            Body = Pure run
        }
