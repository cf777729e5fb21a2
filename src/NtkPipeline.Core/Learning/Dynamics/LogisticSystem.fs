namespace NtkPipeline.Core

open TorchSharp

/// Training on the mean cross-entropy in function space: logistic of one output, softmax of several. A state holds f on the training rows above c, N × outputs each: one product
/// with Θ moves both, f = f₀ + Θc.
[<NoEquality; NoComparison>]
type LogisticSystem = {
    /// Θ of the training rows, its ridge included.
    Theta: torch.Tensor
    /// Targets as probabilities, N × outputs.
    P: torch.Tensor
    /// η over the number of rows.
    Share: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module LogisticSystem =

    let private rows (system: LogisticSystem) = system.P.shape[0]

    /// f on the training rows.
    let f (system: LogisticSystem) (state: torch.Tensor) : torch.Tensor = state.narrow (0L, 0L, rows system)

    /// The coefficients c.
    let c (system: LogisticSystem) (state: torch.Tensor) : torch.Tensor =
        state.narrow (0L, rows system, rows system)

    /// f = f₀, c = 0.
    let start (f0: torch.Tensor) : torch.Tensor = torch.cat ([| f0; torch.zeros_like f0 |], 0L)

    let private isSoftmax (system: LogisticSystem) = system.P.shape[1] > 1L

    /// The outputs as probabilities: σ(f), or softmax over a row's outputs.
    let private probability (system: LogisticSystem) (f: torch.Tensor) =
        if isSoftmax system then f.softmax 1L else f.sigmoid ()

    /// −(η/N)(probability of f − p): what c moves by in a step, or in a unit of time.
    let private pull (system: LogisticSystem) state =
        (probability system (f system state) - system.P) * torch.tensor (-system.Share)

    let private move (system: LogisticSystem) (change: torch.Tensor) =
        torch.cat ([| system.Theta.mm change; change |], 0L)

    /// The state's derivative in gradient flow.
    let slope (system: LogisticSystem) (state: torch.Tensor) : torch.Tensor = move system (pull system state)

    /// The state and its velocity, N × outputs, after so many steps of heavy ball.
    let descend
        (system: LogisticSystem)
        (momentum: float)
        (steps: int64)
        (state: torch.Tensor, velocity: torch.Tensor)
        : torch.Tensor * torch.Tensor =
        let mutable state, velocity = state.clone (), velocity.clone ()

        for _ in 1L .. steps do
            use _ = torch.NewDisposeScope()
            let faster = velocity * torch.tensor momentum + pull system state
            let next = state + move system faster
            state.Dispose()
            velocity.Dispose()
            state <- next.MoveToOuterDisposeScope()
            velocity <- faster.MoveToOuterDisposeScope()

        state, velocity

    let private softplusLoss (system: LogisticSystem) (f: torch.Tensor) =
        let softplus = f.relu () + f.abs().neg().exp().log1p()
        (softplus - system.P * f).mean().item<float>()

    /// The mean over rows of ln(1 + eᶠ) − p f, or of ln Σ exp f − Σ p f, without overflow.
    let loss (system: LogisticSystem) (state: torch.Tensor) : float =
        use _ = torch.NewDisposeScope()
        let f = f system state

        if isSoftmax system then
            (f.logsumexp (1L, false) - (system.P * f).sum 1L).mean().item<float>()
        else
            softplusLoss system f
