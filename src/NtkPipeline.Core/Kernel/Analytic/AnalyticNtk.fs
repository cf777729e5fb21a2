namespace NtkPipeline.Core

/// The kernels of a network whose widths go to infinity, for one pair of inputs. This recursion is the definition; `Gram`
/// lifts it to matrices.
///     input:       K = x·z/d                   Θ = 0
///     dense:       K ← σ_w² K + σ_b²           Θ ← σ_w² Θ + K         (the new K)
///     activation:  K ← E[φ(u)φ(v)]             Θ ← Θ E[φ'(u)φ'(v)]
///     residual:    K ← K + K_branch            Θ ← Θ + Θ_branch
///     layer-norm:  K, Θ ← K, Θ over √((K_xx + eps)(K_zz + eps))
/// In the standard parameterisation a dense layer's Θ is σ_w² Θ + fan_in·K_below + 1 (the last where it has a bias), which
/// grows with the width below: it is the kernel at the widths written in the network, to leading order.
/// An output scale α multiplies both by α². A centred network is 0 before training, so its K is 0; its Θ is that of the
/// network without centring.
/// Sources: Jacot et al. 2018; Lee et al. 2018, 2019; Sohl-Dickstein et al. 2020.
[<RequireQualifiedAccess>]
module AnalyticNtk =

    /// The activations of a network whose duals have no closed form and are integrated.
    let integrated (network: Network) : Activation list =
        let rec within (layers: Layer list) =
            layers
            |> List.collect (fun layer ->
                match layer with
                | Activate activation when Activation.isIntegrated activation -> [ activation ]
                | Residual branch -> within branch
                | Activate _
                | Dense _
                | LayerNorm _
                | Tokens _ -> [])

        List.distinct (within network.Layers)

    /// What stands between two layers. `Theta` stays 0 where only K is wanted.
    [<Struct>]
    type private State = { Moments: Moments; Theta: float; Width: int }

    /// √(K + eps) of a norm √K, which a layer-norm divides by; a zero row stays zero, also for eps = 0.
    let normRoot (eps: float) (norm: float) : float =
        let root = System.Double.Hypot(norm, sqrt eps)
        if root = 0.0 then 1.0 else root

    let rec private through integrals (withTheta: bool) (layers: Layer list) (state: State) : State =
        match layers with
        | [] -> state
        | layer :: rest -> through integrals withTheta rest (above integrals withTheta layer state)

    and private above integrals (withTheta: bool) (layer: Layer) (state: State) : State =
        let m = state.Moments

        match layer with
        | Dense(width, prior) ->
            let moments = Moments.affine prior.WeightScale prior.BiasScale m

            let theta =
                if not withTheta then
                    0.0
                else
                    let own =
                        match prior.Parameterisation with
                        | Ntk -> moments.Uv
                        | Standard -> float state.Width * m.Uv + (if prior.HasBias then 1.0 else 0.0)

                    prior.WeightVariance * state.Theta + own

            { Moments = moments; Theta = theta; Width = width.Value }
        | Activate activation -> {
            state with
                Moments = Dual.transportBy integrals activation m
                Theta =
                    if withTheta && state.Theta <> 0.0 then
                        state.Theta * Dual.slopeBy integrals activation m
                    else
                        0.0
          }
        | LayerNorm eps ->
            let u, v = normRoot eps m.U, normRoot eps m.V

            {
                state with
                    Moments = { m with U = m.U / u; V = m.V / v }
                    Theta = state.Theta / u / v
            }
        | Residual branch ->
            let branch = through integrals withTheta branch state

            {
                state with
                    Moments = Moments.add m branch.Moments
                    Theta = state.Theta + branch.Theta
            }
        | Tokens layer -> Layer.refusedBefore layer

    let private start (features: int) (inner: Moments) : State = {
        Moments = Moments.scale (1.0 / sqrt (float features)) inner
        Theta = 0.0
        Width = features
    }

    /// K(x, z) after the last layer, where `inner` holds ‖x‖, ‖z‖ and the angle between x and z, which have d = `features`
    /// entries each; duals without a closed form come from `integrals`.
    let nngpBy (integrals: Integrals) (network: Network) (features: int) (inner: Moments) : float =
        if network.Centred then
            0.0
        else
            let state = through integrals false network.Layers (start features inner)
            network.OutputScale * network.OutputScale * state.Moments.Uv

    /// Θ(x, z), likewise.
    let ntkBy (integrals: Integrals) (network: Network) (features: int) (inner: Moments) : float =
        let state = through integrals true network.Layers (start features inner)
        network.OutputScale * network.OutputScale * state.Theta

    /// Θ(x, z).
    let ntk (network: Network) (features: int) (inner: Moments) : float =
        ntkBy Integrals.byQuadrature network features inner
