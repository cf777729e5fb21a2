namespace NtkPipeline.Core

open System
open TorchSharp

/// The one rule of trust. A solve of (K + λI) α = y is trusted where no eigenvalue of K lies further below 0 than rounding explains
/// (`Spectrum.decompose`), no more than `mostDigitsLost` digits are lost, and α leaves a residual of no more than `mostResidual`. Eigenvalues
/// decide it. Bounds may show the same without them (`boundDigits`, `boundNegative`), and refuse nothing.
[<RequireQualifiedAccess>]
module SolveTrust =

    /// A solve may lose so many of float64's 16 decimal digits; past it the result would be noise, and is refused.
    let mostDigitsLost = 12.0

    /// ‖(K + λI) α − y‖ / ‖y‖ may be so large: a thousandth of the targets. Above it, K's own rounding exceeds the ridge.
    let mostResidual = 1e-3

    /// What can be solved at all: a matrix that `KernelMatrix.check` lets pass, and a row of targets, N × outputs, for each of its rows,
    /// finite and not all 0.
    let check (name: string) (kernel: KernelMatrix) (targets: Matrix<float>) : Result<unit, PipelineError> =
        KernelMatrix.check name kernel
        |> Result.bind (fun () ->
            if targets.Rows <> KernelMatrix.rows kernel || targets.Columns = 0 then
                Error(
                    DataRefused
                        $"%s{name}: it has %d{KernelMatrix.rows kernel} rows, and there are %d{targets.Rows} rows of targets"
                )
            else
                RegressionTargets.checkFinite targets)
        |> Result.bind (fun () -> RegressionTargets.check targets.Values)

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

    /// An upper bound of the digits lost; `largest` is one of Λ_max.
    let boundDigits (largest: float) (ridge: float) : float = log10 ((largest + ridge) / ridge)

    /// Where no eigenvalue lies below minus this, rounding explains it, and the solution that takes it for 0, as eigenvalues give it, leaves half
    /// the residual allowed at most: K's negative part times that solution, which along it is no longer than α is. `largest` is a
    /// lower bound of Λ_max, `growth` the greatest ‖α‖/‖y‖ of an output.
    let boundNegative (kernel: KernelMatrix) (largest: float) (growth: float) : float =
        min (Spectrum.allowance kernel largest) (mostResidual / 2.0 / growth)

    /// ‖(K + λI) α − r‖ / ‖y‖ of each column of α, each with its ridge and its ‖y‖ (see `sizes`); r is y, or what a singular kernel without a
    /// ridge can reach of it: a column for all, or one for each.
    let residuals
        (k: torch.Tensor)
        (ridges: float[])
        (alpha: torch.Tensor)
        (reached: torch.Tensor)
        (sizes: float[])
        : float[] =
        use _ = torch.NewDisposeScope()
        let off = k.mm alpha + alpha * (Tensors.ofArray64 ridges).unsqueeze 0L - reached
        Array.map2 (/) (off.square().sum(0L).sqrt() |> Tensors.toArray64) sizes

    /// ‖y‖ of each column of targets, 1 where it is 0.
    let sizes (y: torch.Tensor) : float[] =
        Array.init (int y.shape[1]) (fun k ->
            let size = y.select(1L, int64 k).norm().item<float>()
            if size = 0.0 then 1.0 else size)

    let checkResidual (name: string) (ridge: float) (residual: float) : Result<unit, PipelineError> =
        if residual <= mostResidual then
            Ok()
        else
            let aim =
                if ridge = 0.0 then
                    "what the kernel can reach of the targets"
                else
                    "the targets"

            Error(
                NumbersRefused
                    $"%s{name} with ridge %g{ridge}: the solution misses %s{aim} by %.1e{residual} of their size, since the ridge is below the rounding of the kernel; use larger ridges"
            )

    /// Of each ridge's residuals, one for each output.
    let checkResiduals (name: string) (ridges: float[]) (residuals: float[][]) : Result<unit, PipelineError> =
        let check sound (ridge, residual) = sound |> Result.bind (fun () -> checkResidual name ridge residual)

        Array.zip ridges residuals
        |> Seq.collect (fun (ridge, each) -> each |> Seq.map (fun r -> ridge, r))
        |> Seq.fold check (Ok())

    /// The certificate of α = (K + λI)⁻¹ y, N × outputs, which is not kept: its residual is the worst output's.
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
            let ridges = Array.create targets.Columns ridge
            let residuals = residuals (KernelMatrix.toTensor kernel) ridges alpha (q.mm w) (sizes y)

            checkResiduals name [| ridge |] [| residuals |]
            |> Result.map (fun () -> certificate spectrum rank ridge (Array.max residuals)))
