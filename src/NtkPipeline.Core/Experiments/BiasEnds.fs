namespace NtkPipeline.Core

/// The ends of training on the squared error, and first steps, beside the kernel's.
[<RequireQualifiedAccess>]
module BiasEnds =

    let private last (path: BiasPath) = Array.last path.Points

    let private ownDistance rows (path: BiasPath) =
        path.OwnSolution |> Option.map (BiasMeasures.distance rows (last path).Outputs)

    /// Networks of one optimiser and width. `solution` is the kernel's of least norm, which fits the targets; `spectrum` is the kernel's.
    let ofPaths
        (spectrum: Spectrum)
        (targets: float[])
        (labels: float[])
        (solution: float[])
        (kind: OptimiserKind, width: int)
        (paths: BiasPath[])
        : BiasEnd =
        let sound = paths |> Array.filter _.HasFitted
        let rows = [| 0 .. labels.Length - 1 |]
        let mean pick = sound |> Array.choose pick |> BiasMeasures.mean

        {
            Kind = kind
            Width = width
            Sound = sound.Length
            Networks = paths.Length
            Distances =
                sound |> Array.map (fun path -> BiasMeasures.distance rows (last path).Outputs solution)
            OwnDistances = sound |> Array.choose (ownDistance rows)
            NormDistances =
                sound
                |> Array.choose (fun path -> BiasMeasures.normDistance spectrum (last path).Fitted targets)
            Travel =
                mean (fun path -> path.LeastTravel |> Option.map (fun least -> (last path).Travel / least))
            TrainLoss = mean (fun path -> Some (last path).Loss)
            Accuracy = mean (fun path -> Some(Metrics.accuracy labels (last path).Outputs))
        }

    let private excess resamples seed (ours: BiasPath[]) (theirs: BiasPath[]) =
        let members = min ours.Length theirs.Length

        if members = 0 then
            None
        else
            let distance rows (path: BiasPath) = ownDistance rows path |> Option.defaultValue 0.0

            let statistics (chosen: int[]) rows = [|
                chosen |> Array.averageBy (fun k -> distance rows ours[k] - distance rows theirs[k])
            |]

            let rows = (last ours[0]).Outputs.Length
            Bootstrap.together resamples seed members rows statistics |> Array.tryHead

    /// Every optimiser's fall with the width, from paths on the squared error.
    let falls resamples (seed: Seed) (paths: BiasPath[]) (ends: BiasEnd[]) : BiasFall[] =
        let widest = ends |> Array.map _.Width |> Array.max

        let sound kind =
            paths
            |> Array.filter (fun path -> path.Kind = kind && path.Width = widest)
            |> Array.filter (fun path -> path.HasFitted && path.OwnSolution.IsSome)

        let nearest =
            ends
            |> Array.filter (fun e ->
                e.Width = widest && OptimiserKind.isLinear e.Kind && e.OwnDistances.Length > 0)
            |> Array.sortBy (fun e -> Array.average e.OwnDistances)
            |> Array.tryHead
            |> Option.map _.Kind

        ends
        |> Array.groupBy _.Kind
        |> Array.map (fun (kind, ofKind) ->
            let points = [|
                for e in ofKind do
                    for distance in e.Distances -> float e.Width, distance
            |]

            let atWidest = ofKind |> Array.filter (fun e -> e.Width = widest)

            {
                Kind = kind
                Runs = points.Length
                Fit = PowerLaw.fit points
                Widest = atWidest |> Array.collect _.Distances
                OwnWidest = atWidest |> Array.collect _.OwnDistances
                Excess =
                    match nearest with
                    | Some rival when rival <> kind ->
                        let seed = Seed.derive $"excess/%s{OptimiserKind.print kind}" seed
                        excess resamples seed (sound kind) (sound rival)
                    | Some _
                    | None -> None
            })

    /// First steps of one optimiser and kind of batch, of several networks.
    let prediction
        resamples
        (seed: Seed)
        (kind: OptimiserKind, isSingle: bool)
        (networks: BiasFirst[])
        : BiasPrediction =
        let sound =
            networks
            |> Array.map (fun network -> Array.ofList network.Steps)
            |> Array.filter (fun s -> s.Length > 0)

        if sound.Length = 0 then
            {
                Kind = kind
                IsSingle = isSingle
                Steps = [||]
                Own = [||]
                Tangent = [||]
                Gain = None
            }
        else
            let count = sound[0].[0].Actual.Length
            let all = [| 0 .. count - 1 |]

            let along error =
                sound[0] |> Array.mapi (fun k _ -> sound |> Array.averageBy (fun steps -> error all steps[k]))

            let statistics (chosen: int[]) rows = [|
                chosen
                |> Array.averageBy (fun k ->
                    let steps = Array.last sound[k]
                    OwnKernelSteps.tangentError rows steps - OwnKernelSteps.ownError rows steps)
            |]

            {
                Kind = kind
                IsSingle = isSingle
                Steps = sound[0] |> Array.map _.Steps
                Own = along OwnKernelSteps.ownError
                Tangent = along OwnKernelSteps.tangentError
                Gain = Bootstrap.together resamples seed sound.Length count statistics |> Array.tryHead
            }
