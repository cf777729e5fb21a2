namespace NtkPipeline.Core

/// Stage: split → the same with fewer training rows, evenly spaced among them, for questions whose answer needs many small trainings
/// or the eigenvectors of many kernels. Validation rows are all kept, so that what is learnt from few rows is judged as the rest is.
[<RequireQualifiedAccess>]
module SubsetRows =

    /// At most `count` training rows, each in its own fold.
    let take (count: int) (split: Split) : Split =
        let places = Probe.rows count split.Train.Length
        let train = places |> Array.map (fun place -> split.Train[place])

        {
            split with
                Train = train
                Folds = places |> Array.map (fun place -> split.Folds[place])
                FitRows = Array.append train split.Validation |> Array.sort
        }

    let stage (count: int) : Stage<Split, Split> =
        if count < 1 then
            invalidArg (nameof count) $"%d{count} rows"

        {
            Name = $"subset-rows/%d{count}"
            Version = 1
            Settings = Fingerprint.describe count
            Codec = Codec.json "split/2"
            Body = Pure(take count >> Ok)
        }

    /// The eigendecomposition of the training rows' kernel.
    let spectrum (count: int) : Stage<Matrix<float32> * Split, Spectrum> =
        DecomposeKernel.named $"decompose-kernel/subset-%d{count}"
