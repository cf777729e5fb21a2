namespace NtkPipeline.Core

/// Stage: kernel, spectrum, split and labels of any task → kernel ridge regression, one output a class or one number, and its predictions.
[<RequireQualifiedAccess>]
module FitTask =

    type Input = {
        Task: LearningTask
        Split: Split
        Spectrum: Spectrum
        /// Labelled × labelled, and test × labelled rows.
        Gram: Matrix<float32>
        TestGram: Matrix<float32>
    }

    let inputs
        (labels: Artifact<Labels>)
        (split: Artifact<Split>)
        (spectrum: Artifact<Spectrum>)
        (gram: Artifact<Matrix<float32>>)
        (testGram: Artifact<Matrix<float32>>)
        : Artifact<Input> =
        let gather (labels: Labels) split spectrum gram testGram = {
            Task = labels.Task
            Split = split
            Spectrum = spectrum
            Gram = gram
            TestGram = testGram
        }

        Artifact.map4 gather labels split spectrum gram |> Artifact.apply testGram

    let private pick (values: float[]) rows = rows |> Array.map (fun row -> values[row])

    let private run settings (input: Input) =
        let split = input.Split

        let fitted =
            TaskRegression.fit settings {
                Task = input.Task
                Train = KernelMatrix.Single(Matrix.gather split.Train split.Train input.Gram)
                Spectrum = input.Spectrum
                Values = pick split.Targets split.Train
                Folds = split.Folds
                Validation = KernelMatrix.Single(Matrix.gather split.Validation split.Train input.Gram)
                ValidationValues = pick split.Labels split.Validation
            }

        if input.TestGram.Rows = 0 then
            fitted
        else
            let rows = split.FitRows

            fitted
            |> Result.bind (
                TaskRegression.withTest
                    input.Task
                    (KernelMatrix.Single(Matrix.gather rows rows input.Gram))
                    (pick split.Targets rows)
                    (KernelMatrix.Single(Matrix.gather [| 0 .. input.TestGram.Rows - 1 |] rows input.TestGram))
            )

    let stage (settings: RidgeSettings) : Stage<Input, TaskRegression> = {
        Name = "fit-task"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = TaskRegression.codec
        Body = Pure(run settings)
    }
