namespace NtkPipeline.Core

/// Networks of one input scale and width.
type GapChain = {
    InputScale: InputScale
    Width: int
    /// Networks that did not diverge, of so many.
    Sound: int
    Networks: int
    /// Mean validation accuracy of every model, and the split; none where every network diverged.
    Found: (float[] * ChainSplit) option
}

type GapEvidence = {
    Chains: GapChain[]
    Rows: int
    ValidationRows: int
    RelativeRidge: float
    Budget: string
}

/// From the models' outputs to the parts of the gap.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module GapEvidence =

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
        : Stage<(GapKernel * GapNetwork list) list, GapEvidence> =
        let specs = points |> Array.map (fun lane -> lane[0].Spec)
        let scales = specs |> Array.map _.InputScale |> List.ofArray

        {
            Name = "judge-gap"
            // 2: bands of few rows that differ are exact.
            Version = 2
            Settings = Fingerprint.describe (settings, specs)
            Codec = Codec.json "gap/1"
            Body = Seeded(fun seed lanes -> run settings specs[0] seed (List.zip scales lanes))
        }
