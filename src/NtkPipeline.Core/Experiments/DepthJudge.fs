namespace NtkPipeline.Core

/// Stage: kernels of every depth and networks trained on the same few rows → what claims and chapter rest on.
[<RequireQualifiedAccess>]
module DepthJudge =

    type Settings = {
        Compare: CompareSettings
        BiasVariance: float
        Kernels: DepthPoint list
        Trained: DepthPoint list
    }

    let settings (compare: CompareSettings) (values: Map<string, string>) : Settings = {
        Compare = compare
        BiasVariance = Setting.real values "depth.bias-variance"
        Kernels = DepthGrid.kernels values
        Trained = DepthGrid.trained values
    }

    /// The networks of one point, those that ended.
    let private sound (runs: NetworkRun[]) (point: DepthPoint) =
        match Architecture.parse point.Text with
        | Ok architecture ->
            runs
            |> Array.filter (fun run -> run.Spec.Architecture.Text = architecture.Text && Group.isSound run)
        | Error reason -> invalidArg (nameof point) reason

    let private families (points: (DepthPoint * 'value) seq) = [|
        for point, value in points do
            match point.Kind with
            | DepthKind.Family family -> family, point.Layers, value
            | DepthKind.Phase _ -> ()
    |]

    let private phases (points: (DepthPoint * 'value) seq) = [|
        for point, value in points do
            match point.Kind with
            | DepthKind.Phase weight -> weight, point.Layers, value
            | DepthKind.Family _ -> ()
    |]

    let private outcomes bias majority (scored: (float * int * float)[]) =
        let best = scored |> Array.fold (fun best (_, _, accuracy) -> max best accuracy) majority

        scored
        |> Array.groupBy (fun (weight, _, _) -> weight)
        |> Array.sortBy fst
        |> Array.collect (fun (weight, scored) ->
            scored
            |> Array.map (fun (_, layers, accuracy) -> layers, accuracy)
            |> DepthPhase.outcomes bias (majority, best) weight)

    /// Each family's deeper ones against its shallowest; `hits` are those of each seed.
    let private differences settings seed (hits: (DepthFamily * int * float[][])[]) : DepthDifference[] = [|
        for family, all in
            hits
            |> Array.filter (fun (_, _, hits) -> hits.Length > 0)
            |> Array.groupBy (fun (family, _, _) -> family) do
            let _, fewest, shallow = all |> Array.minBy (fun (_, layers, _) -> layers)

            for _, layers, deep in all |> Array.filter (fun (_, layers, _) -> layers > fewest) do
                let seed = Seed.derive $"%s{DepthFamily.print family}/%d{layers}" seed

                {
                    Family = family
                    Layers = layers
                    Fewest = fewest
                    Accuracy = deep |> Array.averageBy Array.average
                    Difference = Bootstrap.between settings.Compare.Resamples seed deep shallow
                }
    |]

    let private networkBudget (runs: NetworkRun[]) =
        match Array.tryHead runs with
        | None -> "no networks"
        | Some run ->
            $"m = %d{run.Spec.Width}, rate %g{run.Spec.Rate}, %s{VerdictWords.epochs run.Spec.Epochs}, %d{run.TrainRows} training rows, %s{VerdictWords.tweets run.ValidationOutputs.Length}, centred networks"

    let private run
        settings
        seed
        ((features: Features, split: Split), (kernels: DepthKernel list, runs: NetworkRun list))
        : Result<DepthEvidence, PipelineError> =
        let runs = Group.sort runs
        let labels = SplitTweets.validationLabels split
        let targets = SplitTweets.targets split split.Train

        let majority (values: float[]) =
            let positive = values |> Array.averageBy (fun label -> if label > 0.0 then 1.0 else 0.0)
            max positive (1.0 - positive)

        let computed = List.zip settings.Kernels kernels
        let trained = settings.Trained |> List.map (fun point -> point, sound runs point)
        let reached = trained |> List.filter (fun (_, runs) -> runs.Length > 0)
        let mean pick (runs: NetworkRun[]) = runs |> Array.averageBy (Group.last >> pick)
        let phase = phases computed

        let networkOutcomes =
            phases reached
            |> Array.map (fun (weight, layers, runs) -> weight, layers, mean _.Validation.Accuracy runs)
            |> outcomes settings.BiasVariance (majority labels)

        let hitsOf labels outputs = Bootstrap.hits labels outputs

        Ok {
            Margin = settings.Compare.Margin
            Majority = majority labels
            BiasVariance = settings.BiasVariance
            Families = families computed
            Phases = phase
            Scales =
                phase
                |> Array.groupBy (fun (weight, _, _) -> weight)
                |> Array.choose (fun (weight, kernels) ->
                    kernels
                    |> Array.map (fun (_, layers, kernel) -> layers, kernel)
                    |> DepthPhase.check settings.BiasVariance weight)
            KernelOutcomes =
                phase
                |> Array.map (fun (weight, layers, kernel) -> weight, layers, kernel.Accuracy)
                |> outcomes settings.BiasVariance (majority targets)
            NetworkOutcomes = networkOutcomes
            TrainAccuracies =
                networkOutcomes
                |> Array.map (fun outcome ->
                    phases reached
                    |> Array.pick (fun (weight, layers, runs) ->
                        if weight = outcome.WeightVariance && layers = outcome.Layers then
                            Some(mean _.TrainAccuracy runs)
                        else
                            None))
            KernelDifferences =
                families computed
                |> Array.map (fun (family, layers, kernel) ->
                    family, layers, [| hitsOf targets kernel.LeftOut |])
                |> differences settings (Seed.derive "kernels" seed)
            NetworkDifferences =
                families trained
                |> Array.map (fun (family, layers, runs) ->
                    family, layers, runs |> Array.map (fun run -> hitsOf labels run.ValidationOutputs))
                |> differences settings (Seed.derive "networks" seed)
            Diverged = runs |> Array.filter (Group.isSound >> not) |> Array.length
            KernelBudget = $"%d{targets.Length} training rows, ‖x‖ = √d, d = %d{features.Labelled.Columns}"
            NetworkBudget = networkBudget runs
        }

    /// Few rows, their kernels and the networks trained on them → what is judged.
    let stage
        (settings: Settings)
        : Stage<(Features * Split) * (DepthKernel list * NetworkRun list), DepthEvidence> = {
        Name = "judge-depth"
        // 3: bands of few rows that differ are exact.
        Version = 3
        Settings = Fingerprint.describe settings
        Codec = Codec.json "depth/1"
        Body = Seeded(run settings)
    }

    let inputs
        (few: Artifact<Features * Split>)
        (kernels: Artifact<DepthKernel list>)
        (runs: Artifact<NetworkRun list>)
        : Artifact<(Features * Split) * (DepthKernel list * NetworkRun list)> =
        Artifact.both few (Artifact.both kernels runs)
