namespace NtkPipeline.Core

/// How well something that is known beforehand ranks what was measured, by Spearman's ρ, the mean over folds; bands are over tasks.
type TransferCorrelation = {
    /// "kernel-regression", "label-alignment", "text-nearness".
    Foretold: string
    /// "transfer": the source learnt alone; "gain": by how much it helps where a few rows of the target are learnt too.
    Outcome: string
    /// Over all ordered pairs of tasks, and over the sources of one target, the mean over targets.
    OverPairs: Banded option
    OverSources: Banded option
}

type TaskFacts = { Task: string; KeywordsOfTask: string[]; Tweets: int; Disasters: int }

/// Areas under the ROC curve on a task's tweets, by source and target and by target, over folds and seeds.
type Areas = { Zero: float option[][]; Few: float option[][]; Alone: float option[] }

type TransferEvidence = {
    Facts: TaskFacts[]
    LeftOut: int
    Folds: int
    Networks: Areas
    Kernel: Areas
    Alignment: float option[][]
    Discrepancy: float option[][]
    Correlations: TransferCorrelation[]
    /// Kernel and networks judged on the very same rows.
    SameRows: Banded option
    /// ρ of the label-aware alignment less that of the nearness of texts, over all pairs.
    LabelsAgainstTexts: Banded option
    /// By how much another task learnt first raises the area after a few rows of the target, the mean over pairs: networks, kernel.
    Gain: Banded option
    KernelGain: Banded option
    /// Areas of networks, over pairs, seeds and folds, that are none though the fold has both labels.
    Diverged: int
}

