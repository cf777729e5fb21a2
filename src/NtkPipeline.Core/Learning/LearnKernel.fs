namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// A hyperparameter before and after.
type LearnedParameter = { Name: string; Start: float; End: float }

type LearnedKernel = {
    /// The networks with the σ_w and σ_b that were learned.
    Networks: Network list
    /// Each network's weight in the sum; one network has weight 1.
    Weights: float[]
    Ridge: float
    Parameters: LearnedParameter[]
    Minimum: Minimum
}

/// A learnable kernel: σ_w and σ_b of every layer, the weights of a sum of networks' kernels, and the ridge, all positive and
/// descended by their logarithms, on the marginal likelihood or the exact leave-one-out error. The kernel's entries are
/// differentiated a chunk of pairs at a time, so that memory holds N² numbers, not N² for every operation.
[<RequireQualifiedAccess>]
module LearnKernel =

    /// Pairs of rows at a time.
    let private chunk = 1 <<< 16

    let private pairsOf (n: int) = [|
        for i in 0 .. n - 1 do
            for j in i .. n - 1 do
                struct (i, j)
    |]

    /// One network's part of the vector of logarithms: where its own begin, and where its weight stands, if it has one.
    type private Part = { Network: Network; First: int; Weight: int option }

    let private parts (networks: Network list) =
        let isSum = networks.Length > 1

        networks
        |> List.mapFold
            (fun next network ->
                let count = (TensorKernel.parameters network).Length
                let weight = if isSum then Some(next + count) else None
                { Network = network; First = next; Weight = weight }, next + count + (if isSum then 1 else 0))
            0

    let private kernelOf
        kind
        features
        (parts: Part list)
        (pairs: PolarTensor)
        (h: torch.Tensor)
        : torch.Tensor =
        parts
        |> List.map (fun part ->
            let values = TensorKernel.values kind part.Network features pairs part.First h

            match part.Weight with
            | Some at -> h.select(0L, int64 at).exp() * values
            | None -> values)
        |> List.reduce (+)

    /// The whole symmetric matrix, and what pulls derivatives by its entries back to the hyperparameters.
    let private matrix
        (chunks: (PolarTensor * struct (int * int)[])[])
        n
        (kernel: PolarTensor -> torch.Tensor -> torch.Tensor)
        (h: float[])
        =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let values = Array.zeroCreate<float>(n * n)
        let point = Tensors.ofArray64 h

        for pairs, indices in chunks do
            use _ = torch.NewDisposeScope()
            let found = kernel pairs point |> Tensors.toArray64

            indices
            |> Array.iteri (fun k (struct (i, j)) ->
                values[i * n + j] <- found[k]
                values[j * n + i] <- found[k])

        values

    let private pullBack
        (chunks: (PolarTensor * struct (int * int)[])[])
        n
        kernel
        (h: float[])
        (byEntries: float[])
        =
        let sum = Array.zeroCreate<float> h.Length

        for pairs, indices in chunks do
            use _ = torch.NewDisposeScope()

            let weights =
                indices
                |> Array.map (fun (struct (i, j)) ->
                    if i = j then
                        byEntries[i * n + i]
                    else
                        byEntries[i * n + j] + byEntries[j * n + i])

            let gradient =
                Differentiate.jacobianTv (kernel pairs) (Tensors.ofArray64 h) (Tensors.ofArray64 weights)

            Tensors.toArray64 gradient |> Array.iteri (fun k g -> sum[k] <- sum[k] + g)

        sum

    /// The objective and its gradient as functions of the vector of logarithms, the last of them log λ; with its start and names.
    let objective
        (problem: LearnProblem)
        : Result<(float[] -> (float * float[]) option) * float[] * string[], PipelineError> =
        LearnProblem.check problem
        |> Result.bind (fun () ->
            let n = problem.X.Rows
            let parts, count = parts problem.Networks
            let rows = UnitRows.ofMatrix problem.X
            let kernel = kernelOf problem.Kind problem.X.Columns parts

            let chunks =
                pairsOf n
                |> Array.chunkBySize chunk
                |> Array.map (fun indices ->
                    let first, second = indices |> Array.map (fun (struct (i, j)) -> i, j) |> Array.unzip
                    PolarTensor.ofRows rows first second, indices)

            let names, start =
                parts
                |> List.mapi (fun k part -> [|
                    let prefix = if parts.Length > 1 then $"network %d{k + 1}: " else ""

                    for name, value in TensorKernel.parameters part.Network do
                        prefix + name, value

                    if part.Weight.IsSome then
                        $"%s{prefix}weight", 0.0
                |])
                |> Array.concat
                |> Array.unzip

            let y = Tensors.ofMatrix64(problem.Y).clone()

            let evaluate (h: float[]) =
                use _ = torch.NewDisposeScope()
                let isNetwork part = TensorKernel.withParameters h[part.First ..] part.Network |> Result.isOk

                let entries =
                    if List.forall isNetwork parts then
                        matrix chunks n kernel h[.. count - 1]
                    else
                        [| nan |]

                if entries |> Array.exists (Double.IsFinite >> not) then
                    None
                else
                    KernelEvidence.value
                        problem.By
                        (Tensors.ofMatrix64 (Matrix.create n n entries))
                        h[count]
                        y
                    |> Option.map (fun (value, byKernel, byRidge) ->
                        let gradient = pullBack chunks n kernel h[.. count - 1] (Tensors.toArray64 byKernel)
                        value, Array.append gradient [| byRidge |])

            let entries = matrix chunks n kernel start
            let meanDiagonal = Array.init n (fun i -> entries[i * n + i]) |> Array.average

            if meanDiagonal > 0.0 && Double.IsFinite meanDiagonal then
                Ok(
                    evaluate,
                    Array.append start [| log (problem.StartRidge * meanDiagonal) |],
                    Array.append names [| "ridge" |]
                )
            else
                Error(
                    NumbersRefused
                        $"learn: the mean of the kernel's diagonal is %g{meanDiagonal}, not positive"
                ))

    /// Descends. `tell` hears each step's number and the objective.
    let learn
        (settings: LearnSettings)
        (tell: int -> float -> unit)
        (problem: LearnProblem)
        : Result<LearnedKernel, PipelineError> =
        result {
            let! evaluate, start, names = objective problem

            let! minimum =
                LimitedBfgs.minimise settings.Tolerance settings.MostSteps tell evaluate start
                |> Result.requireSome (
                    NumbersRefused
                        "learn: the kernel with its starting ridge is not positive definite; start from a larger ridge"
                )

            let parts, count = parts problem.Networks

            let! networks =
                parts
                |> List.traverseResultM (fun part ->
                    TensorKernel.withParameters minimum.Point[part.First ..] part.Network)
                |> Result.mapError (fun reason ->
                    NumbersRefused $"learn: it led to a network that is none: %s{reason}")

            return {
                Networks = networks
                Weights =
                    parts
                    |> List.map (fun part ->
                        part.Weight
                        |> Option.map (fun at -> exp minimum.Point[at])
                        |> Option.defaultValue 1.0)
                    |> Array.ofList
                Ridge = exp minimum.Point[count]
                Parameters =
                    Array.map3
                        (fun name a b -> { Name = name; Start = exp a; End = exp b })
                        names
                        start
                        minimum.Point
                Minimum = minimum
            }
        }
