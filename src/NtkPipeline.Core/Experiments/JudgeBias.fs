namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Stage: trained networks → what is known of where they end.
[<RequireQualifiedAccess>]
module JudgeBias =

    let private stopped = [ OptimiserKind.Descent; OptimiserKind.Momentum; OptimiserKind.Sgd ]

    let private solution (restricted: TrainInput) (spectrum: Spectrum) =
        let n = restricted.TrainTargets.Length
        let trained, other = [| 0 .. n - 1 |], [| n .. restricted.Labelled.Rows - 1 |]
        let all = Matrix.gather (Array.append trained other) trained restricted.Kernel |> Matrix.map float
        let kernel, cross = Matrix.gatherRows trained all, Matrix.gatherRows other all
        let name = "implicit-bias: the kernel of the rows fitted"
        let y = Matrix.create n 1 restricted.TrainTargets

        RidgeSpectral.fit
            name
            (RidgeSource.Given 0.0)
            None
            (KernelMatrix.Double kernel)
            spectrum
            (ClassRule.ofTargets y)
            y
        |> Result.bind (
            RidgeFit.predict "implicit-bias: the kernel of the validation rows" (KernelMatrix.Double cross)
        )
        |> Result.map (fun outputs -> kernel, cross, outputs.Values)

    let private budget (point: BiasPoint) rows widest =
        $"""%s{VerdictWords.count "row" rows}, %s{VerdictWords.count "step" point.Steps}, %s{InputScale.words point.Spec.InputScale}, learning rate %g{point.Spec.Rate} in each optimiser's unit, m = %d{widest} at most"""

    let private run
        (settings: CompareSettings, near: float, point: BiasPoint)
        (seed: Seed)
        (input: TrainInput, paths: BiasPath list, firsts: BiasFirst list)
        : Result<BiasEvidence, PipelineError> =
        result {
            let! restricted, spectrum = BiasRows.restrict point.Rows point.Closest input
            let! kernel, cross, solution = solution restricted spectrum
            let labels, targets = restricted.ValidationLabels, restricted.TrainTargets
            let largest = restricted.LambdaMax
            let mean = Array.averageBy (fun i -> kernel[i, i]) [| 0 .. targets.Length - 1 |]
            let paths = Array.ofList paths
            let squared = paths |> Array.filter (fun path -> path.Loss = Loss.SquaredError)
            let widest = paths |> Array.map _.Width |> Array.max
            let wide = squared |> Array.filter (fun path -> path.Width = widest)
            let ends = squared |> Array.groupBy (fun path -> path.Kind, path.Width)

            let ends =
                ends
                |> Array.map (fun (key, networks) ->
                    BiasEnds.ofPaths spectrum targets labels solution key networks)

            let ridges = BiasStops.ridges spectrum mean cross targets
            let named stem kind = Seed.derive $"%s{stem}/%s{OptimiserKind.print kind}" seed

            let directions, margin =
                BiasTurns.kernelPath
                    point.Spec.Rate
                    (ImplicitBias.tracked point.Steps)
                    kernel
                    cross
                    targets
                    largest
                |> BiasTurns.directions
                    kernel
                    cross
                    targets
                    (TrainNetwork.kernelFactor point.Spec restricted)
                    solution

            return {
                Rows = targets.Length
                ValidationRows = labels.Length
                Widest = widest
                Near = near
                Ends = ends
                Falls = BiasEnds.falls settings.Resamples (Seed.derive "falls" seed) squared ends
                Stoppings =
                    stopped
                    |> List.choose (fun kind ->
                        wide
                        |> Array.filter (fun path -> path.Kind = kind)
                        |> BiasStops.ofPaths
                            settings.Resamples
                            (named "stops" kind)
                            ridges
                            (largest / mean)
                            point.Spec.Rate
                            kind)
                    |> Array.ofList
                Predictions =
                    firsts
                    |> Array.ofList
                    |> Array.groupBy (fun first -> first.Kind, first.IsSingle)
                    |> Array.map (fun ((kind, isSingle), networks) ->
                        BiasEnds.prediction
                            settings.Resamples
                            (named $"first/%b{isSingle}" kind)
                            (kind, isSingle)
                            networks)
                Turns =
                    paths
                    |> Array.filter (fun path -> path.Loss = Loss.CrossEntropy)
                    |> Array.groupBy _.Kind
                    |> Array.map (fun (kind, networks) ->
                        BiasTurns.ofPaths settings.Resamples (named "turn" kind) directions kind networks)
                Support = margin |> Result.map _.Support |> Result.toOption
                NoMargin =
                    match margin with
                    | Ok _ -> None
                    | Error reason -> Some reason.Sentence
                Budget = budget point targets.Length widest
            }
        }

    /// `point` is one of those trained: what they have in common.
    let stage
        (settings: CompareSettings)
        (near: float)
        (point: BiasPoint)
        : Stage<TrainInput * BiasPath list * BiasFirst list, BiasEvidence> = {
        Name = "judge-implicit-bias"
        // 5: correlations by MathNet.
        Version = 5
        Settings = Fingerprint.describe (settings, near, point)
        Codec = Codec.json "implicit-bias/2"
        Body = Seeded(run (settings, near, point))
    }

    let inputs
        (input: Artifact<TrainInput>)
        (paths: Artifact<BiasPath list>)
        (firsts: Artifact<BiasFirst list>)
        : Artifact<TrainInput * BiasPath list * BiasFirst list> =
        Artifact.map3 (fun input paths firsts -> input, paths, firsts) input paths firsts
