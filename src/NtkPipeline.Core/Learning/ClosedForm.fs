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

    /// eˣ − 1 and ln(1 + x), exact near 0 (Kahan's way; .NET's own ExpM1 and LogP1 lose all digits there).
    let private expMinusOne x =
        let e = Math.Exp x

        if abs x > 0.5 then e - 1.0
        elif e = 1.0 then x
        else (e - 1.0) * x / Math.Log e

    let private logOnePlus x =
        let sum = 1.0 + x
        if sum = 1.0 then x else Math.Log sum * x / (sum - 1.0)

    /// (1 − e^{−s})/s: 1 at s = 0.
    let private flowed (s: float) = if s = 0.0 then 1.0 else -(expMinusOne -s) / s

    /// (1 − (1 − u)^k)/u: k at u = 0.
    let private descended (u: float) (k: float) =
        if u = 0.0 then k
        elif u < 0.5 then -(expMinusOne (k * logOnePlus -u)) / u
        else (1.0 - Math.Pow(1.0 - u, k)) / u

    /// The same under heavy-ball momentum β, by its own recurrence.
    let private carried (u: float) (beta: float) (steps: int64<step>) =
        let mutable learnt, velocity = 0.0, 0.0

        for _ in 1L .. int64 steps do
            velocity <- beta * velocity + 1.0 - u * learnt
            learnt <- learnt + velocity

        learnt

    /// `weight` of an eigenvalue; `size` is N × outputs.
    let private weight (size: float) (training: Training) (value: float) =
        match training with
        | Training.Flow time when Double.IsInfinity(float time) -> if value = 0.0 then 0.0 else 1.0 / value
        | Training.Flow time ->
            let t = float time / size
            t * flowed (value * t)
        | Training.Descent(rate, momentum, steps) ->
            let eta = rate / size

            if momentum = 0.0 then
                eta * descended (eta * value) (float steps)
            else
                eta * carried (eta * value) momentum steps

    let private decay size training value =
        match training with
        | Training.Flow time when value > 0.0 -> Math.Exp(-value * float time / size)
        | Training.Flow _ -> 1.0
        | Training.Descent _ -> 1.0 - value * weight size training value

    /// Training so long that an eigenvalue of a millionth of Λ_max has been learnt takes those within rounding of 0 for 0: they
    /// are noise, and what is learnt along them tends to nothing as they tend to 0.
    let private longTime = 1e6

    /// (decay, weight) of every eigendirection. A zero eigenvalue learns nothing on the training rows.
    let modes
        (spectrum: Spectrum)
        (outputs: int)
        (training: Training)
        : Result<(float * float)[], PipelineError> =
        let values = Spectrum.values spectrum
        let size = values.Length * outputs
        let rounding = float values.Length * 2.2e-16 * values[0]

        Training.check values[0] size training
        |> Result.map (fun () ->
            let isLong =
                match training with
                | Training.Flow time -> float time / float size * values[0] > longTime
                | Training.Descent _ -> weight (float size) training 0.0 * values[0] > longTime

            values
            |> Array.map (fun value ->
                if isLong && value <= rounding then
                    1.0, 0.0
                else
                    decay (float size) training value, weight (float size) training value))

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
