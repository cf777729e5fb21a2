namespace NtkPipeline.Core

open System
open TorchSharp

/// The encoder's derivative along a direction in its parameters, by forward mode (Wengert 1964): every value goes through the encoder
/// together with its derivative, so that nothing is kept and no graph is made. About three times the work of φ alone.
[<RequireQualifiedAccess>]
module BertTangent =

    /// A value and its derivative. None is 0.
    type private Dual = torch.Tensor * torch.Tensor option

    let private plus (a: torch.Tensor option) (b: torch.Tensor option) =
        match a, b with
        | Some a, Some b -> Some(a + b)
        | one, None
        | None, one -> one

    let private times (f: torch.Tensor -> torch.Tensor) = Option.map f

    /// d(x Wᵀ + b) = dx Wᵀ + x dWᵀ + db.
    let private dense
        (layers: EncoderLayers)
        (at: string -> torch.Tensor)
        along
        name
        (x: torch.Tensor, dx)
        : Dual =
        let byDirection = along (name + ".weight") |> times (fun (dw: torch.Tensor) -> x.matmul (dw.t ()))
        let byInput = dx |> times (fun (dx: torch.Tensor) -> dx.matmul ((at (name + ".weight")).t()))
        let y = layers.Dense name x
        y, plus (plus byInput byDirection) (along (name + ".bias") |> times _.expand_as(y))

    /// x̂ = (x − mean)/σ has dx̂ = (dx − mean(dx) − x̂·mean(x̂ dx))/σ; d(γ x̂ + β) = γ dx̂ + dγ x̂ + dβ.
    let private norm
        epsilon
        (layers: EncoderLayers)
        (at: string -> torch.Tensor)
        along
        name
        (x: torch.Tensor, dx)
        : Dual =
        let mean (t: torch.Tensor) = t.mean ([| -1L |], keepdim = true)
        let centred = x - mean x
        let sigma = (mean (centred * centred) + (epsilon: float).ToScalar()).sqrt()
        let unit = centred / sigma

        let byInput =
            dx
            |> times (fun (dx: torch.Tensor) ->
                at (name + ".weight") * (dx - mean dx - unit * mean (unit * dx)) / sigma)

        let byGain = along (name + ".weight") |> times (fun gain -> gain * unit)
        let y = layers.Norm name x
        y, plus (plus byInput byGain) (along (name + ".bias") |> times _.expand_as(y))

    /// A = softmax S has dA = A ∘ (dS − Σ A ∘ dS).
    let private attend shape (mask: torch.Tensor) (q, dq) (k, dk) (v, dv) : Dual =
        let byHead = BertEncoder.byHead shape
        let q, k, v = byHead q, byHead k, byHead v
        let weights = BertEncoder.scores q k |> BertEncoder.attention mask

        let ofWeights (ds: torch.Tensor) = (weights * (ds - (weights * ds).sum(-1L, keepdim = true))).matmul v

        let byScores =
            plus
                (dq |> times (fun dq -> BertEncoder.scores (byHead dq) k))
                (dk |> times (fun dk -> BertEncoder.scores q (byHead dk)))
            |> times ofWeights

        BertEncoder.together (weights.matmul v),
        plus byScores (dv |> times (fun dv -> weights.matmul (byHead dv))) |> times BertEncoder.together

    /// d(x Φ(x)) = (Φ(x) + x φ(x)) dx, with the normal distribution's Φ and φ.
    let private gelu (x: torch.Tensor, dx) : Dual =
        let slope (dx: torch.Tensor) =
            let below = ((x * (sqrt 0.5).ToScalar()).erf() + (1.0).ToScalar()) * (0.5).ToScalar()
            let density = (x * x * (-0.5).ToScalar()).exp() * (1.0 / sqrt (2.0 * Math.PI)).ToScalar()
            dx * (below + x * density)

        torch.nn.functional.gelu x, dx |> times slope

    /// d of the sum of word, position and type embeddings: the directions' own rows.
    let private embedded shape parameters along batch : Dual =
        let tables = [ EncoderShape.words; EncoderShape.positions; EncoderShape.types ]

        let derivative =
            if tables |> List.forall (along >> Option.isNone) then
                None
            else
                let directions =
                    tables
                    |> List.map (fun table ->
                        table,
                        along table
                        |> Option.defaultWith (fun () -> torch.zeros_like (Map.find table parameters)))

                Some((BertEncoder.layers shape (Map.ofList directions)).Embed batch)

        (BertEncoder.layers shape parameters).Embed batch, derivative

    /// Only what a block gives is kept.
    let private freeing (block: Dual -> Dual) (x: Dual) : Dual =
        use _ = torch.NewDisposeScope()
        let y, dy = block x
        y.MoveToOuterDisposeScope(), dy |> times _.MoveToOuterDisposeScope()

    /// φ of each text and its derivative along `directions`, texts × width each: lim (φ(θ + t·d) − φ(θ))/t, exact. A parameter that has no
    /// direction stands still; a direction of another shape than its parameter, or of none, is `ArgumentException`.
    let push
        (pooling: Pooling)
        (shape: EncoderShape)
        (parameters: Map<string, torch.Tensor>)
        (directions: Map<string, torch.Tensor>)
        (batch: TokenBatch)
        : torch.Tensor * torch.Tensor =
        for KeyValue(name, direction) in directions do
            match Map.tryFind name parameters with
            | Some parameter when parameter.shape = direction.shape -> ()
            | _ -> invalidArg (nameof directions) $"no parameter '%s{name}' has the shape %A{direction.shape}"

        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let layers = BertEncoder.layers shape parameters
        let at name = Map.find name parameters
        let along name = Map.tryFind name directions

        let states, derivative =
            EncoderWalk.states shape {
                Embedded = embedded shape parameters along batch
                Dense = dense layers at along
                Norm = norm shape.Epsilon layers at along
                Attend = attend shape batch.Mask
                Gelu = gelu
                Add = fun (x, dx) (y, dy) -> x + y, plus dx dy
                Run = freeing
            }

        let pooled = BertEncoder.pool pooling batch states

        let derivative =
            match derivative with
            | Some derivative -> BertEncoder.pool pooling batch derivative
            | None -> torch.zeros_like pooled

        pooled.MoveToOuterDisposeScope(), derivative.MoveToOuterDisposeScope()
