namespace NtkPipeline.Core

/// Where the gap between a trained network and its kernel's regression comes from (Lee et al. 2020, Finite versus infinite): a chain of
/// models of the same rows, from the regression with its tuned ridge to an ensemble of networks, each with one thing more.
[<RequireQualifiedAccess>]
module GapCauses =

    let private setting key = Setting.create $"gap.%s{key}"

    let private settings = [
        setting
            "rows"
            (Whole(10L, 100000L))
            "2000"
            "Training rows, evenly spaced; all where there are no more."
        setting "widths" (WholeList(1L, 65536L)) "256, 1024" "Hidden widths."
        setting "seeds" (Whole(1L, 1000L)) "3" "Networks of each width: the members of its ensemble."
        setting
            "input-scales"
            (ChoiceList(InputScale.all |> List.map InputScale.print))
            "unit, sqrt-d"
            "Norm of the inputs: 1, or the root of d."
        setting "epochs" (Whole(1L, 100000L)) "50" "Passes over the rows."
        setting "batch-size" (Whole(0L, 1000000L)) "256" "Rows a step; 0 for full batches."
        setting
            "rate"
            (Real(1e-6, 1.99))
            "1"
            "Learning rate in units of N/Λ_max of the rows fitted; steps of descent are stable below 2."
    ]

    /// Optimisers that no kernel knows have no such chain: plain descent stands for them.
    let private optimiser (basis: RunSpec) =
        match Optimiser.momentum basis.Optimiser with
        | Some _ -> basis.Optimiser
        | None -> Optimiser.Descent

    let grid (values: Map<string, string>) (scale: string) (basis: RunSpec) : Grid =
        let numbers key = Setting.reals values $"gap.%s{key}" |> List.map AxisValue.Number

        {
            Base = {
                basis with
                    Optimiser = optimiser basis
                    Rate = Setting.real values "gap.rate"
                    BatchSize = Setting.whole values "gap.batch-size"
                    Epochs = Setting.whole values "gap.epochs"
                    Tracked = TrackedEpochs.Listed []
                    ProbeRows = 1
            }
            Along = [
                Axis.inputScale, [ AxisValue.Words scale ]
                Axis.width, numbers "widths"
                Axis.seed, Widths.seeds values "gap.seeds"
            ]
        }

    /// The networks of every input scale. A grid that cannot be has been refused with the settings.
    let lanes (values: Map<string, string>) (basis: RunSpec) : GridPoint[][] = [|
        for scale in Setting.texts values "gap.input-scales" |> List.distinct do
            match Grid.points (grid values scale basis) with
            | Ok points -> points
            | Error reason -> invalidArg (nameof values) reason
    |]

    let rows (values: Map<string, string>) : int = Setting.whole values "gap.rows"

    let experiment: Experiment = {
        Name = "gap"
        Question = "Where does the gap between a network and its kernel come from?"
        Settings = settings
        Check =
            fun values basis ->
                Setting.texts values "gap.input-scales"
                |> List.choose (fun scale ->
                    match Grid.points (grid values scale basis) with
                    | Ok _ -> None
                    | Error reason -> Some $"gap: %s{reason}")
        Work =
            fun values basis sizes ->
                let sizes = { sizes with Fitted = min sizes.Fitted (rows values) }

                // Each network is trained twice, which is some half of what is done for it.
                lanes values basis
                |> Array.sumBy (fun lane -> Workload.eigen sizes.Fitted + 1.5 * Workload.networks sizes lane)
    }

    /// What each link of the chain brings, in its order: a key for results.csv, and words.
    let causes: (string * string)[] = [|
        "early-stopping", "early stopping in the ridge's place"
        "steps", "steps in the flow's place"
        "minibatches", "minibatches"
        "initial-kernel", "the finite network's own kernel"
        "feature-learning", "feature learning"
        "start", "an output of its own at the start"
        "ensembling", "ensembling"
    |]

    let private learning = 4
    let private ensembling = 6

    /// The models, in the chain's order.
    let models: string[] = [|
        "kernel, tuned ridge"
        "kernel, gradient flow"
        "kernel, full-batch steps"
        "kernel, minibatch steps"
        "linearised network"
        "network, centred"
        "network"
        "ensemble"
    |]

    /// Networks of one input scale and width.
    type Chain = {
        InputScale: InputScale
        Width: int
        /// Networks that did not diverge, of so many.
        Sound: int
        Networks: int
        /// Mean validation accuracy of every model, and the split; none where every network diverged.
        Found: (float[] * ChainSplit) option
    }

    type Evidence = {
        Chains: Chain[]
        Rows: int
        ValidationRows: int
        RelativeRidge: float
        Budget: string
    }

    let private ensemble (outputs: float[][]) =
        outputs |> Array.transpose |> Array.map Array.average |> Array.singleton

    let private chain
        (settings: CompareSettings)
        seed
        scale
        (kernel: GapKernel)
        (width, networks: GapNetwork[])
        =
        let sound = networks |> Array.choose _.Outputs
        let name = $"gap/%s{InputScale.print scale}/m=%d{width}"

        let found () =
            let ofNetworks = sound |> Array.map _.Network

            let nodes = [|
                [| kernel.Ridge |]
                [| kernel.Flow |]
                [| kernel.Descent |]
                sound |> Array.map _.Kernel
                sound |> Array.map _.Linearised
                sound |> Array.map _.Centred
                ofNetworks
                ensemble ofNetworks
            |]

            nodes |> Array.map (Array.averageBy (Metrics.accuracy kernel.Labels)),
            ChainSplit.create settings.Resamples (Seed.derive name seed) kernel.Labels nodes

        {
            InputScale = scale
            Width = width
            Sound = sound.Length
            Networks = networks.Length
            Found = if sound.Length = 0 then None else Some(found ())
        }

    let private run settings (spec: RunSpec) seed (lanes: (InputScale * (GapKernel * GapNetwork list)) list) =
        let kernel = lanes |> List.head |> snd |> fst

        Ok {
            Chains = [|
                for scale, (kernel, networks) in lanes do
                    yield!
                        networks
                        |> Array.ofList
                        |> Array.groupBy _.Width
                        |> Array.map (chain settings seed scale kernel)
            |]
            Rows = kernel.Rows
            ValidationRows = kernel.Labels.Length
            RelativeRidge = kernel.RelativeRidge
            Budget =
                $"%s{VerdictWords.epochs spec.Epochs} of %s{Optimiser.print spec.Optimiser}, batch %d{spec.BatchSize}, learning rate %g{spec.Rate} × N/Λ_max, %d{kernel.Rows} rows"
        }

    /// The chains of every input scale and width → the parts of their gaps. `points` are the networks, by input scale.
    let stage
        (settings: CompareSettings)
        (points: GridPoint[][])
        : Stage<(GapKernel * GapNetwork list) list, Evidence> =
        let specs = points |> Array.map (fun lane -> lane[0].Spec)
        let scales = specs |> Array.map _.InputScale |> List.ofArray

        {
            Name = "judge-gap"
            Version = 1
            Settings = Fingerprint.describe (settings, specs)
            Codec = Codec.json "gap/1"
            Body = Seeded(fun seed lanes -> run settings specs[0] seed (List.zip scales lanes))
        }

    let private units (x: float) = $"%.3f{x}".Replace('-', '−')

    /// "0.210 (95% band 0.190 to 0.230)".
    let band (part: Difference) : string =
        $"%s{units part.Value} (95%% band %s{units part.Lower} to %s{units part.Upper})"

    let place (chain: Chain) : string =
        $"input scale %s{InputScale.print chain.InputScale}, m = %d{chain.Width}"

    let private claim name judge : Claim<Evidence> = {
        Name = name
        Judge =
            fun evidence ->
                evidence.Chains
                |> Array.map (fun chain ->
                    let holds, words =
                        match chain.Found with
                        | None -> None, "Every network diverged, so there is no chain."
                        | Some(_, split) -> judge chain split

                    {
                        Claim = name
                        Setting =
                            $"%s{place chain}, %s{VerdictWords.seeds chain.Sound} of %d{chain.Networks}, %s{evidence.Budget}"
                        Holds = holds
                        Evidence = words
                    })
    }

    let private addUp =
        claim "The parts of the gap add up to the whole" (fun _ split ->
            let within (whole: Difference) rest =
                let sum = whole.Value - rest
                sum >= whole.Lower - 1e-12 && sum <= whole.Upper + 1e-12

            let holds = within split.Accuracy split.RestOfAccuracy && within split.Rms split.RestOfRms
            let sum = VerdictWords.signed (split.Accuracy.Value - split.RestOfAccuracy)

            Some holds,
            $"The %d{split.Links.Length} parts sum to %s{sum} points of accuracy, the ends differ by %s{VerdictWords.points split.Accuracy}, a rest of %.1e{split.RestOfAccuracy}; to %s{units (split.Rms.Value - split.RestOfRms)} of rms, the ends being %s{band split.Rms} apart, a rest of %.1e{split.RestOfRms}.")

    /// The link with the greatest part of the way, and its place.
    let largest (split: ChainSplit) : int * ChainLink =
        split.Links |> Array.indexed |> Array.maxBy (fun (_, link) -> link.Part.Value)

    let private learningFirst =
        claim "Feature learning is the largest part of the gap" (fun _ split ->
            let ours = split.Links[learning].Part

            let k, rival =
                split.Links
                |> Array.indexed
                |> Array.filter (fun (k, _) -> k <> learning)
                |> Array.maxBy (fun (_, link) -> link.Part.Value)

            let holds =
                if ours.Lower > rival.Part.Upper then Some true
                elif rival.Part.Lower > ours.Upper then Some false
                else None

            let meaning =
                match holds with
                | Some true -> "and no other comes near"
                | Some false -> "which is less"
                | None -> "and the bands overlap"

            holds,
            $"Of a gap of rms %s{band split.Rms}, feature learning makes %s{band ours}; %s{snd causes[k]} makes %s{band rival.Part}, %s{meaning}.")

    let private ensemblesHelp =
        claim "An ensemble of the networks classifies better than they do" (fun chain split ->
            if chain.Sound < 2 then
                None, "One network is no ensemble."
            else
                let gain = split.Links[ensembling].Accuracy

                Difference.isPositive gain,
                $"The mean of %d{chain.Sound} networks' outputs has %s{VerdictWords.points gain} on theirs.")

    let claims: Claim<Evidence> list = [ addUp; learningFirst; ensemblesHelp ]
