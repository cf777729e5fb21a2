namespace NtkPipeline.Core

/// What decides how long work takes, as far as the data go.
type RunSizes = {
    /// Labelled rows that are fitted, and rows kept aside for validation.
    Fitted: int
    Kept: int
    /// Rows without labels.
    Test: int
    /// d, the columns that models are given.
    Features: int
} with

    member this.Labelled = this.Fitted + this.Kept

/// How much there is to do, in 10⁹ operations of a plain float32 product: work of other kinds counts for as many of these as take as
/// long. The factors were measured on two cores; a machine of another kind is off by what its memory and its float64 are off, which
/// is why an estimate claims no more than a factor of two.
[<RequireQualifiedAccess>]
module Workload =

    let private giga (operations: float) = operations / 1e9

    /// The product of an a × b and a b × c matrix in float32.
    let product (a: int) (b: int) (c: int) : float = 2.0 * float a * float b * float c |> giga

    /// The eigendecomposition of an n × n matrix in float64.
    let eigen (n: int) : float = 25.0 * float n ** 3.0 |> giga

    /// A Cholesky solve of an n × n matrix in float64.
    let solve (n: int) : float = 1.5 * float n ** 3.0 |> giga

    /// Passes over an a × b matrix that arithmetic does not bound.
    let passes (count: float) (a: int) (b: int) : float = 40.0 * count * float a * float b |> giga

    /// Parameters of the hidden layers, d inputs included: what a row's forward pass multiplies by.
    let private weights (spec: RunSpec) (features: int) =
        ParameterStep.length features (RunSpec.network spec) |> float

    /// One network, trained and followed (`FollowTraining`): its steps (three products a row and weight, and what a step costs
    /// whatever its size), the two companions' passes over the kernel's rows, what is measured at each tracked epoch, and the kernels
    /// of all rows at both ends.
    let network (sizes: RunSizes) (spec: RunSpec) : float =
        let n, rows, width = sizes.Fitted, sizes.Labelled, spec.Width
        let batch = if spec.BatchSize = 0 then n else min n spec.BatchSize
        let steps = float spec.Epochs * ceil (float n / float batch)
        let parameters = weights spec sizes.Features
        let tracked, spectra = TrackedEpochs.upTo spec.Epochs spec.Tracked
        let probe = min n spec.ProbeRows
        let layers = max 1.0 (parameters / float width / float (sizes.Features + 1))

        let descent = steps * (6.0 * float batch * parameters * 1.2 + 4e7) |> giga

        let companions =
            if (Optimiser.momentum spec.Optimiser).IsNone then
                0.0
            else
                2.0 * float spec.Epochs * passes 0.5 n rows

        let look =
            (2.0 * float rows * parameters |> giga)
            + layers * product probe (width + sizes.Features) probe
            + passes 20.0 probe probe

        let ends =
            layers * (product rows (width + sizes.Features) rows + product n (width + sizes.Features) n)
            + passes 6.0 rows rows

        descent + companions + float tracked.Length * look + float spectra.Length * eigen probe + ends

    /// One that is trained without a fold of the fitted rows and looked at on these alone (`HeldOutTraining`).
    let heldOut (sizes: RunSizes) (folds: int) (spec: RunSpec) : float =
        let left = sizes.Fitted - sizes.Fitted / max 2 folds
        let batch = if spec.BatchSize = 0 then left else min left spec.BatchSize
        let steps = spec.Epochs * ((left + batch - 1) / batch)

        float steps * (3.6 * product batch sizes.Features spec.Width + 0.04)
        + float spec.Epochs * product (sizes.Fitted - left) sizes.Features spec.Width

    let networks (sizes: RunSizes) (points: GridPoint seq) : float =
        points |> Seq.sumBy (fun point -> network sizes point.Spec)

    /// All networks of a grid that can be.
    let grid (sizes: RunSizes) (grid: Grid) : float =
        match Grid.points grid with
        | Ok points -> networks sizes points
        | Error _ -> 0.0
