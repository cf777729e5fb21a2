namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// A hyperparameter before and after.
type LearnedParameter = {
    Name: string
    Start: float
    End: float
    /// It ended at the end of its range, and would have gone on: the data do not tell it.
    IsHeld: bool
}

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
/// descended by their logarithms, on the marginal likelihood or the exact leave-one-out error.
[<RequireQualifiedAccess>]
module LearnKernel =

    /// The objective and its gradient as functions of the vector of logarithms, the last of them log λ; with its start and names.
    let objective
        (problem: LearnProblem)
        : Result<(float[] -> (float * float[]) option) * float[] * string[], PipelineError> =
        LearnProblem.check problem
        |> Result.bind (fun () ->
            let n = problem.X.Rows
            let kernel = LearnableKernel.create problem.Kind problem.Networks problem.Seen
            let y = Tensors.ofMatrix64(problem.Y).clone()

            let evaluate (point: float[]) =
                use _ = torch.NewDisposeScope()
                let h, logRidge = point[.. point.Length - 2], Array.last point

                let entries =
                    if LearnableKernel.isSound kernel h then
                        LearnableKernel.matrix kernel h
                    else
                        [| nan |]

                if entries |> Array.exists (Double.IsFinite >> not) then
                    None
                else
                    KernelEvidence.value
                        problem.By
                        (Tensors.ofMatrix64 (Matrix.create n n entries))
                        logRidge
                        y
                    |> Option.map (fun (value, byKernel, byRidge) ->
                        let gradient = LearnableKernel.pullBack kernel h (Tensors.toArray64 byKernel)
                        value, Array.append gradient [| byRidge |])

            let entries = LearnableKernel.matrix kernel kernel.Start
            let meanDiagonal = Array.init n (fun i -> entries[i * n + i]) |> Array.average

            if meanDiagonal > 0.0 && Double.IsFinite meanDiagonal then
                Ok(
                    evaluate,
                    Array.append kernel.Start [| log (RidgeValue.absolute meanDiagonal problem.StartRidge) |],
                    Array.append kernel.Names [| "ridge" |]
                )
            else
                Error(
                    NumbersRefused
                        $"learn: the mean of the kernel's diagonal is %g{meanDiagonal}, not positive"
                ))

    /// A factor of 1,000 either way for each hyperparameter, of a million for the ridge: some of them only matter together (a homogeneous
    /// network's σ_w only by their product), and nothing else keeps these from running off.
    let private ranges (start: float[]) =
        start
        |> Array.mapi (fun k x ->
            let reach = if k = start.Length - 1 then log 1e6 else log 1e3
            x - reach, x + reach)

    /// Descends. `tell` hears each step's number and the objective.
    let learn
        (settings: LearnSettings)
        (tell: int -> float -> unit)
        (problem: LearnProblem)
        : Result<LearnedKernel, PipelineError> =
        result {
            let! evaluate, start, names = objective problem

            let! minimum =
                LimitedBfgs.minimise settings.Tolerance settings.MostSteps (ranges start) tell evaluate start
                |> Result.requireSome (
                    NumbersRefused
                        "learn: the kernel with its starting ridge is not positive definite; start from a larger ridge"
                )

            let parts = LearnableKernel.parts problem.Networks

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
                Ridge = exp (Array.last minimum.Point)
                Parameters =
                    ranges start
                    |> Array.mapi (fun k range -> {
                        Name = names[k]
                        Start = exp start[k]
                        End = exp minimum.Point[k]
                        IsHeld = LimitedBfgs.isHeld range minimum.Point[k] minimum.Gradient[k]
                    })
                Minimum = minimum
            }
        }
