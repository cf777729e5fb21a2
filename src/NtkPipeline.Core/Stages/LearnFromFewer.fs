namespace NtkPipeline.Core

/// Stage: kernel, spectrum, split and labels → the learning curve of kernel regression.
[<RequireQualifiedAccess>]
module LearnFromFewer =

    /// Of two classes, whose targets are ±1. `task` is one of two classes.
    let ofClasses
        (task: LearningTask)
        (coding: TargetCoding)
        (settings: RidgeSettings)
        (split: Artifact<Split>)
        (spectrum: Artifact<Spectrum>)
        (gram: Artifact<Matrix<float32>>)
        : Artifact<LearningRows> =
        let kind (y: float) = if y > 0.0 then 1.0 else 0.0

        let gather (split: Split) spectrum gram : LearningRows = {
            Task = task
            Coding = coding
            Settings = settings
            Gram = gram
            Spectrum = spectrum
            Train = split.Train
            Validation = split.Validation
            Values = Array.map kind split.Targets
            Labels = Array.map kind split.Labels
        }

        Artifact.map3 gather split spectrum gram

    /// Of any task.
    let ofTask
        (settings: RidgeSettings)
        (labels: Artifact<Labels>)
        (split: Artifact<Split>)
        (spectrum: Artifact<Spectrum>)
        (gram: Artifact<Matrix<float32>>)
        : Artifact<LearningRows> =
        let gather (labels: Labels) (split: Split) spectrum gram : LearningRows = {
            Task = labels.Task
            Coding = TargetCoding.PlusMinus
            Settings = settings
            Gram = gram
            Spectrum = spectrum
            Train = split.Train
            Validation = split.Validation
            Values = split.Targets
            Labels = split.Labels
        }

        Artifact.map4 gather labels split spectrum gram

    /// Numbers that refuse are part of the result: a run does not fail for them. The settings are those that the input holds.
    let stage (settings: RidgeSettings) (coding: TargetCoding) : Stage<LearningRows, LearningCurve> = {
        Name = "learning-curve"
        Version = 1
        Settings = Fingerprint.describe (settings, coding)
        Codec = Codec.json "learning-curve/1"
        Body = Seeded(fun seed input -> Ok(LearningCurve.run seed input))
    }
