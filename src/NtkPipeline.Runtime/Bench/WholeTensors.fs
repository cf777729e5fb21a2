namespace NtkPipeline.Runtime

open System
open TorchSharp

/// The recursion of `conv 64 size=3 | relu | mean-pool | dense 1` written with whole tensors, texts × texts × places × places, as it is in
/// frameworks of tensors: what `ntk bench sequence` is held against.
[<RequireQualifiedAccess>]
module WholeTensors =

    let private number (x: float) = x.ToScalar()

    /// Windows of three along the last `axes` axes' common diagonal, over three.
    let private slide (axes: int) (k: torch.Tensor) =
        let places = k.shape[k.shape.Length - 1]
        let padded = torch.nn.functional.pad (k, Array.create (2 * axes) 1L)

        let shifted (offset: int64) =
            (padded, [ 1..axes ]) ||> List.fold (fun part axis -> part.narrow (int64 -axis, offset, places))

        (shifted 0L).add(shifted 1L).add(shifted 2L).div(number 3.0)

    /// Θ of texts (N × T × d, float64, 0 where `mask`, N × T, is 0) with themselves: N × N.
    let ntk (x: torch.Tensor) (mask: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let texts, places, features = x.shape[0], x.shape[1], x.shape[2]
        let flat = x.reshape (texts * places, features)

        let k =
            flat
                .mm(flat.t ())
                .div_(number (float features))
                .reshape(texts, places, texts, places)
                .permute(0L, 2L, 1L, 3L)

        let own = x.square().sum(2L).div(number (float features))
        let left, right = mask.reshape (texts, 1L, places, 1L), mask.reshape (1L, texts, 1L, places)
        let k = (slide 2 k).mul_(left).mul_ right
        let own = (slide 1 own).mul mask
        let norm = own.reshape(texts, 1L, places, 1L).mul(own.reshape (1L, texts, 1L, places)).sqrt_()
        let cosine = k.div(norm.clamp_min (number 1e-300)).clamp_(number -1.0, number 1.0)
        let rest = cosine.acos().neg_().add_(number Math.PI)
        let sine = (number 1.0 - cosine.square ()).sqrt_()
        let theta = k.mul(rest).div_(number (2.0 * Math.PI))
        let value = sine.add_(cosine.mul rest).mul_(norm).div_(number (2.0 * Math.PI))
        let counts = mask.sum(1L).clamp_min(number 1.0)
        let pairs = counts.reshape(texts, 1L).mul(counts.reshape (1L, texts))
        let pool (t: torch.Tensor) = t.sum(ReadOnlySpan [| 2L; 3L |]).div_ pairs
        ((pool value).add_(pool theta)).MoveToOuterDisposeScope()
