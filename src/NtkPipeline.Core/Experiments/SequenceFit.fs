namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Regression with one kernel of texts.
type SequenceFit = {
    /// Over the kernel's mean diagonal; of the grid, the best by leave-one-out error.
    RelativeRidge: float
    /// f at every fitted text, fitted on all others.
    LeftOut: float[]
    /// f at every validation text, fitted on all fitted ones.
    Validation: float[]
    /// Λ_max of the kernel of the fitted texts: what learning rates of its finite networks are in units of.
    Largest: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module SequenceFit =

    let private run (model: SequenceModel) (ridges: RidgeSettings) (gram: Matrix<float32>, split: Split) =
        result {
            let name = $"the kernel of the %s{SequenceModel.title model}"
            let n = split.Train.Length
            let train = KernelMatrix.Single(Matrix.gatherRows [| 0 .. n - 1 |] gram)
            let targets = Matrix.create n 1 (SplitTweets.targets split split.Train)
            let! spectrum = Spectrum.decompose name train

            let! fit =
                RidgeSpectral.fit
                    name
                    (RidgeSource.Selected { ridges with ChooseBy = RidgeChoice.LeaveOneOut })
                    None
                    train
                    spectrum
                    (ClassRule.ofTargets targets)
                    targets

            let cross = KernelMatrix.Single(Matrix.gatherRows [| n .. gram.Rows - 1 |] gram)
            let! validation = RidgeFit.predict name cross fit

            return {
                RelativeRidge = fit.Chosen.RelativeRidge
                LeftOut = fit.LeftOut.Values
                Validation = validation.Values
                Largest = Array.max (Spectrum.values spectrum)
            }
        }

    let stage (model: SequenceModel) (ridges: RidgeSettings) : Stage<Matrix<float32> * Split, SequenceFit> = {
        Name = $"fit-sequence/%s{SequenceModel.id model}"
        Version = 1
        Settings = Fingerprint.describe { ridges with ChooseBy = RidgeChoice.LeaveOneOut }
        Codec = Codec.json "sequence-fit/1"
        Body = Pure(run model ridges)
    }
