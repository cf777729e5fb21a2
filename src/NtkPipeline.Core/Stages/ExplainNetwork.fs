namespace NtkPipeline.Core

/// Kernel regression with the tangent kernel of a network where it is judged: what the network would be, were it a kernel machine with
/// the kernel that it has learned by then.
type TangentFit = {
    /// Its place among the run's networks.
    Network: int
    /// The kernel's name, for people.
    Name: string
    /// α = (Θ̂ + λI)⁻¹ y, one a training row; empty where the numbers refused.
    Coefficients: float[]
    Refusal: string option
}

/// What a network is explained from.
type ExplainInput = {
    Split: Split
    Form: RowForm
    /// Rows of this form.
    Labelled: Matrix<float32>
    Kernel: KernelRegression
    Networks: JudgedNetwork list
}

/// Stage: trained networks → the one that `predict` explains, fitted by its own tangent kernel Θ̂ where it is judged on the training
/// rows, at the ridge that the regression chose, relative to the mean diagonal.
[<RequireQualifiedAccess>]
module ExplainNetwork =

    /// The main learning rate (`train.rate`), in units of N/Λ_max: the one that charts and verdicts speak of.
    type Settings = { MainRate: float }

    let private inputsOf
        (form: Features -> RowForm)
        (features: Artifact<Features>)
        (split: Artifact<Split>)
        (kernel: Artifact<KernelRegression>)
        (networks: Artifact<JudgedNetwork list>)
        : Artifact<ExplainInput> =
        let gather (features: Features) split kernel networks : ExplainInput = {
            Split = split
            Form = form features
            Labelled = features.Labelled
            Kernel = kernel
            Networks = networks
        }

        Artifact.map4 gather features split kernel networks

    let inputs features split kernel networks : Artifact<ExplainInput> =
        inputsOf (fun _ -> RowForm.Row) features split kernel networks

    /// The same of texts (`TokenFeatures`).
    let inputsOfTexts features split kernel networks : Artifact<ExplainInput> =
        inputsOf (fun features -> RowForm.Text features.Facts.Columns) features split kernel networks

    /// Of those that came to where they are judged: at the main rate, or else nearest to it, at ‖x‖ = √d if there are such, the widest, the first
    /// seed.
    let private chosen (settings: Settings) (networks: JudgedNetwork list) =
        networks
        |> List.indexed
        |> List.choose (fun (place, network) ->
            network.At |> Option.map (fun at -> place, network.Trained, at))
        |> List.sortBy (fun (_, { Run = run }, _) ->
            LearningRate.distance settings.MainRate run.Spec.Rate,
            run.Spec.InputScale <> InputScale.SqrtD,
            -run.Spec.Width,
            run.Spec.Member)
        |> List.tryHead

    let private fit input (place, trained: TrainedNetwork, at: JudgedWeights) =
        let axes = input.Networks |> Seq.map _.Run.Spec |> Axis.unlabelled

        let name =
            $"the tangent kernel of %s{NetworkName.ofRun axes trained.Run.Spec} after %s{VerdictWords.epochs at.Epoch}"

        let rows = Matrix.gatherRows input.Split.Train input.Labelled
        let gram = TrainedNetwork.tangentIn input.Form trained at.Weights rows None |> KernelMatrix.Single
        let ridge = input.Kernel.Chosen.RelativeRidge * Array.average (KernelMatrix.diagonal gram)

        let targets = SplitTweets.targets input.Split input.Split.Train

        let coefficients, refusal =
            match RidgeFit.solve name gram ridge (Matrix.create targets.Length 1 targets) with
            | Ok solution -> solution.Coefficients.Values, None
            | Error reason -> [||], Some reason.Sentence

        { Network = place; Name = name; Coefficients = coefficients; Refusal = refusal }

    let private run settings (input: ExplainInput) =
        chosen settings input.Networks |> Option.map (fit input) |> Option.toArray |> Ok

    /// One fit, or none where every network diverged. Numbers that refuse are part of the result: a run does not fail for them.
    let stage (settings: Settings) : Stage<ExplainInput, TangentFit[]> = {
        Name = "explain-network"
        // 3: with the weights of the epoch that fitted rows chose.
        Version = 3
        Settings = Fingerprint.describe settings
        Codec = Codec.json "tangent-fits/1"
        Body = Pure(run settings)
    }
