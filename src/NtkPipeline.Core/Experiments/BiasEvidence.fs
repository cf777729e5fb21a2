namespace NtkPipeline.Core

open System

/// Networks of one width by one optimiser, at the end of training on the squared error. Distances are rms(f − f*)/rms(f*) on the
/// validation rows, f* being the kernel's solution of least norm.
type BiasEnd = {
    Kind: OptimiserKind
    Width: int
    /// Networks that had fitted their rows at the end, of so many.
    Sound: int
    Networks: int
    /// Of each sound network.
    Distances: float[]
    /// The same from the solution of least norm of its own first kernel, of those for which it has one.
    OwnDistances: float[]
    /// ‖Pf − f*‖/‖f*‖ in the kernel's own norm, Pf being the function of least norm that agrees with f on the rows fitted. f* fits them, so
    /// this is what is left to fit, each direction weighed by the norm that it takes. None where the kernel is singular.
    NormDistances: float[]
    /// Means over the sound networks: ‖θ − θ₀‖ over the least with which the linearised network fits all rows; the loss on these;
    /// validation accuracy.
    Travel: float option
    TrainLoss: float option
    Accuracy: float option
}

/// How one optimiser's distance falls with the width.
type BiasFall = {
    Kind: OptimiserKind
    Runs: int
    Fit: PowerFit option
    /// Distances at the widest, from the infinite-width kernel's solution and from those of the networks' own first kernels.
    Widest: float[]
    OwnWidest: float[]
    /// What the latter exceed those of the nearest linear optimiser by.
    Excess: Difference option
}

/// One time of training beside the ridge regression that is nearest to it.
type BiasStop = {
    Step: int
    /// In steps of plain descent.
    Time: float
    /// λ over the mean diagonal: of the nearest regression, and N/(ηt).
    Ridge: float
    Theory: float
    /// rms(f_t − f_λ)/rms(f_t).
    Gap: float
}

type BiasStopping = {
    Kind: OptimiserKind
    Stops: BiasStop[]
    /// The first times, at which N/(ηt) is no less than the kernel's smallest eigenvalue: later, training and regression both have
    /// learnt all that there is.
    Undecided: int
    /// Of log λ, nearest against N/(ηt), over these times; its band is over rows. None of fewer than three.
    Correlation: Difference option
    /// Nearest λ ∝ t^exponent, over these times and seeds.
    Fit: PowerFit option
}

/// First steps: relative errors of what is predicted of them, means over seeds.
type BiasPrediction = {
    Kind: OptimiserKind
    IsSingle: bool
    Steps: int[]
    Own: float[]
    Tangent: float[]
    /// By how much Θ̂₀'s error exceeds the own kernel's after the last of these steps.
    Gain: Difference option
}

/// Training on the cross-entropy at one step: angles in degrees between f and the kernel's solutions on the validation rows.
type BiasAngle = {
    Step: int
    ToMargin: float option
    ToLeastNorm: float
    /// To the kernel trained by the same steps.
    ToKernel: float option
    /// min y f/‖θ − θ₀‖ over the kernel's greatest margin.
    MarginShare: float option
}

type BiasTurn = {
    Kind: OptimiserKind
    Sound: int
    Angles: BiasAngle[]
    /// From which to which step, and by how many degrees the function turned towards the greatest margin between them.
    From: int
    To: int
    Turned: Difference option
}

type BiasEvidence = {
    Rows: int
    ValidationRows: int
    Widest: int
    Near: float
    Ends: BiasEnd[]
    Falls: BiasFall[]
    Stoppings: BiasStopping[]
    Predictions: BiasPrediction[]
    Turns: BiasTurn[]
    /// Rows at the greatest margin; none, and why, where it was not found.
    Support: int option
    NoMargin: string option
    Budget: string
}

/// Numbers between outputs on the same rows.
[<RequireQualifiedAccess>]
module BiasMeasures =

    /// rms(f − g)/rms(g) over some rows.
    let distance (rows: int[]) (f: float[]) (g: float[]) : float =
        let mutable off, all = 0.0, 0.0

        for i in rows do
            off <- off + (f[i] - g[i]) ** 2.0
            all <- all + g[i] * g[i]

        if all = 0.0 then 0.0 else sqrt (off / all)

    /// ‖f − g‖/‖g‖ in the norm of a kernel's functions, of those of least norm with these values on its rows: √(vᵀ Θ⁻¹ v) for values v.
    /// None where an eigenvalue cannot be told from 0.
    let normDistance (spectrum: Spectrum) (f: float[]) (g: float[]) : float option =
        let squared (values: float[]) =
            spectrum.Computed
            |> Seq.mapi (fun k eigenvalue ->
                let mutable product = 0.0

                for i in 0 .. values.Length - 1 do
                    product <- product + spectrum.Vectors[i, k] * values[i]

                product * product / eigenvalue)
            |> Seq.sum

        if Array.last spectrum.Computed <= Spectrum.rounding spectrum then
            None
        else
            let all = squared g
            if all = 0.0 then None else Some(sqrt (squared (Array.map2 (-) f g) / all))

    /// The angle between two functions over some rows, in degrees; a right one where one of them is 0.
    let angle (rows: int[]) (f: float[]) (g: float[]) : float =
        let mutable product, ff, gg = 0.0, 0.0, 0.0

        for i in rows do
            product <- product + f[i] * g[i]
            ff <- ff + f[i] * f[i]
            gg <- gg + g[i] * g[i]

        if ff = 0.0 || gg = 0.0 then
            90.0
        else
            let cosine = product / sqrt (ff * gg)
            Math.Acos(max -1.0 (min 1.0 cosine)) * 180.0 / Math.PI

    /// The mean of some values, none of none.
    let mean (values: float[]) : float option = if values.Length = 0 then None else Some(Array.average values)
