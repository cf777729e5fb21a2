namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// Where gradient flow on the cross-entropy ends, of one output or several.
type LogisticEnd = {
    /// N × outputs.
    Fitted: Matrix<float>
    /// c of least norm, f = f₀ + Θc.
    Coefficients: Matrix<float>
    /// ‖f − f_∞‖ is at most this, as proved.
    Error: float
    /// Steps of Newton's method.
    Steps: int
}

/// The end of gradient flow on the cross-entropy, where it has one: flow in f₀ + range Θ falls to the least loss there, and with Θ = QΛQᵀ
/// that is a convex problem in u, f = f₀ + Qu over the columns of Q whose Λ is not 0. Solved by Newton's method. With g and H the loss's
/// gradient and Hessian in u, δ = √(gᵀH⁻¹g) and w the least σ(f)(1 − σ(f)), a lower bound of H's eigenvalues: once δ ≤ √w/2, there is
/// one minimum, and it lies within 4δ/√w of f (Bach 2010, Self-concordant analysis for logistic regression, Prop. 2, R ≤ 1).
/// Where rows can be told apart by their targets there is none: each step then adds about 1 to their outputs, and 4δ/√w stays above 1.
[<RequireQualifiedAccess>]
module LogisticLimit =

    let private mostSteps = 100

    /// The error to reach, over 1 + max |f|.
    let private tolerance = 1e-8

    /// σ(f)(1 − σ(f)) is e^−|f| here but for a share of 1e-15, and products of such weights begin to vanish.
    let private mostOutput = 300.0

    let private loss (p: torch.Tensor) (f: torch.Tensor) =
        (f.relu () + f.abs().neg().exp().log1p() - p * f).sum().item<float>()

    /// The step −H⁻¹g and δ; none where H is singular to rounding.
    let private newton (q: torch.Tensor) (p: torch.Tensor) (f: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let probability = f.sigmoid ()
        let weights = probability * (-f).sigmoid()
        let gradient = q.t().mm(probability - p)
        let struct (factor, info) = torch.linalg.cholesky_ex (q.t().mm(q * weights), false)

        if info.item<int>() <> 0 then
            None
        else
            let step = gradient.cholesky_solve (factor, false)
            let decrement = (gradient * step).sum().item<float>() |> max 0.0 |> sqrt
            Some((-step).MoveToOuterDisposeScope(), decrement, sqrt (weights.min().item<float>()))

    /// Halves a step until the loss falls by a share of what its slope promises.
    let private shorten p (f: torch.Tensor) (move: torch.Tensor) decrement =
        let before = loss p f

        let rec go length =
            let falls = before - loss p (f + move * torch.tensor (length: float))

            if length < 1e-6 || falls >= 1e-4 * length * decrement * decrement then
                length
            else
                go (length / 2.0)

        go 1.0

    /// (u, the bound on the error, steps) of one output: p and f₀ are N × 1. The bound is brought down as far as rounding lets it.
    let private solve (q: torch.Tensor) (p: torch.Tensor) (f0: torch.Tensor) =
        let rec go steps (u: torch.Tensor) (best: (torch.Tensor * float * int) option) =
            let f = f0 + q.mm u
            let most = f.abs().max().item<float>()

            match newton q p f with
            | Some(step, decrement, root) when steps < mostSteps && most < mostOutput ->
                let error = 4.0 * decrement / root
                let isNear = decrement <= root / 2.0

                match best with
                | Some(_, known, _) when error >= known / 2.0 -> best
                | _ ->
                    let length = if isNear then 1.0 else shorten p f (q.mm step) decrement

                    let best =
                        if isNear && error <= tolerance * (1.0 + most) then
                            Some(u, error, steps)
                        else
                            best

                    go (steps + 1) (u + step * torch.tensor length) best
            | _ -> best

        go 0 (torch.zeros ([| q.shape[1]; 1L |], dtype = torch.float64)) None

    /// `spectrum` is that of Θ with its ridge; targets as probabilities and f₀ are N × outputs. `name` says in refusals which matrix Θ is.
    let find
        (name: string)
        (spectrum: Spectrum)
        (probabilities: Matrix<float>)
        (f0: Matrix<float>)
        : Result<LogisticEnd, PipelineError> =
        use _ = torch.NewDisposeScope()

        result {
            let! rank = SolveTrust.checkRank name spectrum
            let q = (Spectrum.vectors spectrum).narrow(1L, 0L, int64 rank).contiguous()
            let values = Spectrum.values spectrum
            let inverse = (Tensors.ofArray64 values[.. rank - 1]).reciprocal().unsqueeze 1L
            let p, start = Tensors.ofMatrix64(probabilities).clone(), Tensors.ofMatrix64(f0).clone()
            let output (t: torch.Tensor) k = t.narrow (1L, int64 k, 1L)

            let! ends =
                [ 0 .. f0.Columns - 1 ]
                |> List.traverseResultM (fun k ->
                    match solve q (output p k) (output start k) with
                    | Some found -> Ok found
                    | None ->
                        Error(
                            NumbersRefused
                                $"%s{name}: training on cross-entropy has no end here that can be found; where rows can be told apart by their targets, their outputs grow without bound, so give a finite time or targets strictly between 0 and 1"
                        ))

            let u = torch.cat (ends |> List.map (fun (u, _, _) -> u) |> Array.ofList, 1L)

            return {
                Fitted = start + q.mm u |> Tensors.toMatrix64
                Coefficients = q.mm (u * inverse) |> Tensors.toMatrix64
                Error = ends |> List.sumBy (fun (_, error, _) -> error * error) |> sqrt
                Steps = ends |> List.sumBy (fun (_, _, steps) -> steps)
            }
        }
