namespace NtkPipeline.Core

open System
open TorchSharp

/// What a solve of (K + λI) α = y is worth.
type Certificate = {
    /// ‖(K + λI) α − y‖ / ‖y‖, in float64.
    Residual: float
    /// (Λ_max + λ) / (Λ_min + λ).
    ConditionNumber: float
    /// log10 of the condition number: the decimal digits of 16 that may be lost.
    DigitsLost: float
    /// Eigenvalues that rounding had made negative and that were set to 0.
    Clipped: int
    /// The most negative of them, 0 where none was.
    MostNegative: float
}

/// How far a solve of (K + λI) α = y can be trusted, and the refusal of those that cannot.
[<RequireQualifiedAccess>]
module SolveTrust =

    /// A solve may lose so many of float64's 16 decimal digits; past it the result would be noise, and is refused.
    let mostDigitsLost = 12.0

    /// ‖(K + λI) α − y‖ / ‖y‖ may be so large: a thousandth of the targets. Above it, K's own rounding exceeds the ridge.
    let mostResidual = 1e-3

    /// Every target, N × outputs, is a finite number.
    let checkFinite (targets: Matrix<float>) : Result<unit, PipelineError> =
        match Matrix.firstNonFinite targets with
        | Some(i, 0) ->
            Error(
                NumbersRefused $"the target of training row %d{i} is %g{targets[i, 0]}, not a finite number"
            )
        | Some(i, k) ->
            Error(
                NumbersRefused
                    $"target %d{k} of training row %d{i} is %g{targets[i, k]}, not a finite number (both counted from 0)"
            )
        | None -> Ok()

    /// Every target is a finite number, and one at least is not 0.
    let checkTargets (targets: float[]) : Result<unit, PipelineError> =
        checkFinite (Matrix.create targets.Length 1 targets)
        |> Result.bind (fun () ->
            if targets |> Array.forall ((=) 0.0) then
                Error(NumbersRefused "all targets are 0, so there is nothing to learn")
            else
                Ok())

    /// log10 of (Λ_max + λ)/(Λ_min + λ).
    let digitsLost (values: float[]) (ridge: float) : float =
        log10 ((values[0] + ridge) / (values[values.Length - 1] + ridge))

    /// `values`: the eigenvalues of the matrix called `name`, largest first.
    let checkDigits (name: string) (values: float[]) (ridge: float) : Result<unit, PipelineError> =
        let lost = digitsLost values ridge

        if lost <= mostDigitsLost then
            Ok()
        else
            let enough = values[0] * Math.Pow(10.0, -mostDigitsLost)

            Error(
                NumbersRefused
                    $"%s{name} with ridge %g{ridge}: a solve would lose %.0f{min 16.0 lost} of 16 digits; ridges of at least %.1e{enough} can be trusted"
            )

    /// How many eigenvalues can be told from 0, for a solve without a ridge: the limit λ → 0 is taken on these alone, and is the
    /// solution of least norm. Refused where that limit would be noise.
    let checkRank (name: string) (spectrum: Spectrum) : Result<int, PipelineError> =
        let values = Spectrum.values spectrum
        let rounding = Spectrum.rounding spectrum
        let rank = values |> Array.filter (fun value -> value > rounding) |> Array.length
        let noise = -(Spectrum.mostNegative spectrum)

        if rank = 0 then
            Error(NumbersRefused $"%s{name} with ridge 0: the matrix is 0")
        elif noise > rounding && values[rank - 1] < 1e3 * noise then
            Error(
                NumbersRefused
                    $"%s{name} with ridge 0: rounding made an eigenvalue %.1e{-noise} and the smallest positive one is %.1e{values[rank - 1]}, so it is noise too; use a ridge"
            )
        else
            checkDigits name values[.. rank - 1] 0.0 |> Result.map (fun () -> rank)

    /// 1/(Λ + λ). Without a ridge, eigenvalues within rounding of 0 give 0: the limit λ → 0 on what the kernel can say.
    let inverse (name: string) (spectrum: Spectrum) (ridge: float) : Result<float[], PipelineError> =
        let values = Spectrum.values spectrum

        if ridge > 0.0 then
            checkDigits name values ridge
            |> Result.map (fun () -> values |> Array.map (fun value -> 1.0 / (value + ridge)))
        else
            checkRank name spectrum
            |> Result.map (fun rank ->
                values |> Array.mapi (fun k value -> if k < rank then 1.0 / value else 0.0))

    /// What a solve is worth on the first `rank` eigenvalues whose residual was measured.
    let certificate (spectrum: Spectrum) (rank: int) (ridge: float) (residual: float) : Certificate =
        let values = Spectrum.values spectrum
        let digits = digitsLost values[.. rank - 1] ridge

        {
            Residual = residual
            ConditionNumber = Math.Pow(10.0, digits)
            DigitsLost = digits
            Clipped = Spectrum.clipped spectrum
            MostNegative = Spectrum.mostNegative spectrum
        }

    /// The certificate of α = (K + λI)⁻¹ y, N × outputs: its residual is the worst output's, and without a ridge on a singular kernel is
    /// measured against what the kernel can reach of y.
    let certify
        (name: string)
        (spectrum: Spectrum)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: Matrix<float>)
        : Result<Certificate, PipelineError> =
        inverse name spectrum ridge
        |> Result.bind (fun inverse ->
            use _ = torch.NewDisposeScope()
            let rank = inverse |> Array.filter (fun x -> x > 0.0) |> Array.length
            let q = (Spectrum.vectors spectrum).narrow(1L, 0L, int64 rank)
            let y = Tensors.ofMatrix64 targets
            let w = q.t().mm y
            let alpha = q.mm (w * (Tensors.ofArray64 inverse[.. rank - 1]).unsqueeze 1L)
            let off = (KernelMatrix.toTensor kernel).mm alpha + alpha * torch.tensor ridge - q.mm w

            let residual =
                Array.map2
                    (fun off size -> if size = 0.0 then off else off / size)
                    (off.square().sum(0L).sqrt() |> Tensors.toArray64)
                    (y.square().sum(0L).sqrt() |> Tensors.toArray64)
                |> Array.max

            if residual <= mostResidual then
                Ok(certificate spectrum rank ridge residual)
            else
                Error(
                    NumbersRefused
                        $"%s{name} with ridge %g{ridge}: the solution misses the targets by %.1e{residual} of their size, since the ridge is below the rounding of the kernel; use larger ridges"
                ))

    /// ‖(K + λI) α − y‖ / ‖y‖ of every column of α; 0 where y is.
    let residuals (kernel: KernelMatrix) (path: RidgePath) (targets: float[]) : float[] =
        use _ = torch.NewDisposeScope()
        let k = KernelMatrix.toTensor kernel
        let alpha = Tensors.ofMatrix64(path.Coefficients).clone()
        let y = (Tensors.ofArray64 targets).unsqueeze 1L
        let off = k.mm alpha + alpha * (Tensors.ofArray64 path.Ridges).unsqueeze 0L - y
        let size = y.norm().item<float>()
        let size = if size = 0.0 then 1.0 else size
        off.square().sum(0L).sqrt() / torch.tensor size |> Tensors.toArray64

    let checkResiduals (name: string) (path: RidgePath) (residuals: float[]) : Result<unit, PipelineError> =
        match residuals |> Array.tryFindIndex (fun residual -> not (residual <= mostResidual)) with
        | None -> Ok()
        | Some p ->
            Error(
                NumbersRefused
                    $"%s{name} with ridge %g{path.Ridges[p]}: the solution misses the targets by %.1e{residuals[p]} of their size, since the ridge is below the rounding of the kernel; use larger ridges"
            )
