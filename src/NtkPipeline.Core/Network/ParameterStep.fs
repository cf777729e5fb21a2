namespace NtkPipeline.Core

open System
open TorchSharp

/// A step away from θ₀.
type ParameterStep =
    /// One number for each parameter: one column, or one row.
    | ThisStep of Matrix<float>
    /// A random direction of this length.
    | RandomStep of norm: float

/// Parameters as one vector: of each dense layer, in the order of `Network.denseLayers`, W row by row (width × fan_in) and then B
/// where there is one.
[<RequireQualifiedAccess>]
module ParameterStep =

    /// A length of a step, if it is one.
    let checkNorm (norm: float) : Result<float, string> =
        if norm > 0.0 && Double.IsFinite norm then
            Ok norm
        else
            Error "the length of a step is positive and finite"

    /// How many parameters the network has on so many inputs.
    let length (features: int) (network: Network) : int64 =
        Network.denseLayers features network
        |> List.sumBy (fun (fanIn, width, prior) ->
            int64 width * (int64 fanIn + (if prior.HasBias then 1L else 0L)))

    /// The step as one vector, or why it is none of this network.
    let vector
        (features: int)
        (network: Network)
        (seed: Seed)
        (step: ParameterStep)
        : Result<torch.Tensor, string> =
        let wanted = length features network

        match step with
        | ThisStep given when given.Rows <> 1 && given.Columns <> 1 ->
            Error $"it is %d{given.Rows} × %d{given.Columns}, and one vector is wanted"
        | ThisStep given when given.Values.LongLength <> wanted ->
            Error
                $"it holds %d{given.Values.LongLength} numbers, and the network has %d{wanted} parameters on %d{features} inputs"
        | ThisStep given ->
            match given.Values |> Array.tryFindIndex (Double.IsFinite >> not) with
            | Some k -> Error $"it holds %g{given.Values[k]} at %d{k} (counted from 0)"
            | None -> Ok(Tensors.ofArray64 given.Values)
        | RandomStep norm ->
            use _ = torch.NewDisposeScope()
            use generator = Seed.generator (Seed.derive "step" seed)
            let direction = torch.randn ([| wanted |], dtype = torch.float64, generator = generator)
            Ok((direction.mul ((norm / direction.norm().item<float>()).ToScalar())).MoveToOuterDisposeScope())

    /// The vector's parts, one for each of `Forward.tensors`.
    let parts (theta: DenseParameters[]) (vector: torch.Tensor) : torch.Tensor[] =
        (0L, Forward.tensors theta)
        ||> Array.mapFold (fun start t ->
            vector.narrow(0, start, t.numel ()).reshape(t.shape), start + t.numel ())
        |> fst

    /// θ + step.
    let add (vector: torch.Tensor) (theta: DenseParameters[]) : DenseParameters[] =
        let moved =
            Array.map2
                (fun (t: torch.Tensor) (part: torch.Tensor) -> t.add part)
                (Forward.tensors theta)
                (parts theta vector)

        (0, theta)
        ||> Array.mapFold (fun next layer ->
            match layer.B with
            | Some _ -> { W = moved[next]; B = Some moved[next + 1] }, next + 2
            | None -> { W = moved[next]; B = None }, next + 1)
        |> fst
