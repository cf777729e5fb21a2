namespace NtkPipeline.Core

open TorchSharp

/// On the validation rows, whose labels are as they came.
type TestError = {
    /// mean (f − y)².
    Square: float
    /// Share of rows on the wrong side of 0.
    Wrong: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TestError =

    let meanSquare (labels: float[]) (outputs: float[]) : float =
        Array.map2 (fun y f -> (f - y) * (f - y)) labels outputs |> Array.average

    let ofOutputs (labels: float[]) (outputs: float[]) : TestError = {
        Square = meanSquare labels outputs
        Wrong = 1.0 - Metrics.accuracy labels outputs
    }

/// Regression on the features of one width.
type DescentPlace = {
    Width: int
    Features: int
    /// Singular values of the fitted rows' features that are not rounding.
    Rank: int
    /// The smallest of them over the largest.
    SmallestSingular: float
    Ridgeless: TestError
    /// mean (f − y)² on the fitted rows, and ‖w‖.
    RidgelessFit: float
    RidgelessNorm: float
    Tuned: TestError
    TunedRelativeRidge: float
}

/// One draw of rows and weights at one share of flipped labels, through all widths.
type DescentCurve = {
    Kind: FeatureKind
    Noise: float
    Member: int
    Rows: int
    Distinct: int
    Flipped: int
    Columns: int
    Places: DescentPlace[]
}

/// What is fitted and what is judged.
type DescentInput = { Features: Features; Split: Split; Fitted: NoisyRows }

/// Stage: features, split and drawn rows → test errors through the widths about the threshold, for one kind of features.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module DescentCurve =

    type Settings = {
        /// How far below and above the threshold widths go, in octaves, and widths an octave.
        Octaves: float
        PerOctave: int
        Ridge: RidgeSettings
    }

    let network (width: int) : Network =
        match Width.create width with
        | Ok width -> Network.oneHidden Relu.activation width
        | Error reason -> invalidArg (nameof width) reason

    /// Widths about the threshold of so many rows, were they all distinct, ascending, each once: so that all seeds have the same.
    let widths (octaves: float) (perOctave: int) (kind: FeatureKind) (columns: int) (rows: int) : int[] =
        let steps = int (floor (octaves * float perOctave + 1e-9))
        let middle = FeatureKind.thresholdWidth kind columns (float rows)

        [| -steps .. steps |]
        |> Array.map (fun k -> middle * 2.0 ** (float k / float perOctave) |> round |> int |> max 1)
        |> Array.distinct

    /// Some rows at norm √d, in float64.
    let rows (features: Features) (numbers: int[]) : torch.Tensor =
        let x = Matrix.gatherRows numbers features.Labelled
        (Tensors.ofMatrix32 x).``to``(torch.float64).mul(sqrt(float x.Columns).ToScalar())

    let private place
        (settings: Settings)
        kind
        (fitted: NoisyRows)
        (x: torch.Tensor)
        (others: torch.Tensor)
        labels
        width
        =
        use _ = torch.NewDisposeScope()
        let network, columns = network width, int x.shape[1]
        let theta = NoisyRows.firstWeights network columns width fitted

        let features =
            match kind with
            | FeatureKind.Random -> GradientFeatures.last network theta
            | FeatureKind.Gradients -> GradientFeatures.tangent network theta

        FeatureSpectrum.decompose
            $"double-descent: the %s{FeatureKind.words kind} of width %d{width}"
            (features x)
        |> Result.map (fun spectrum ->
            let others = features others

            fitted.Targets
            |> Array.map (fun y ->
                let least = FeatureRidge.leastNorm spectrum y others
                let tuned = FeatureRidge.tuned settings.Ridge spectrum y others

                {
                    Width = width
                    Features = FeatureKind.count kind columns width
                    Rank = spectrum.Rank
                    SmallestSingular = Array.last spectrum.Singular / spectrum.Singular[0]
                    Ridgeless = TestError.ofOutputs labels least.Outputs
                    RidgelessFit = TestError.meanSquare y least.Fitted
                    RidgelessNorm = least.Norm
                    Tuned = TestError.ofOutputs labels tuned.Outputs
                    TunedRelativeRidge = tuned.RelativeRidge
                }))

    let private run settings kind number (input: DescentInput) : Result<DescentCurve[], PipelineError> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let fitted, columns = input.Fitted, input.Features.Labelled.Columns
        let x, others = rows input.Features fitted.Rows, rows input.Features input.Split.Validation
        let labels = SplitTweets.validationLabels input.Split

        widths settings.Octaves settings.PerOctave kind columns fitted.Rows.Length
        |> List.ofArray
        |> FsToolkit.ErrorHandling.List.traverseResultM (place settings kind fitted x others labels)
        |> Result.map (fun places -> [|
            for k in 0 .. fitted.Noises.Length - 1 ->
                {
                    Kind = kind
                    Noise = fitted.Noises[k]
                    Member = number
                    Rows = fitted.Rows.Length
                    Distinct = fitted.Distinct
                    Flipped = fitted.Flipped[k]
                    Columns = columns
                    Places = places |> List.map (fun place -> place[k]) |> Array.ofList
                }
        |])

    /// One curve for each share of flipped labels. All shares have one decomposition.
    let stage (settings: Settings) (kind: FeatureKind) (number: int) : Stage<DescentInput, DescentCurve[]> = {
        Name = $"double-descent/%s{FeatureKind.print kind}/seed=%d{number}"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "descent-curves/1"
        Body = Pure(run settings kind number)
    }

    let inputs
        (features: Artifact<Features>)
        (split: Artifact<Split>)
        (fitted: Artifact<NoisyRows>)
        : Artifact<DescentInput> =
        Artifact.map3
            (fun features split fitted -> { Features = features; Split = split; Fitted = fitted })
            features
            split
            fitted
