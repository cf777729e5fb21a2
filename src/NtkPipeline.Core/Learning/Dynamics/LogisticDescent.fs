namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// The outputs at one time of training on cross-entropy.
type LogisticPoint = {
    Time: float
    /// Rows × outputs; of one, P(positive) = 1/(1 + e^{−f}); of several, P(k) = e^{f_k}/Σ e^{f}.
    Outputs: Matrix<float>
    /// The mean cross-entropy on the training rows.
    Loss: float
    /// ‖f₀ + Θc − f‖/‖f − f₀‖ on the training rows: 0 in exact arithmetic. At time ∞ the proved bound on ‖f − f_∞‖ counts as well.
    Residual: float
    /// Steps since the start: of descent, or of the integrator; at time ∞ of Newton's method.
    Steps: int64
}

type LogisticPath = {
    Points: LogisticPoint[]
    /// 8(1 + β)·N/Λ_max of one output, whose cross-entropy has a curvature of ¼ at most, and 4(1 + β)·N/Λ_max of several, where it is ½
    /// (Böhning 1992): steps with a larger rate may diverge.
    StabilityLimit: float
}

/// Training in function space on the cross-entropy, which has no closed form: with p the targets as probabilities and N rows, gradient flow
/// is ċ = −(η/N)(σ(f) − p), f = f₀ + Θc on all rows, integrated to a tolerance; descent takes its steps. Exact for the linearised network
/// and the infinitely wide one. One output is logistic; several are one a class, and σ is their softmax.
[<RequireQualifiedAccess>]
module LogisticDescent =

    /// Each step's error, and the most steps.
    let private tolerance, mostSteps = 1e-11, 1_000_000

    /// Of several outputs each row is a class, where one of two values stands once, or probabilities that add up to 1.
    let private classProbabilities (targets: Matrix<float>) =
        let row i = (Matrix.row i targets).ToArray()
        let isShare (y: float[]) = Array.forall (fun p -> p >= 0.0) y && abs (Array.sum y - 1.0) <= 1e-6

        if ClassRule.ofTargets targets = ClassRule.Largest then
            Ok(
                Matrix.init targets.Rows targets.Columns (fun i k ->
                    if targets[i, k] = Array.max (row i) then 1.0 else 0.0)
            )
        else
            match Seq.tryFind (row >> isShare >> not) (seq { 0 .. targets.Rows - 1 }) with
            | None -> Ok targets
            | Some i ->
                Error(
                    DataRefused
                        $"cross-entropy of %d{targets.Columns} columns is softmax: each row is a class, the larger of two values once, or probabilities that add up to 1, and those of row %d{i} add up to %g{Array.sum (row i)}; for several yes-or-no questions train on each column alone"
                )

    /// 0 … 1 as probabilities, or −1 and 1 as labels.
    let private probabilities (targets: Matrix<float>) =
        if targets.Columns > 1 then
            classProbabilities targets
        elif targets.Values |> Array.forall (fun y -> y >= 0.0 && y <= 1.0) then
            Ok targets
        elif targets.Values |> Array.forall (fun y -> abs y = 1.0) then
            Ok(Matrix.map (fun y -> (1.0 + y) / 2.0) targets)
        else
            let k = targets.Values |> Array.findIndex (fun y -> not (y >= 0.0 && y <= 1.0))

            Error(
                DataRefused
                    $"cross-entropy needs targets of −1 and 1, or from 0 to 1; row %d{k / targets.Columns} has %g{targets.Values[k]}"
            )

    let private checkPlan (plan: DescentPlan) outputs limit =
        let last = plan.Times |> Array.filter Double.IsFinite |> Array.fold max 0.0

        if outputs > 1 && plan.Times |> Array.exists Double.IsInfinity then
            Error(
                NumbersRefused
                    $"training %d{outputs} outputs on cross-entropy to its end is not known here: give a finite time, or one column of two classes"
            )
        elif plan.IsStepwise && plan.Rate >= limit then
            Error(
                NumbersRefused
                    $"learning rate %g{plan.Rate}: gradient descent on this kernel's cross-entropy is sure to be stable below %g{limit} only"
            )
        elif plan.IsStepwise && last > float mostSteps then
            Error(
                NumbersRefused $"%g{last} steps on cross-entropy are too many to take; at most %d{mostSteps}"
            )
        else
            Ok()

    let private measure (system: LogisticSystem) (f0: torch.Tensor) asked time steps error state =
        use _ = torch.NewDisposeScope()
        let f, c = LogisticSystem.f system state, LogisticSystem.c system state
        let off = (f0 + system.Theta.mm c - f).norm().item<float>() + error
        let moved = (f - f0).norm().item<float>()

        {
            Time = time
            Outputs =
                DescentPlan.outputs asked {
                    Fitted = Tensors.toMatrix64 f
                    Coefficients = Tensors.toMatrix64 c
                }
            Loss = LogisticSystem.loss system state
            Residual = if moved = 0.0 then 0.0 else off / moved
            Steps = steps
        }

    /// The states at the finite times of gradient flow, each with the integrator's steps so far.
    let private flow (system: LogisticSystem) (start: torch.Tensor) (plan: DescentPlan) =
        let advance at time (state, steps, h) =
            match
                DormandPrince.run
                    tolerance
                    (mostSteps - steps)
                    (LogisticSystem.slope system)
                    (time - at)
                    h
                    state
            with
            | Some(state, h, taken) -> Ok(state, steps + taken, h)
            | None ->
                Error(
                    NumbersRefused
                        $"gradient flow on cross-entropy up to time %g{time} needs more than %d{mostSteps} steps; stop earlier"
                )

        DescentPlan.walk advance (start, 0, 0.1) plan
        |> Result.map (Map.map (fun _ (state, steps, _) -> state, int64 steps))

    /// The states after the finite numbers of steps.
    let private stepped (system: LogisticSystem) (start: torch.Tensor) (plan: DescentPlan) =
        let advance at time state =
            Ok(LogisticSystem.descend system plan.Momentum (int64 time - int64 at) state)

        DescentPlan.walk advance (start, torch.zeros_like system.P) plan
        |> Result.map (Map.map (fun time (state, _) -> state, int64 time))

    /// As `KernelDescent.run`, on the mean over rows of ln(1 + e^f) − p f, or of ln Σ e^f − Σ p f.
    let run
        (name: string)
        (plan: DescentPlan)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        (f0: Matrix<float>)
        (asked: (string * KernelMatrix * Matrix<float>) option)
        : Result<LogisticPath, PipelineError> =
        result {
            let! spectrum = DescentPlan.decompose name plan kernel targets f0 asked
            let! probabilities = probabilities targets
            let size = float targets.Rows
            let flattest = if targets.Columns = 1 then 8.0 else 4.0
            let limit = flattest * (1.0 + plan.Momentum) * size / (Spectrum.values spectrum)[0]
            do! checkPlan plan targets.Columns limit
            use _ = torch.NewDisposeScope()
            let theta = KernelMatrix.toTensor kernel
            theta.diagonal(0L, 0L, 1L).add_(torch.tensor plan.Ridge) |> ignore

            let system = {
                Theta = theta
                P = Tensors.ofMatrix64(probabilities).clone()
                Share = plan.Rate / size
            }

            let before = Tensors.ofMatrix64(f0).clone()
            let start = LogisticSystem.start before
            let! states = plan |> (if plan.IsStepwise then stepped else flow) system start

            let! last =
                if plan.Times |> Array.exists Double.IsInfinity then
                    LogisticLimit.find name spectrum probabilities f0 |> Result.map Some
                else
                    Ok None

            let point time =
                match last with
                | Some last when Double.IsInfinity time ->
                    Tensors.ofMatrix64 (Matrix.stack last.Fitted last.Coefficients)
                    |> measure system before asked time (int64 last.Steps) last.Error
                | _ ->
                    let state, steps = states[time]
                    measure system before asked time steps 0.0 state

            return { StabilityLimit = limit; Points = plan.Times |> Array.map point }
        }
