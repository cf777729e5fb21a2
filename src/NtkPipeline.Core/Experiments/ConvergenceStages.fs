namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Stages of `Convergence`: trained networks → their laws, and how they stand to theory's band.
[<RequireQualifiedAccess>]
module ConvergenceStages =

    let private sentence (runs: NetworkRun[]) =
        $"%s{VerdictWords.setting runs[0].Spec runs}, %d{runs[0].TrainRows} training rows"

    let private find
        (steps: int list, resamples, mainRate)
        seed
        (own: NetworkRun list, base': NetworkRun list)
        =
        let runs = Group.sort own

        let others =
            Group.sort base'
            |> Array.filter (fun run -> run.Spec.Rate = mainRate)
            |> Array.groupBy (fun run -> RunSpec.series run.Spec)

        Ok [|
            WidthLaws.atEpochs
                resamples
                (Seed.derive "own" seed)
                ("subset", $"full batches on %d{runs[0].TrainRows} rows")
                "steps"
                steps
                (sentence runs)
                runs

            for spec, runs in others do
                let remark = Axis.remark (others |> Seq.map fst |> Axis.unlabelled) spec
                let key = $"run-%s{InputScale.print spec.InputScale}%s{remark}"
                let name = $"the run's own, %s{Axis.inputScale.Show(Axis.inputScale.Of spec)}%s{remark}"
                WidthLaws.atEnd resamples (Seed.derive key seed) (key, name) (sentence runs) runs
        |]

    /// The grid's networks, and the run's own → their laws, the grid's first.
    let laws
        (values: Map<string, string>)
        (compare: CompareSettings)
        : Stage<NetworkRun list * NetworkRun list, LawFamily[]> =
        let settings = Convergence.steps values, compare.Resamples, compare.MainRate

        {
            Name = "judge-convergence"
            Version = 2
            Settings = Fingerprint.describe settings
            Codec = Codec.json "convergence-laws/1"
            Body = Seeded(find settings)
        }

    /// Places between 1 and the last step, evenly in their logarithm, the given ones among them.
    let private theorySteps (steps: int list) : int list =
        let last = float (List.last steps)
        [ for k in 0..16 -> int (round (last ** (float k / 16.0))) ] @ steps |> List.distinct |> List.sort

    let private losses theory networks : LossPath = { Theory = theory; Networks = networks }

    /// What networks make of the validation rows after some epoch.
    let private outputs (trained: TrainedNetwork) (step: int) : float[] =
        let row = trained.Run.Epochs |> Array.findIndex (fun measures -> measures.Epoch = step)
        (Matrix.row row trained.Path).ToArray() |> Array.map float

    let private halfMeanSquare (f: float[]) (y: float[]) =
        0.5 * (Array.map2 (fun f y -> (f - y) ** 2.0) f y |> Array.average)

    let private hold (features: Features, split: Split, tweets: Tweet[], networks: TrainedNetwork list) =
        result {
            let all = networks |> List.map _.Run |> Array.ofList
            let spec = all[0].Spec
            let sound = networks |> List.filter (fun network -> Group.isSound network.Run) |> Array.ofList
            let steps = spec.Tracked |> TrackedEpochs.upTo spec.Epochs |> fst
            let asked = theorySteps steps
            let norm = InputScale.norm features.Labelled.Columns spec.InputScale

            let inputs chosen =
                Matrix.gatherRows chosen features.Labelled |> Matrix.map (fun x -> norm * float x)

            let targets, labels = SplitTweets.targets split split.Train, SplitTweets.validationLabels split
            let n = split.Train.Length

            let! posteriors =
                EnsemblePath.run
                    (RunSpec.limit spec)
                    (inputs split.Train)
                    targets
                    (inputs split.Validation)
                    all[0].AbsoluteRate
                    asked

            let rows = [| n .. n + split.Validation.Length - 1 |]
            let train = [| 0 .. n - 1 |]
            let path = List.zip asked posteriors
            let at step = path |> List.find (fst >> (=) step) |> snd

            let loss chosen goal =
                posteriors
                |> List.map (fun posterior ->
                    let mean = chosen |> Array.map (fun row -> posterior.Mean[row, 0])
                    GaussianLoss.moments mean (Matrix.gather chosen chosen posterior.Covariance) goal)
                |> Array.ofList

            let measured read = [| for step in steps -> sound |> Array.map (read step) |]

            return {
                Width = spec.Width
                TrainRows = n
                ValidationRows = rows.Length
                Networks = sound.Length
                Diverged = all.Length - sound.Length
                Steps = Array.ofList steps
                TheorySteps = Array.ofList asked
                Times =
                    if sound.Length < 2 then
                        [||]
                    else
                        [|
                            for step in steps ->
                                EnsembleBand.compare
                                    step
                                    (at step)
                                    rows
                                    (sound |> Array.map (fun one -> outputs one step))
                        |]
                Tweets =
                    EnsembleBand.spreadOut (List.last posteriors) rows
                    |> Array.map (fun row -> {
                        Id = tweets[split.Validation[row - n]].Id
                        Theory = [| for posterior in posteriors -> EnsembleBand.momentsAt posterior row |]
                        Networks = measured (fun step one -> (outputs one step)[row - n])
                    })
                TrainLoss =
                    losses
                        (loss train targets)
                        (measured (fun step one ->
                            (one.Run.Epochs |> Array.find (fun measures -> measures.Epoch = step)).TrainLoss))
                ValidationLoss =
                    losses
                        (loss rows labels)
                        (measured (fun step one -> halfMeanSquare (outputs one step) labels))
                Setting = $"m = %d{spec.Width}, %s{sentence all}"
            }
        }

    let bandInputs
        features
        split
        tweets
        networks
        : Artifact<Features * Split * Tweet[] * TrainedNetwork list> =
        Artifact.map4
            (fun features split tweets networks -> features, split, tweets, networks)
            features
            split
            tweets
            networks

    /// Networks that are not centred → how they stand to theory's law.
    let band: Stage<Features * Split * Tweet[] * TrainedNetwork list, BandEvidence> = {
        Name = "judge-ensemble-band"
        Version = 1
        Settings = ""
        Codec = Codec.json "ensemble-band/1"
        Body = Pure hold
    }
