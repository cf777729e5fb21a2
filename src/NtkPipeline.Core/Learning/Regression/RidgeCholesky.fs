namespace NtkPipeline.Core

open System
open TorchSharp

/// Kernel ridge regression at one ridge without eigenvalues: α at a twelfth of their cost, all scores at a quarter. It answers where it
/// can show that eigenvalues would be trusted (see `SolveTrust`) and says nothing elsewhere, so that one matrix has one verdict.
/// From K + λI = L Lᵀ: G = (K + λI)⁻¹ has Gᵢᵢ from the inverse, Σ Λ/(Λ+λ) = N − λ tr G, log det = 2 Σ ln Lᵢᵢ, (I − H)y = λα.
[<RequireQualifiedAccess>]
module RidgeCholesky =

    /// L of K + shift·I, if there is one. K's diagonal gets its own bits back.
    let private factor (shift: float) (k: torch.Tensor) : torch.Tensor option =
        use _ = torch.NewDisposeScope()
        let diagonal = k.diagonal (0L, 0L, 1L)
        let own = diagonal.clone ()
        diagonal.add_ (torch.tensor shift) |> ignore
        let struct (factor, info) = torch.linalg.cholesky_ex (k, false)
        diagonal.copy_ own |> ignore

        if info.item<int>() = 0 then Some(factor.MoveToOuterDisposeScope()) else None

    /// A lower and an upper bound of Λ_max: that of K's form at equal weights, and the greatest sum of a row's absolute values.
    let private largest (k: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let atEqualWeights = k.sum().item<float>() / float k.shape[0]
        max 0.0 atEqualWeights, k.abs().sum(1L).max().item<float>()

    /// A factor of K + εI proves that no eigenvalue lies below −ε.
    let private isAbove (negative: float) (k: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        (factor negative k).IsSome

    /// `finish` of L, y, α and the solution where it solves; and the greatest ‖α‖/‖y‖ of an output.
    let private unproved k ridge digits (targets: Matrix<float>) finish =
        use _ = torch.NewDisposeScope()

        factor ridge k
        |> Option.bind (fun factor ->
            let y = Tensors.ofMatrix64 targets
            let alpha = y.cholesky_solve (factor, false)
            let sizes = SolveTrust.sizes y
            let residuals = SolveTrust.residuals k (Array.create targets.Columns ridge) alpha y sizes

            if residuals |> Array.forall (fun residual -> residual <= SolveTrust.mostResidual) then
                let solution = {
                    Coefficients = Tensors.toMatrix64 alpha
                    Residuals = residuals
                    Certificate = {
                        Residual = Array.max residuals
                        ConditionNumber = Math.Pow(10.0, digits)
                        DigitsLost = digits
                        Clipped = 0
                        MostNegative = 0.0
                    }
                }

                let growth = Array.map2 (/) (SolveTrust.sizes alpha) sizes |> Array.max
                Some(finish factor y alpha solution, growth)
            else
                None)

    /// The same, where it can be trusted. One factor at a time is held.
    let private solved
        kernel
        (ridge: float)
        (targets: Matrix<float>)
        (finish: torch.Tensor -> torch.Tensor -> torch.Tensor -> RidgeSolution -> 'a)
        : 'a option =
        use _ = torch.NewDisposeScope()
        let k = KernelMatrix.toTensor kernel
        let atLeast, atMost = largest k
        let digits = SolveTrust.boundDigits atMost ridge

        if ridge > 0.0 && digits <= SolveTrust.mostDigitsLost then
            unproved k ridge digits targets finish
            |> Option.filter (fun (_, growth) -> isAbove (SolveTrust.boundNegative kernel atLeast growth) k)
            |> Option.map fst
        else
            None

    /// α = (K + λI)⁻¹ y, y N × outputs, of a matrix that `KernelMatrix.check` let pass: two factorisations. The certificate's condition
    /// number is an upper bound, and no eigenvalue was counted. None where the bounds show no trust, though eigenvalues might.
    let solve (kernel: KernelMatrix) (ridge: float) (targets: Matrix<float>) : RidgeSolution option =
        solved kernel ridge targets (fun _ _ _ solution -> solution)

    /// The same, and the scores of the ridge: the factor is inverted for them, four thirds of n³ multiplications in all.
    let fit
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: Matrix<float>)
        : (RidgeSolution * RidgeResiduals) option =
        solved kernel ridge targets (fun factor y alpha solution ->
            let n, outputs = float targets.Rows, float targets.Columns
            let diagonal = (torch.cholesky_inverse factor).diagonal(0L, 0L, 1L)
            let trace = diagonal.sum().item<float>()
            let logDeterminant = 2.0 * factor.diagonal(0L, 0L, 1L).log().sum().item<float>()
            let fit = (y * alpha).sum().item<float>()

            solution,
            {
                Ridge = ridge
                EffectiveDimension = n - ridge * trace
                Gcv = (alpha * torch.tensor (n / trace)).square().mean().item<float>()
                LogLikelihood = Some(-0.5 * (fit + outputs * (logDeterminant + n * Math.Log(2.0 * Math.PI))))
                Training = Matrix.map ((*) ridge) solution.Coefficients
                LeaveOneOut = alpha / diagonal.unsqueeze 1L |> Tensors.toMatrix64
                CrossValidation = None
            })