/// Stage: what kernel and networks made of the tasks → how well the one foretells the other.
[<RequireQualifiedAccess>]
module TransferEvidence =

    let private grid count (entry: int -> int -> 'a) = Array.init count (fun a -> Array.init count (entry a))

    /// Over folds, by their weights.
    let private merge (set: TaskSet) (folds: (int * FoldTransfers)[]) : Areas =
        let count = set.Tasks.Length
        let weights = Array.init count set.Weights

        let areas target (pick: FoldTransfers -> float option) =
            FoldedAuc.merge
                (folds |> Array.map (fun (fold, _) -> weights[target][fold]))
                (folds |> Array.map (snd >> pick))

        {
            Zero = grid count (fun a b -> areas b (fun one -> one.Zero[a][b]))
            Few = grid count (fun a b -> areas b (fun one -> one.Few[a][b]))
            Alone = Array.init count (fun b -> areas b (fun one -> one.Alone[b]))
        }

    let private overSeeds count (seeds: FoldTransfers[]) : FoldTransfers = {
        Zero = grid count (fun a b -> seeds |> Array.map (fun one -> one.Zero[a][b]) |> TaskRanks.mean)
        Few = grid count (fun a b -> seeds |> Array.map (fun one -> one.Few[a][b]) |> TaskRanks.mean)
        Alone = Array.init count (fun b -> seeds |> Array.map (fun one -> one.Alone[b]) |> TaskRanks.mean)
    }

    let private gain (few: float option[][]) (alone: float option[]) (a, b) =
        Option.map2 (-) (few[a][b]) (alone[b])

    let private meanOver (value: int * int -> float option) (pairs: (int * int)[]) =
        pairs |> Array.map value |> TaskRanks.mean

    let private run
        resamples
        seed
        (set: TaskSet, kernel: KernelOfTasks, networks: (int * FoldTransfers) list)
        =
        let count, networks = set.Tasks.Length, Array.ofList networks
        let band name = PairBootstrap.band resamples (Seed.derive name seed) count

        let measured =
            Array.init set.FoldCount (fun fold ->
                networks |> Array.filter (fst >> (=) fold) |> Array.map snd |> overSeeds count)

        let numbered = Array.indexed kernel.Transfers

        // What the kernel reaches on rows of the target that the fold at hand does not judge.
        let elsewhere =
            Array.init set.FoldCount (fun fold -> numbered |> Array.filter (fst >> (<>) fold) |> merge set)

        let at (table: float option[][]) (a, b) = table[a][b]
        let opposite table pair = at table pair |> Option.map (~-)

        let foretold: (string * (int -> int * int -> float option))[] = [|
            "kernel-regression", (fun fold -> at elsewhere[fold].Zero)
            "label-alignment", (fun fold -> at kernel.Nearness[fold].Alignment)
            "text-nearness", (fun fold -> opposite kernel.Nearness[fold].Discrepancy)
        |]

        let transfer fold = at measured[fold].Zero
        let gained fold = gain measured[fold].Few measured[fold].Alone
        let folds known seen = Array.init set.FoldCount (fun fold -> known fold, seen fold)

        let correlation outcome seen (name, known) =
            let folds = folds known seen

            {
                Foretold = name
                Outcome = outcome
                OverPairs = TaskRanks.overPairs folds |> band $"%s{name}/%s{outcome}/pairs"
                OverSources = TaskRanks.overSources folds |> band $"%s{name}/%s{outcome}/sources"
            }

        let foretoldGain =
            foretold
            |> Array.map (fun (name, known) ->
                if name = "kernel-regression" then
                    name, (fun fold -> gain elsewhere[fold].Few elsewhere[fold].Alone)
                else
                    name, known)

        let ofNetworks, ofKernel = merge set (Array.indexed measured), merge set numbered

        let better =
            let labels = folds (snd foretold[1]) transfer
            let texts = folds (snd foretold[2]) transfer
            fun pairs -> Option.map2 (-) (TaskRanks.overPairs labels pairs) (TaskRanks.overPairs texts pairs)

        let missing (fold, one: FoldTransfers) =
            [|
                for b in 0 .. count - 1 do
                    if set.Weights(b)[fold] > 0.0 then
                        for a in 0 .. count - 1 do
                            one.Zero[a][b]
                            one.Few[a][b]
            |]
            |> Array.filter Option.isNone
            |> Array.length

        Ok {
            Facts =
                set.Tasks
                |> Array.map (fun task -> {
                    Task = task.Name
                    KeywordsOfTask = task.Keywords
                    Tweets = task.Rows.Length
                    Disasters = task.Rows |> Array.filter (fun row -> set.Labels[row] > 0.0) |> Array.length
                })
            LeftOut = set.LeftOut
            Folds = set.FoldCount
            Networks = ofNetworks
            Kernel = ofKernel
            Alignment =
                grid count (fun a b ->
                    kernel.Nearness |> Array.map (fun one -> one.Alignment[a][b]) |> TaskRanks.mean)
            Discrepancy =
                grid count (fun a b ->
                    kernel.Nearness |> Array.map (fun one -> one.Discrepancy[a][b]) |> TaskRanks.mean)
            Correlations =
                Array.append
                    (foretold |> Array.map (correlation "transfer" transfer))
                    (foretoldGain |> Array.map (correlation "gain" gained))
            SameRows =
                folds (fun fold -> at kernel.Transfers[fold].Zero) transfer
                |> TaskRanks.overPairs
                |> band "same-rows"
            LabelsAgainstTexts = band "labels-against-texts" better
            Gain = gain ofNetworks.Few ofNetworks.Alone |> meanOver |> band "gain"
            KernelGain = gain ofKernel.Few ofKernel.Alone |> meanOver |> band "kernel-gain"
            Diverged = networks |> Array.sumBy missing
        }

    /// `folds`: the fold of each of the networks' results, in their order.
    let inputs
        (tasks: Artifact<TaskSet>)
        (kernel: Artifact<KernelOfTasks>)
        (folds: int seq)
        (networks: Artifact<FoldTransfers list>)
        : Artifact<TaskSet * KernelOfTasks * (int * FoldTransfers) list> =
        let folds = List.ofSeq folds

        Artifact.map3
            (fun tasks kernel networks -> tasks, kernel, List.zip folds networks)
            tasks
            kernel
            networks

    let stage
        (settings: CompareSettings)
        : Stage<TaskSet * KernelOfTasks * (int * FoldTransfers) list, TransferEvidence> = {
        Name = "judge-transfer"
        Version = 1
        Settings = Fingerprint.describe settings.Resamples
        Codec = Codec.json "transfer/1"
        Body = Seeded(run settings.Resamples)
    }
