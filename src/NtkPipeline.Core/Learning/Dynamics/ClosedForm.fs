namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// A network of the linear regime after some training. One column for each output.
type Trained = {
    /// f on the training rows.
    Fitted: Matrix<float>
    /// c, N × outputs: f(x) = f₀(x) + Θ(x, X) c, and the weights of a linearised network have moved by J(X)ᵀ c.
    Coefficients: Matrix<float>
}

/// Training in closed form, of an infinitely wide network or a linearised one, on the loss ½·mean((f − y)²): how far each
/// eigendirection of the tangent kernel Θ = Q Λ Qᵀ has learnt, for any number of times from one eigendecomposition.
/// With r₀ = f₀(X) − y: f(X) = y + Q diag(decay) Qᵀ r₀ and c = −Q diag(weight) Qᵀ r₀, where decay = 1 − Λ·weight.
/// Gradient flow: decay = e^{−Λt/N}; descent: (1 − ηΛ/N)^k. Sources: Jacot et al. 2018; Lee et al. 2019.
[<RequireQualifiedAccess>]
module ClosedForm =

    /// `weight` of an eigenvalue; `size` is N × outputs.
    let private weight (size: float) (training: Training) (value: float) =
        match training with
        | Training.Flow time when Double.IsInfinity(float time) -> if value = 0.0 then 0.0 else 1.0 / value
        | Training.Flow time ->
            let t = float time / size
            t * SpectralFilter.flowed (value * t)
        | Training.Descent(rate, momentum, steps) ->
            let eta = rate / size

            if momentum = 0.0 then
                eta * SpectralFilter.descended (eta * value) (float steps)
            else
                eta * SpectralFilter.heavyBall (eta * value) momentum steps

    let private decay size training value =
        match training with
        | Training.Flow time when value > 0.0 -> Math.Exp(-value * float time / size)
        | Training.Flow _ -> 1.0
        | Training.Descent _ -> 1.0 - value * weight size training value

    /// Training so long that an eigenvalue of a millionth of Λ_max has been learnt takes those within rounding of 0 for 0: they
    /// are noise, and what is learnt along them tends to nothing as they tend to 0.
    let private longTime = 1e6

    /// By how much training amplifies errors of Θ and of the targets at most: Λ_max times the greatest weight, 1 at least.
    let amplification (largest: float) (modes: (float * float)[]) : float =
        modes |> Array.fold (fun most (_, weight) -> max most (largest * abs weight)) 1.0

    /// Refuses what would be noise: digits lost past the limit, or directions learnt in which the kernel's own rounding, of which
    /// negative eigenvalues tell the size, is no smaller than a thousandth of what is learnt.
    let private checkDigits (spectrum: Spectrum) (modes: (float * float)[]) =
        let largest = max 0.0 spectrum.Computed[0]
        let most = amplification largest modes
        let noise = -(Spectrum.mostNegative spectrum)

        if log10 most > SolveTrust.mostDigitsLost then
            Error(
                NumbersRefused
                    $"so long a training would lose %.0f{log10 most} of 16 digits to the kernel's smallest eigenvalues; stop earlier, or add a ridge"
            )
        elif noise > Spectrum.rounding spectrum && noise * most > SolveTrust.mostResidual * largest then
            Error(
                NumbersRefused
                    $"so long a training would learn the kernel's own rounding, which made an eigenvalue %.1e{-noise}; stop earlier, or add a ridge"
            )
        else
            Ok modes

    /// (decay, weight) of every eigendirection. A zero eigenvalue learns nothing on the training rows.
    let modes
        (spectrum: Spectrum)
        (outputs: int)
        (training: Training)
        : Result<(float * float)[], PipelineError> =
        let values = Spectrum.values spectrum
        let size = values.Length * outputs
        let rounding = Spectrum.rounding spectrum

        Training.check values[0] size training
        |> Result.bind (fun () ->
            let isLong =
                match training with
                | Training.Flow time -> float time / float size * values[0] > longTime
                | Training.Descent _ -> weight (float size) training 0.0 * values[0] > longTime

            values
            |> Array.map (fun value ->
                if isLong && value <= rounding then
                    1.0, 0.0
                else
                    decay (float size) training value, weight (float size) training value)
            |> checkDigits spectrum)

    let private checkShape (spectrum: Spectrum) (f0: Matrix<float>) (targets: Matrix<float>) =
        if
            f0.Rows <> spectrum.Rows
            || targets.Rows <> spectrum.Rows
            || f0.Columns <> targets.Columns
            || targets.Columns = 0
        then
            invalidArg
                (nameof f0)
                $"f₀ is %d{f0.Rows} × %d{f0.Columns}, targets are %d{targets.Rows} × %d{targets.Columns}, and the kernel has %d{spectrum.Rows} rows"

    /// Q diag(factor) p
    let private along (q: torch.Tensor) (factors: float[]) (p: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let scaled = (Tensors.ofArray64 factors).unsqueeze 1L * p
        (q.mm scaled).MoveToOuterDisposeScope()

    /// The network after each of several trainings, from outputs `f0` before it. N × outputs each.
    let train
        (spectrum: Spectrum)
        (f0: Matrix<float>)
        (targets: Matrix<float>)
        (trainings: Training list)
        : Result<Trained list, PipelineError> =
        checkShape spectrum f0 targets

        result {
            let! modes = trainings |> List.traverseResultM (modes spectrum targets.Columns)
            use _ = torch.NewDisposeScope()
            let q = Spectrum.vectors spectrum
            let y = Tensors.ofMatrix64(targets).clone()
            let projected = q.t().mm(Tensors.ofMatrix64(f0).clone() - y)

            return
                modes
                |> List.map (fun modes ->
                    use _ = torch.NewDisposeScope()

                    {
                        Fitted = y + along q (Array.map fst modes) projected |> Tensors.toMatrix64
                        Coefficients = (along q (Array.map snd modes) projected).neg() |> Tensors.toMatrix64
                    })
        }

    /// f on other rows: `cross` is Θ(other, training), `f0` their outputs before training.
    let predict (cross: KernelMatrix) (f0: Matrix<float>) (trained: Trained) : Matrix<float> =
        if KernelMatrix.columns cross <> trained.Coefficients.Rows || KernelMatrix.rows cross <> f0.Rows then
            invalidArg
                (nameof cross)
                $"%d{KernelMatrix.rows cross} × %d{KernelMatrix.columns cross} do not fit"

        use _ = torch.NewDisposeScope()
        let moved = (KernelMatrix.toTensor cross).mm(Tensors.ofMatrix64(trained.Coefficients).clone())
        Tensors.ofMatrix64(f0).clone() + moved |> Tensors.toMatrix64
