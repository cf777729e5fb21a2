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
    /// ‖f₀ + Θc − f‖/‖f − f₀‖ on the training rows: 0 in exact arithmetic.
    Residual: float
    /// Steps since the start: of descent, or of the integrator.
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

    /// The state holds f on the training rows above c: one product with Θ moves both.
    [<NoEquality; NoComparison>]
    type private Machine = {
        Theta: torch.Tensor
        P: torch.Tensor
        Rows: int64
        Share: float
    } with

        member this.F(state: torch.Tensor) = state.narrow (0L, 0L, this.Rows)
        member this.C(state: torch.Tensor) = state.narrow (0L, this.Rows, this.Rows)

        member this.Pull(state: torch.Tensor) =
            (this.F(state).sigmoid() - this.P) * torch.tensor (-this.Share)

        member this.Move(change: torch.Tensor) = torch.cat ([| this.Theta.mm change; change |], 0L)

    let private slope (system: Machine) (state: torch.Tensor) = system.Move(system.Pull state)

    let private descend
        (system: Machine)
        momentum
        (steps: int64)
        (state: torch.Tensor)
        (velocity: torch.Tensor)
        =
        let mutable state, velocity = state.clone (), velocity.clone ()

        for _ in 1L .. steps do
            use _ = torch.NewDisposeScope()
            let faster = velocity * torch.tensor (momentum: float) + system.Pull state
            let next = state + system.Move faster
            state.Dispose()
            velocity.Dispose()
            state <- next.MoveToOuterDisposeScope()
            velocity <- faster.MoveToOuterDisposeScope()

        state, velocity

    let private checkPlan (name: string) (plan: DescentPlan) limit =
        let last = Array.fold max 0.0 plan.Times

        if Double.IsInfinity last then
            Error(
                NumbersRefused
                    $"%s{name}: training on cross-entropy has no end, since outputs of rows that can be told apart grow for ever; give a finite time"
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

    let private measure (system: Machine) (f0: torch.Tensor) outputs time steps (state: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let f, c = system.F state, system.C state
        // ln(1 + eᶠ) without overflow.
        let softplus = f.relu () + f.abs().neg().exp().log1p()
        let loss = (softplus - system.P * f).mean().item<float>()
        let off = (f0 + system.Theta.mm c - f).norm().item<float>()
        let moved = (f - f0).norm().item<float>()

        {
            Time = time
            Outputs = outputs f c
            Loss = loss
            Residual = if moved = 0.0 then 0.0 else off / moved
            Steps = steps
        }

    /// The states at ascending times, each with the steps so far.
    let private flow system (start: torch.Tensor) (times: float list) =
        let rec go times at h steps (state: torch.Tensor) done' =
            match times with
            | [] -> Ok(List.rev done')
            | time :: rest ->
                match DormandPrince.run tolerance (mostSteps - steps) (slope system) (time - at) h state with
                | None ->
                    Error(
                        NumbersRefused
                            $"gradient flow on cross-entropy up to time %g{time} needs more than %d{mostSteps} steps; stop earlier"
                    )
                | Some(state, h, taken) ->
                    go rest time h (steps + taken) state ((time, int64 (steps + taken), state) :: done')

        go times 0.0 0.1 0 start []

    let private stepped (system: Machine) (plan: DescentPlan) (start: torch.Tensor) (times: float list) =
        let still = torch.zeros_like system.P

        times
        |> List.scan
            (fun (at, state, velocity) time ->
                let state, velocity = descend system plan.Momentum (int64 time - int64 at) state velocity
                time, state, velocity)
            (0.0, start, still)
        |> List.tail
        |> List.map (fun (time, state, _) -> time, int64 time, state)

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
            do! FitShapes.check name kernel targets f0 asked
            do! Trust.checkFinite targets
            let! probabilities = probabilities targets
            let! spectrum = Spectrum.decompose name kernel |> Result.map (Spectrum.shift plan.Ridge)
            let values = Spectrum.values spectrum
            let size = float (targets.Rows * targets.Columns)
            let limit = 8.0 * (1.0 + plan.Momentum) * size / values[0]
            do! checkPlan name plan limit
            use _ = torch.NewDisposeScope()
            let theta = KernelMatrix.toTensor kernel
            theta.diagonal(0L, 0L, 1L).add_(torch.tensor plan.Ridge) |> ignore

            let system = {
                Theta = theta
                P = Tensors.ofMatrix64(probabilities).clone()
                Rows = int64 targets.Rows
                Share = plan.Rate / size
            }

            let before = Tensors.ofMatrix64(f0).clone()
            let start = torch.cat ([| before; torch.zeros_like before |], 0L)
            let ascending = plan.Times |> Array.distinct |> Array.sort |> List.ofArray

            let! states =
                if plan.IsStepwise then
                    Ok(stepped system plan start ascending)
                else
                    flow system start ascending

            let outputs (f: torch.Tensor) (c: torch.Tensor) =
                match asked with
                | Some(_, cross, f0) ->
                    ClosedForm.predict cross f0 { Fitted = f0; Coefficients = Tensors.toMatrix64 c }
                | None -> Tensors.toMatrix64 f

            let points =
                states
                |> List.map (fun (time, steps, state) -> time, measure system before outputs time steps state)
                |> dict

            return {
                StabilityLimit = limit
                Points = plan.Times |> Array.map (fun time -> points[time])
            }
        }
