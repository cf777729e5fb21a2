namespace NtkPipeline.Core

/// What kernel regression is made of.
type RidgeInput = {
    Split: Split
    Spectrum: Spectrum
    /// Labelled × labelled, and test × labelled rows.
    Gram: Matrix<float32>
    TestGram: Matrix<float32>
}

/// Stage: kernel, spectrum and split → kernel ridge regression with its whole path, and its predictions.
[<RequireQualifiedAccess>]
module FitRidge =

    let inputs
        (split: Artifact<Split>)
        (spectrum: Artifact<Spectrum>)
        (gram: Artifact<Matrix<float32>>)
        (testGram: Artifact<Matrix<float32>>)
        : Artifact<RidgeInput> =
        let gather split spectrum gram testGram : RidgeInput = {
            Split = split
            Spectrum = spectrum
            Gram = gram
            TestGram = testGram
        }

        Artifact.map4 gather split spectrum gram testGram

    /// The same where no test rows are asked about.
    let withoutTest
        (split: Artifact<Split>)
        (spectrum: Artifact<Spectrum>)
        (gram: Artifact<Matrix<float32>>)
        : Artifact<RidgeInput> =
        let gather split spectrum (gram: Matrix<float32>) : RidgeInput = {
            Split = split
            Spectrum = spectrum
            Gram = gram
            TestGram = Matrix.create 0 gram.Columns [||]
        }

        Artifact.map3 gather split spectrum gram

    let private run (settings, coding) (input: RidgeInput) =
        let split = input.Split

        let problem: RidgeProblem = {
            Train = KernelMatrix.Single(Matrix.gather split.Train split.Train input.Gram)
            Spectrum = input.Spectrum
            Targets = SplitTweets.targets split split.Train
            Coding = coding
            Folds = split.Folds
            Validation = KernelMatrix.Single(Matrix.gather split.Validation split.Train input.Gram)
            ValidationTargets = SplitTweets.validationLabels split
        }

        let fitted = RidgeClassifier.fit settings problem

        if input.TestGram.Rows = 0 then
            fitted
        else
            let rows = split.FitRows
            // Ascending: as many as there are are all, and their kernel is there already.
            let isAll = rows.Length = input.Gram.Rows
            let among (m: Matrix<float32>) ofRows = if isAll then m else Matrix.gather ofRows rows m

            fitted
            |> Result.bind (
                RidgeClassifier.withTest
                    (KernelMatrix.Single(among input.Gram rows))
                    coding
                    (SplitTweets.targets split rows)
                    (rows |> Array.map (fun i -> split.Labels[i]))
                    (KernelMatrix.Single(among input.TestGram (Array.init input.TestGram.Rows id)))
            )

    /// Of a kernel or of rows that stand beside the run's own: the name tells which.
    let named
        (name: string)
        (settings: RidgeSettings)
        (coding: TargetCoding)
        : Stage<RidgeInput, KernelRegression> = {
        Name = name
        Version = 4
        Settings = Fingerprint.describe (settings, coding)
        Codec = Codec.json "kernel-regression/5"
        Body = Pure(run (settings, coding))
    }

    let stage (settings: RidgeSettings) (coding: TargetCoding) : Stage<RidgeInput, KernelRegression> =
        named "fit-ridge" settings coding
