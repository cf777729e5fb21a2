namespace NtkPipeline.Core

open System
open System.Runtime.InteropServices
open TorchSharp

/// By what a kernel's hyperparameters are learned.
[<RequireQualifiedAccess>]
type LearnBy =
    /// −log N(y; 0, K + λI), a row and an output.
    | Likelihood
    /// The mean square of exact leave-one-out residuals.
    | LeaveOneOut

[<RequireQualifiedAccess>]
module LearnBy =

    let print (by: LearnBy) : string =
        match by with
        | LearnBy.Likelihood -> "likelihood"
        | LearnBy.LeaveOneOut -> "loo"

    let parse (text: string) : Result<LearnBy, string> =
        match text with
        | "likelihood" -> Ok LearnBy.Likelihood
        | "loo" -> Ok LearnBy.LeaveOneOut
        | _ -> Error $"'%s{text}' is nothing to learn by; write likelihood or loo"

/// How well a kernel matrix explains its targets, as one number to be minimised, with its derivative by every entry of the
/// kernel and by the ridge.
[<RequireQualifiedAccess>]
module KernelEvidence =

    /// −log N(y; 0, A)/(N·outputs), A = K + λI.
    let private likelihood (a: torch.Tensor) (y: torch.Tensor) =
        let factor = torch.linalg.cholesky a
        let alpha = y.cholesky_solve (factor, false)
        let size = float y.shape[0] * float y.shape[1]
        let halfLog = factor.diagonal(0L, 0L, 1L).log().sum() * PolarTensor.number (float y.shape[1])
        let quadratic = (y * alpha).sum() * PolarTensor.number 0.5
        (quadratic + halfLog) / PolarTensor.number size + PolarTensor.number (0.5 * log (2.0 * Math.PI))

    /// The mean of (αᵢ/Gᵢᵢ)², G = A⁻¹.
    let private leaveOneOut (a: torch.Tensor) (y: torch.Tensor) =
        let g = torch.linalg.inv a
        (g.mm y / g.diagonal(0L, 0L, 1L).unsqueeze 1L).square().mean()

    /// Whether a regression with this kernel would be trusted. Of the kernel the lower triangle counts, which is what is factored.
    let private isTrusted (kernel: torch.Tensor) (ridge: float) (y: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let mirrored = kernel.tril () + kernel.tril(-1L).t()
        let whole = KernelMatrix.Double(Tensors.toMatrix64 mirrored)
        RidgeFit.solve "the kernel that is learnt" whole ridge (Tensors.toMatrix64 y) |> Result.isOk

    /// The value, and its derivatives by the entries of K (N × N) and by log λ; none where a regression with
    /// K + λI could not be trusted, so that the value would be noise. `y` is N × outputs.
    let value
        (by: LearnBy)
        (kernel: torch.Tensor)
        (logRidge: float)
        (y: torch.Tensor)
        : (float * torch.Tensor * float) option =
        use _ = torch.NewDisposeScope()
        let n = y.shape[0]
        let identity = torch.eye (n, dtype = torch.float64)

        let objective (x: torch.Tensor) =
            let a = x.narrow(0L, 0L, n * n).view(n, n) + x.select(0L, n * n).exp() * identity

            match by with
            | LearnBy.Likelihood -> likelihood a y
            | LearnBy.LeaveOneOut -> leaveOneOut a y

        if not (isTrusted kernel (exp logRidge) y) then
            None
        else
            try
                let point =
                    torch.cat (
                        [| kernel.reshape -1L; torch.tensor ([| logRidge |], dtype = torch.float64) |],
                        0L
                    )

                let value, gradient = Differentiate.fgrad objective point
                let byKernel = gradient.detach().narrow(0L, 0L, n * n).view(n, n).clone()

                Some(
                    value.item<float>(),
                    byKernel.MoveToOuterDisposeScope(),
                    gradient.select(0L, n * n).item<float>()
                )
            with :? ExternalException ->
                None
