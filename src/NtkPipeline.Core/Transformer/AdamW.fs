namespace NtkPipeline.Core

open TorchSharp

/// A row of numbers that AdamW moves, with their moments; all three in place.
[<NoEquality; NoComparison>]
type AdamRow = {
    /// p, one dimension.
    Values: torch.Tensor
    /// m and v, of the same length.
    First: torch.Tensor
    Second: torch.Tensor
    /// What decays is p, or a + p with this a of the same length: of a linearised network, θ₀ + Δ.
    Anchor: torch.Tensor option
}

/// Adam with weight decay of its own (Loshchilov and Hutter 2019, Algorithm 2), with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
[<RequireQualifiedAccess>]
module AdamW =

    let private beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    /// Numbers that are moved at a time: as many as a core's own cache holds with their moments and gradients. The result does not
    /// depend on it.
    let private piece = 1L <<< 16

    let private move
        rate
        decay
        share
        (k: int)
        (p: torch.Tensor)
        (m: torch.Tensor)
        (v: torch.Tensor)
        anchor
        g
        =
        if decay > 0.0 then
            p.add_ (p, (-rate * decay).ToScalar()) |> ignore

            match anchor with
            | Some(anchor: torch.Tensor) -> p.add_ (anchor, (-rate * decay).ToScalar()) |> ignore
            | None -> ()

        m.mul_(beta1.ToScalar()).add_((g: torch.Tensor), ((1.0 - beta1) * share).ToScalar()) |> ignore
        v.mul_(beta2.ToScalar()).addcmul_(g, g, ((1.0 - beta2) * share * share).ToScalar()) |> ignore
        let unbiased = sqrt (1.0 - beta2 ** float k)
        use root = v.sqrt ()
        root.div_(unbiased.ToScalar()).add_(epsilon.ToScalar()) |> ignore
        p.addcdiv_ (m, root, (-rate / (1.0 - beta1 ** float k)).ToScalar()) |> ignore

    /// Step k, counted from 1, down a share c of a gradient of the row's length, g being that share:
    /// p ← p − η λ (a + p),  m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,
    /// p ← p − η m/(1 − β₁ᵏ) / (√(v/(1 − β₂ᵏ)) + ε).
    let step
        (rate: float)
        (decay: float)
        (k: int)
        (share: float)
        (row: AdamRow)
        (gradient: torch.Tensor)
        : unit =
        use _ = torch.NewDisposeScope()
        let g = gradient.reshape -1L
        let length = g.shape[0]
        let piece = if g.device_type = DeviceType.CPU then piece else max 1L length

        for start in 0L .. piece .. length - 1L do
            use _ = torch.NewDisposeScope()
            let part (t: torch.Tensor) = t.narrow (0L, start, min piece (length - start))

            move
                rate
                decay
                share
                k
                (part row.Values)
                (part row.First)
                (part row.Second)
                (Option.map part row.Anchor)
                (part g)
