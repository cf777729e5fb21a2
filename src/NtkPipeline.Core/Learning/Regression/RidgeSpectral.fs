namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Regression on targets as they come, at one ridge or many, from one eigendecomposition.
[<RequireQualifiedAccess>]
module RidgeSpectral =

    let private product (kernel: KernelMatrix) (alpha: Matrix<float>) =
        use _ = torch.NewDisposeScope()
        (KernelMatrix.toTensor kernel).mm(Tensors.ofMatrix64 alpha) |> Tensors.toMatrix64

    let private norm (m: Matrix<float>) = sqrt (m.Values |> Array.sumBy (fun x -> x * x))

    /// Without a ridge on a singular kernel: the limit λ → 0.
    let private limit name kernel (spectrum: Spectrum) rank (targets: Matrix<float>) reading =
        let least = LeastNorm.solve spectrum rank targets
        let reached = FitPoint.difference targets least.Unfitted
        let off = FitPoint.difference (product kernel least.Coefficients) reached
        let residual = if norm targets = 0.0 then 0.0 else norm off / norm targets
        let left = FitPoint.difference targets least.LeaveOneOut

        let point = {
            Ridge = 0.0
            RelativeRidge = 0.0
            EffectiveDimension = float rank
            LooError = FitPoint.meanSquare least.LeaveOneOut
            LooAccuracy = FitPoint.accuracy reading targets left
            Gcv = Array.average least.Gcv
            LogLikelihood = None
            CvError = None
            CvAccuracy = None
        }

        if residual > SolveTrust.mostResidual then
            Error(
                NumbersRefused
                    $"%s{name} with ridge 0: the solution misses what the kernel can reach by %.1e{residual} of the targets' size; use a ridge"
            )
        else
            Ok {
                Points = [| point |]
                Chosen = point
                Stationary = None
                Coefficients = least.Coefficients
                Fitted = reached
                LeftOut = left
                Rank = rank
                Certificate = SolveTrust.certificate spectrum rank 0.0 residual
                IsSpectral = true
            }

    let private onPath name kernel spectrum mean ridges choice folds (targets: Matrix<float>) reading =
        result {
            do! SolveTrust.checkDigits name (Spectrum.values spectrum) (Array.min ridges)
            let paths = RidgePath.ofOutputs spectrum targets ridges
            let column k = RidgePath.column k targets

            let residuals = paths |> Array.mapi (fun k path -> SolveTrust.residuals kernel path (column k))

            for path, residuals in Array.zip paths residuals do
                do! SolveTrust.checkResiduals name path residuals

            let! held = folds |> Option.traverseResult (CrossValidation.ofOutputs spectrum paths)
            let points = Array.init ridges.Length (FitPoint.ofPaths reading mean targets paths held)
            let! chosen = FitPoint.choose choice points
            let take pick = paths |> Array.map (pick chosen) |> FitPoint.sideBySide targets.Rows

            return {
                Points = points
                Chosen = points[chosen]
                Stationary = None
                Coefficients = take (fun p path -> RidgePath.column p path.Coefficients)
                Fitted = FitPoint.difference targets (take RidgePath.residuals)
                LeftOut = FitPoint.difference targets (take RidgePath.leaveOneOut)
                Rank = spectrum.Rows
                Certificate =
                    residuals
                    |> Array.map (fun residuals -> residuals[chosen])
                    |> Array.max
                    |> SolveTrust.certificate spectrum spectrum.Rows ridges[chosen]
                IsSpectral = true
            }
        }

    /// The grid, and the stationary ridge beside its best one, if there is any and it is better.
    let private refine (settings: RidgeSettings) spectrum targets ridges along =
        result {
            let! (grid: RidgeFit) = along ridges
            let best = System.Array.IndexOf(ridges, grid.Chosen.Ridge)

            match RidgeRefinement.beside settings.ChooseBy spectrum targets ridges best with
            | None -> return grid
            | Some ridge ->
                let! (refined: RidgeFit) = along [| ridge |]
                let points = Array.append grid.Points refined.Points |> Array.sortBy _.Ridge
                let! chosen = FitPoint.choose settings.ChooseBy points
                let fit = if points[chosen].Ridge = ridge then refined else grid
                return { fit with Points = points; Stationary = Some ridge }
        }

    /// A matrix that `KernelMatrix.check` let pass, whose diagonal has the mean `mean`; targets N × outputs, read as `reading`; `folds`
    /// names each row's fold.
    let fit
        (name: string)
        (source: RidgeSource)
        (folds: int[] option)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        (mean: float)
        (reading: ClassRule)
        : Result<RidgeFit, PipelineError> =
        result {
            let! spectrum = Spectrum.decompose name kernel

            let along choice ridges = onPath name kernel spectrum mean ridges choice folds targets reading

            let grid settings = RidgeSettings.grid settings |> Array.map (fun relative -> relative * mean)

            match source with
            | RidgeSource.Given ridge ->
                let! rank = if ridge = 0.0 then SolveTrust.checkRank name spectrum else Ok spectrum.Rows

                return!
                    if rank < spectrum.Rows then
                        limit name kernel spectrum rank targets reading
                    else
                        along RidgeChoice.LeaveOneOut [| ridge |]
            | RidgeSource.Selected settings -> return! along settings.ChooseBy (grid settings)
            | RidgeSource.Refined settings ->
                return! along settings.ChooseBy |> refine settings spectrum targets (grid settings)
        }
