namespace NtkPipeline.Core

/// What the kernel and finite networks make of the first d principal components, on one subset of the training rows.
type DimensionPlace = {
    /// d as it was asked for, and the columns that there were: fewer where the embeddings have no more.
    Asked: int
    Dimensions: int
    /// Share of the training rows' variance that d components keep.
    ExplainedVariance: float
    TrainRows: int
    /// Λ of the analytic kernel of the training rows over their sum, largest first, the first few.
    Spectrum: float[]
    /// Λ_k ∝ k^exponent, over a middle part of the spectrum, with the band of its scatter.
    Decay: PowerFit option
    /// exp of the entropy of the eigenvalues' shares.
    EffectiveRank: float
    Kernel: DimensionKernel
    /// Followed to their last epoch.
    Runs: NetworkRun[]
    /// The epochs that their kinds are judged at, and those that reached them, as they stood there.
    Choices: EpochChoice[]
    Stopped: NetworkRun[]
}

/// Regression with the tuned ridge.
and DimensionKernel = {
    RelativeRidge: float
    /// Σ Λ/(Λ+λ) at the chosen ridge.
    EffectiveDimension: float
    /// Exact leave-one-out on the fitted rows.
    LeaveOneOutError: float
    LeaveOneOutAccuracy: float option
    Validation: Scores
    ValidationOutputs: float[]
}

/// What a place is read off.
type DimensionInput = {
    Features: Features
    Split: Split
    Spectrum: Spectrum
    Kernel: KernelRegression
    Judged: JudgedRuns
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module DimensionPlace =

    /// Eigenvalues that are kept.
    let private kept = 512

    /// The part of the spectrum over which its decline is a power law, if it is one: past the leading directions, and before the last,
    /// which N rows alone decide.
    let private middle rows = 10, rows / 4

    /// One array of rows for all who look at few of them: the split's training rows, then its validation rows, and nothing else; kernels of
    /// them are the smaller for it.
    let compact (features: Features) (split: Split) : Features * Split =
        let order = Array.append split.Train split.Validation
        let pick (values: float[]) = order |> Array.map (fun row -> values[row])
        let train = [| 0 .. split.Train.Length - 1 |]

        {
            features with
                Labelled = Matrix.gatherRows order features.Labelled
                Test = Matrix.create 0 features.Labelled.Columns [||]
        },
        {
            split with
                Train = train
                Validation = [| train.Length .. order.Length - 1 |]
                Labels = pick split.Labels
                Targets = pick split.Targets
                FitRows = [| 0 .. order.Length - 1 |]
        }

    let rows (features: Artifact<Features>) (split: Artifact<Split>) : Artifact<Features * Split> =
        Artifact.map2 compact features split

    let features (rows: Artifact<Features * Split>) : Artifact<Features> = Artifact.map fst rows
    let split (rows: Artifact<Features * Split>) : Artifact<Split> = Artifact.map snd rows

    let private decay (shares: float[]) =
        let first, last = middle shares.Length

        [| first .. last - 1 |]
        |> Array.map (fun k -> float (k + 1), shares[k])
        |> Array.filter (fun (_, share) -> share > 0.0)
        |> PowerLaw.fit

    let private run asked (input: DimensionInput) : Result<DimensionPlace, PipelineError> =
        let values = Spectrum.values input.Spectrum
        let total = Array.sum values
        let shares = values |> Array.map (fun value -> value / total)
        let kernel = input.Kernel

        Ok {
            Asked = asked
            Dimensions = input.Features.Labelled.Columns
            ExplainedVariance = Array.sum input.Features.Facts.ExplainedVariance
            TrainRows = input.Split.Train.Length
            Spectrum = Array.truncate kept shares
            Decay = decay shares
            EffectiveRank = KernelMeasures.effectiveRank values
            Kernel = {
                RelativeRidge = kernel.Chosen.RelativeRidge
                EffectiveDimension = kernel.Chosen.EffectiveDimension
                LeaveOneOutError = kernel.Chosen.LooError
                LeaveOneOutAccuracy = kernel.Chosen.LooAccuracy
                Validation = kernel.Validation
                ValidationOutputs = kernel.ValidationOutputs
            }
            Runs = Group.sort input.Judged.Ended
            Choices = input.Judged.Choices
            Stopped = Group.sort input.Judged.Stopped
        }

    let inputs
        (rows: Artifact<Features * Split>)
        (spectrum: Artifact<Spectrum>)
        (kernel: Artifact<KernelRegression>)
        (judged: Artifact<JudgedRuns>)
        : Artifact<DimensionInput> =
        Artifact.map4
            (fun (features, split) spectrum kernel judged -> {
                Features = features
                Split = split
                Spectrum = spectrum
                Kernel = kernel
                Judged = judged
            })
            rows
            spectrum
            kernel
            judged

    /// Stage: all that was made of d components → what is compared.
    let stage (asked: int) : Stage<DimensionInput, DimensionPlace> = {
        Name = $"dimension/d=%d{asked}"
        // 2: with the epochs that fitted rows chose.
        Version = 2
        Settings = Fingerprint.describe asked
        Codec = Codec.json "dimension-place/2"
        Body = Pure(run asked)
    }
