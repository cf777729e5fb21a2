namespace NtkPipeline.Core

/// Stage: features and labels of any task → one finite network with an output a class, or one, trained for real, and what it says of the
/// validation and the test rows after every epoch.
[<RequireQualifiedAccess>]
module TrainTask =

    type Input = {
        Form: RowForm
        /// Rows of this form: the training rows, and behind the validation rows the test rows.
        Kept: Matrix<float32>
        Held: Matrix<float32>
        /// Training rows × outputs.
        Targets: Matrix<float>
        /// The largest eigenvalue of the training rows' kernel.
        LambdaMax: float
    }

    let private inputsOf
        (form: Features -> RowForm)
        (labels: Artifact<Labels>)
        (split: Artifact<Split>)
        (features: Artifact<Features>)
        (spectrum: Artifact<Spectrum>)
        : Artifact<Input> =
        let gather (labels: Labels) (split: Split) (features: Features) (spectrum: Spectrum) =
            let values = split.Train |> Array.map (fun row -> split.Targets[row])

            {
                Form = form features
                Kept = Matrix.gatherRows split.Train features.Labelled
                Held = Matrix.stack (Matrix.gatherRows split.Validation features.Labelled) features.Test
                Targets = TaskTargets.encode (TaskTargets.ofFitted labels.Task values) values
                LambdaMax = spectrum.Computed[0]
            }

        Artifact.map4 gather labels split features spectrum

    /// `spectrum` is that of the kernel which networks of this architecture and input scale are held against (`NetworkGram`).
    let inputs labels split features spectrum : Artifact<Input> =
        inputsOf (fun _ -> RowForm.Row) labels split features spectrum

    /// The same of texts (`TokenFeatures`).
    let inputsOfTexts labels split features spectrum : Artifact<Input> =
        inputsOf (fun features -> RowForm.Text features.Facts.Columns) labels split features spectrum

    /// η itself. The loss is a mean over outputs too, so that plain steps take so many times the rate for each output to move as one alone
    /// would; other optimisers do not see the loss's scale.
    let rate (spec: RunSpec) (input: Input) : float =
        let columns, outputs = input.Kept.Columns, input.Targets.Columns
        let alpha = spec.Architecture.OutputScale

        let largest =
            input.LambdaMax * NetworkGram.factor spec.Architecture columns spec.InputScale * alpha * alpha

        let parameters =
            RowForm.maps input.Form columns (RunSpec.networkOf outputs spec) |> RowForm.parameters

        let rate = Optimiser.resolve largest input.Kept.Rows parameters spec.Rate spec.Optimiser

        match spec.Optimiser with
        | Optimiser.Descent
        | Optimiser.Momentum _ -> float outputs * rate
        | Optimiser.Adam _
        | Optimiser.SignDescent -> rate

    let private run (spec: RunSpec) (seed: Seed) (input: Input) =
        HeldOutTraining.runWhole input.Form spec (rate spec input) seed input.Kept input.Targets input.Held

    /// The name of the stage that trains a network of the run's grid.
    let name (point: GridPoint) : string = point.Name.Replace("train-network/", "train-task/")

    let stage (point: GridPoint) : Stage<Input, HeldOutNetwork> =
        RunSpec.check point.Spec

        {
            Name = name point
            // 3: alignments are measured.
            Version = 3
            Settings = Fingerprint.describe point.Spec
            Codec = HeldOutNetwork.codec
            Body = Seeded(run point.Spec)
        }
