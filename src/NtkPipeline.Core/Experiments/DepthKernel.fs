namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What one network's infinite-width kernels are on the few rows, at ‖x‖ = √d.
type DepthKernel = {
    Point: string
    Rows: int
    /// λ_max/λ_min of Θ; none where λ_min cannot be told from 0 in float64.
    Condition: float option
    /// exp of the entropy of Θ's eigenvalues over their sum.
    EffectiveRank: float
    /// Mean and standard deviation, over pairs of rows, of the correlation K(x, z)/√(K(x, x) K(z, z)) of what the last dense layer is given
    /// by the layers below.
    Correlation: float
    Spread: float
    /// Of kernel regression with Θ: the ridge with the least leave-one-out error, over the mean diagonal, and leave-one-out's scores.
    RelativeRidge: float
    Error: float
    Accuracy: float
    /// f at each training row, fitted on all the others.
    LeftOut: float[]
}

/// Stage: few rows → the kernel of one network, its conditioning, and exact leave-one-out of the regression with it.
[<RequireQualifiedAccess>]
module DepthKernel =

    /// So wide a grid that no kernel of any depth wants a ridge outside it; what it wants below is no ridge.
    let private ridges: RidgeSettings = {
        Smallest = 1e-10
        Largest = 1e3
        PointsPerDecade = 2
        ChooseBy = RidgeChoice.LeaveOneOut
    }

    /// Rows whose correlations are compared pair by pair.
    let private compared = 200

    let private width (units: int) =
        match Width.create units with
        | Ok width -> width
        | Error reason -> invalidArg (nameof units) reason

    let network (units: int) (text: string) : Network =
        match Architecture.parse text with
        | Ok architecture -> Architecture.limit (width units) architecture
        | Error reason -> invalidArg (nameof text) reason

    let private spread (kernel: Matrix<float>) =
        let correlations = [|
            for i in 0 .. kernel.Rows - 1 do
                for j in 0 .. i - 1 do
                    kernel[i, j] / sqrt (kernel[i, i] * kernel[j, j])
        |]

        let mean = Array.average correlations
        mean, sqrt (correlations |> Array.averageBy (fun c -> (c - mean) ** 2.0))

    /// The ridge grid from the least ridge on that float64 can be trusted with: a kernel whose entries all but agree has none below.
    let rec private fit name kernel spectrum targets (settings: RidgeSettings) =
        match
            RidgeSpectral.fit
                name
                (RidgeSource.Selected settings)
                None
                kernel
                spectrum
                (ClassRule.Cut 0.0)
                targets
        with
        | Error _ when settings.Smallest < 1e-3 ->
            fit name kernel spectrum targets { settings with Smallest = 10.0 * settings.Smallest }
        | other -> other

    let measure
        (units: int)
        (text: string)
        (rows: Matrix<float>)
        (y: float[])
        : Result<DepthKernel, PipelineError> =
        let network = network units text

        result {
            let! theta = Gram.ntk64 network rows None
            let! nngp = Gram.nngp64 network (Matrix.gatherRows (Probe.rows compared rows.Rows) rows) None
            let kernel = KernelMatrix.Double theta
            let! spectrum = Spectrum.decompose text kernel
            let! fit = fit text kernel spectrum (Matrix.create y.Length 1 y) ridges
            let least = spectrum.Computed[spectrum.Rows - 1]
            let mean, deviation = spread nngp

            return {
                Point = text
                Rows = rows.Rows
                Condition =
                    if least > Spectrum.rounding spectrum then
                        Some(spectrum.Computed[0] / least)
                    else
                        None
                EffectiveRank = KernelMeasures.effectiveRank spectrum.Computed
                Correlation = mean
                Spread = deviation
                RelativeRidge = fit.Chosen.RelativeRidge
                Error = fit.Chosen.LooError
                Accuracy = Metrics.accuracy y fit.LeftOut.Values
                LeftOut = fit.LeftOut.Values
            }
        }

    let private run units text (features: Features, split: Split) =
        let root = sqrt (float features.Labelled.Columns)

        let rows = features.Labelled |> Matrix.gatherRows split.Train |> Matrix.map (fun x -> root * float x)

        measure units text rows (SplitTweets.targets split split.Train)

    /// `units` is the width that a network in standard parameterisation is taken at.
    let stage (units: int) (point: DepthPoint) : Stage<Features * Split, DepthKernel> = {
        Name = $"depth-kernel/%s{DepthGrid.name point}"
        Version = 1
        Settings = Fingerprint.describe (units, point.Text)
        Codec = Codec.json "depth-kernel/1"
        Body = Pure(run units point.Text)
    }
