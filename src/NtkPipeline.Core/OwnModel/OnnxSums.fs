namespace NtkPipeline.Core

open TorchSharp

/// Operators that sum: products, means and norms.
[<RequireQualifiedAccess>]
module internal OnnxSums =

    /// LibTorch's own product ends the process where shapes do not fit, so they are looked at first.
    let private product (call: OnnxCall) =
        let a, b = OnnxCall.input 0 call, OnnxCall.input 1 call
        let print (t: torch.Tensor) = t.shape |> Array.map string |> String.concat " × "

        let inner (shape: int64[]) isLeft =
            match shape.Length with
            | 0 -> OnnxCall.stop "a number is no matrix"
            | 1 -> shape[0]
            | n -> if isLeft then shape[n - 1] else shape[n - 2]

        let outer (t: torch.Tensor) = t.shape |> Array.rev |> Array.skip (min 2 t.shape.Length)
        let ofA, ofB = outer a, outer b

        let fit =
            Seq.zip ofA ofB |> Seq.forall (fun (m, n) -> m = n || m = 1L || n = 1L)
            && inner a.shape true = inner b.shape false
            && a.dtype = b.dtype

        if fit then
            a.matmul b
        else
            OnnxCall.stop $"%s{print a} and %s{print b} have no product"

    let private gemm (call: OnnxCall) =
        let turned (name: string) (t: torch.Tensor) = if OnnxCall.whole name 0L call <> 0L then t.t () else t
        let a, b = turned "transA" (OnnxCall.input 0 call), turned "transB" (OnnxCall.input 1 call)

        let scaled (name: string) (t: torch.Tensor) =
            match OnnxCall.real name 1.0 call with
            | 1.0 -> t
            | factor -> t.mul (factor.ToScalar())

        let product = scaled "alpha" (a.mm b)

        match OnnxCall.optional 2 call with
        | Some c -> product.add (scaled "beta" c)
        | None -> product

    let private reduce (f: torch.Tensor -> int64[] -> bool -> torch.Tensor) (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let keeps = OnnxCall.whole "keepdims" 1L call <> 0L
        let every = [ for axis in 0 .. x.shape.Length - 1 -> int64 axis ]

        match OnnxCall.either "axes" 1 call with
        | None
        | Some [] when OnnxCall.whole "noop_with_empty_axes" 0L call <> 0L -> x
        | None
        | Some [] -> f x (Array.ofList every) keeps
        | Some list -> f x (OnnxCall.axes x.shape.Length list |> Array.ofList) keeps

    let private layerNorm (call: OnnxCall) =
        let x, scale = OnnxCall.input 0 call, OnnxCall.input 1 call
        let axis = OnnxCall.axis x.shape.Length (OnnxCall.whole "axis" -1L call)
        let over = [| axis .. int64 x.shape.Length - 1L |]
        let centred = x.sub (x.mean (over, true))
        let variance = centred.square().mean(over, true)
        let epsilon = OnnxCall.real "epsilon" 1e-5 call
        let y = centred.div(variance.add(epsilon.ToScalar()).sqrt()).mul scale

        match OnnxCall.optional 2 call with
        | Some shift -> y.add shift
        | None -> y

    /// One number a channel, as (1, C, 1, …).
    let private byChannel (x: torch.Tensor) (t: torch.Tensor) =
        t.reshape [| for axis in 0 .. x.shape.Length - 1 -> if axis = 1 then -1L else 1L |]

    /// With the mean and variance that the file has: as it is used, not as it was trained.
    let private batchNorm (call: OnnxCall) =
        if OnnxCall.whole "training_mode" 0L call <> 0L then
            OnnxCall.stop "it takes means over a batch, as in training; export the model after model.eval()"

        let x = OnnxCall.input 0 call
        let channel place = byChannel x (OnnxCall.input place call)
        let epsilon = OnnxCall.real "epsilon" 1e-5 call
        let deviation = (channel 4).add(epsilon.ToScalar()).sqrt()
        x.sub(channel 3).div(deviation).mul(channel 1).add(channel 2)

    let private instanceNorm (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let over = [| 2L .. int64 x.shape.Length - 1L |]
        let centred = x.sub (x.mean (over, true))
        let variance = centred.square().mean(over, true)
        let epsilon = OnnxCall.real "epsilon" 1e-5 call

        centred
            .div(variance.add(epsilon.ToScalar()).sqrt())
            .mul(byChannel x (OnnxCall.input 1 call))
            .add(byChannel x (OnnxCall.input 2 call))

    let all: (string * (OnnxCall -> torch.Tensor)) list = [
        "MatMul", product
        "Gemm", gemm
        "ReduceMean", reduce (fun x axes keeps -> x.mean (axes, keeps))
        "ReduceSum", reduce (fun x axes keeps -> x.sum (axes, keeps))
        "ReduceMax", reduce (fun x axes keeps -> x.amax (axes, keeps))
        "LayerNormalization", layerNorm
        "BatchNormalization", batchNorm
        "InstanceNormalization", instanceNorm
    ]
