namespace NtkPipeline.Core

open TorchSharp

/// A network of width m, trained on the drawn rows.
type DescentNetwork = {
    Width: int
    Parameters: int
    Steps: int
    /// mean (f − y)² on the fitted rows at the end; none where it diverged, as is the next.
    Fit: float option
    Test: TestError option
}

/// Networks of one draw of rows and weights at one share of flipped labels.
type DescentNetworks = { Noise: float; Member: int; Networks: DescentNetwork[] }

/// Stage: drawn rows → networks of all the widths that gradient features are taken of, trained on full batches to a small loss. Each
/// begins at the weights whose gradients its features are, and is centred.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module DescentNetworks =

    type Settings = {
        Octaves: float
        PerOctave: int
        Optimiser: Optimiser
        /// In units of N/Λ_max of the network's own Θ̂₀, or the optimiser's own.
        Rate: float
        Goal: float
        Steps: int
    }

    let private rate (settings: Settings) network theta (x: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let kernel = EmpiricalNtk.gram network theta x None
        let largest = KernelMeasures.eigenvalues kernel |> Array.head
        let parameters = ParameterStep.length (int x.shape[1]) network
        Optimiser.resolve largest (int x.shape[0]) parameters settings.Rate settings.Optimiser

    let private train
        (settings: Settings)
        fitted
        (x: torch.Tensor)
        targets
        (others: torch.Tensor)
        labels
        width
        =
        use _ = torch.NewDisposeScope()
        let network, columns = DescentCurve.network width, int x.shape[1]
        let theta = NoisyRows.firstWeights network columns width fitted

        let trained =
            TrainWhole.run
                {
                    Optimiser = settings.Optimiser
                    Rate = rate settings network theta x
                    Goal = settings.Goal
                    Steps = settings.Steps
                }
                (Trainable.ofNetwork network theta 1.0)
                x
                targets
                others

        {
            Width = width
            Parameters = FeatureKind.count FeatureKind.Gradients columns width
            Steps = trained |> Option.map _.Steps |> Option.defaultValue settings.Steps
            Fit = trained |> Option.map _.Loss
            Test = trained |> Option.map (fun trained -> TestError.ofOutputs labels trained.Outputs)
        }

    let private run settings noise number (input: DescentInput) : Result<DescentNetworks, PipelineError> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let fitted, columns = input.Fitted, input.Features.Labelled.Columns
        let x = DescentCurve.rows input.Features fitted.Rows
        let others = DescentCurve.rows input.Features input.Split.Validation
        let labels = SplitTweets.validationLabels input.Split
        let targets = fitted.Targets[fitted.Noises |> Array.findIndex ((=) noise)]

        Ok {
            Noise = noise
            Member = number
            Networks =
                DescentCurve.widths
                    settings.Octaves
                    settings.PerOctave
                    FeatureKind.Gradients
                    columns
                    fitted.Rows.Length
                |> Array.map (train settings fitted x targets others labels)
        }

    let stage (settings: Settings) (noise: float) (number: int) : Stage<DescentInput, DescentNetworks> = {
        Name = $"double-descent/networks/noise=%g{noise}/seed=%d{number}"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = Codec.json "descent-networks/1"
        Body = Pure(run settings noise number)
    }
