namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// The outputs at one time of training on cross-entropy.
type LogisticPoint = {
    Time: float
    /// Rows × outputs; P(positive) = 1/(1 + e^{−f}).
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
    /// 8(1 + β)·N·outputs/Λ_max, the cross-entropy's curvature being ¼ at most: steps with a larger rate may diverge.
    StabilityLimit: float
}

/// Training in function space on the cross-entropy, which has no closed form: with p the targets as probabilities, gradient flow is
/// ċ = −(η/size)(σ(f) − p), f = f₀ + Θc on all rows, integrated to a tolerance; descent takes its steps. Exact for the linearised
/// network and the infinitely wide one. Several outputs are several independent yes-or-no questions.
[<RequireQualifiedAccess>]
module LogisticDescent =

    /// Each step's error, and the most steps.
    let private tolerance, mostSteps = 1e-11, 1_000_000

    /// 0 … 1 as probabilities, or −1 and 1 as labels.
    let private probabilities (targets: Matrix<float>) =
        if targets.Values |> Array.forall (fun y -> y >= 0.0 && y <= 1.0) then
            Ok targets
        elif targets.Values |> Array.forall (fun y -> abs y = 1.0) then
            Ok(Matrix.map (fun y -> (1.0 + y) / 2.0) targets)
        else
            let k = targets.Values |> Array.findIndex (fun y -> not (y >= 0.0 && y <= 1.0))

            Error(
                DataRefused
                    $"cross-entropy needs targets of −1 and 1, or from 0 to 1; row %d{k / targets.Columns} has %g{targets.Values[k]}"
            )

    let private checkPlan (plan: DescentPlan) limit =
        let last = plan.Times |> Array.filter Double.IsFinite |> Array.fold max 0.0

        if plan.IsStepwise && plan.Rate >= limit then
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

    /// As `KernelDescent.run`, on the loss mean(ln(1 + e^f) − p f).
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
            let size = float (targets.Rows * targets.Columns)
            let limit = 8.0 * (1.0 + plan.Momentum) * size / (Spectrum.values spectrum)[0]
            do! checkPlan plan limit
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
