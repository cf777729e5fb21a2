namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// Kernel ridge regression at one ridge or many, from one eigendecomposition.
[<RequireQualifiedAccess>]
module RidgeSpectral =

    /// A given ridge is at least 0 and finite, a grid is one, and the score of one that is refined has a slope. `name` says which matrix the
    /// ridge was meant for.
    let checkSource (name: string) (source: RidgeSource) : Result<unit, PipelineError> =
        match source with
        | RidgeSource.Given ridge when not (ridge >= 0.0 && Double.IsFinite ridge) ->
            Error(NumbersRefused $"%s{name}: the ridge is %g{ridge}; it must be at least 0 and finite")
        | RidgeSource.Given _ -> Ok()
        | RidgeSource.Selected settings -> RidgeSettings.check settings
        | RidgeSource.Refined settings when not (RidgeRefinement.isPossible settings.ChooseBy) ->
            Error(
                NumbersRefused
                    $"%s{name}: a ridge chosen by %s{RidgeChoice.print settings.ChooseBy} cannot be refined: that score has no derivative here"
            )
        | RidgeSource.Refined settings -> RidgeSettings.check settings

    /// Without a ridge on a singular kernel: the limit λ → 0.
    let private limit name kernel (spectrum: Spectrum) rank (targets: Matrix<float>) mean rule =
        use _ = torch.NewDisposeScope()
        let least = LeastNorm.solve spectrum rank targets
        let reached = RidgeScores.difference targets least.Unfitted

        let residuals =
            SolveTrust.residuals
                (KernelMatrix.toTensor kernel)
                (Array.create targets.Columns 0.0)
                (Tensors.ofMatrix64 least.Coefficients)
                (Tensors.ofMatrix64 reached)
                (SolveTrust.sizes (Tensors.ofMatrix64 targets))

        SolveTrust.checkResiduals name [| 0.0 |] [| residuals |]
        |> Result.map (fun () ->
            let solution = {
                Coefficients = least.Coefficients
                Residuals = residuals
                Certificate = SolveTrust.certificate spectrum rank 0.0 (Array.max residuals)
            }

            let scored = {
                Ridge = 0.0
                EffectiveDimension = float rank
                Gcv = Array.average least.Gcv
                LogLikelihood = None
                Training = least.Unfitted
                LeaveOneOut = least.LeaveOneOut
                CrossValidation = None
            }

            {
                RidgeScores.single rule mean targets solution scored with
                    Rank = rank
                    IsSpectral = true
            })

    /// For each ridge, the residual of each output.
    let private residuals kernel (paths: RidgePath[]) (targets: Matrix<float>) (ridges: float[]) =
        use _ = torch.NewDisposeScope()
        let k = KernelMatrix.toTensor kernel

        paths
        |> Array.mapi (fun output path ->
            let y = (Tensors.ofArray64 (RidgePath.column output targets)).unsqueeze 1L
            let sizes = SolveTrust.sizes y |> Array.head |> Array.create ridges.Length
            SolveTrust.residuals k ridges (Tensors.ofMatrix64(path.Coefficients).clone()) y sizes)
        |> Array.transpose

    /// What the outputs' paths know of ridge p; `held` holds cross-validation's residuals, one matrix an output.
    let private ofPaths rows (paths: RidgePath[]) (held: Matrix<float>[] option) p : RidgeResiduals =
        let take pick = paths |> Array.map (pick p) |> RidgeScores.sideBySide rows

        {
            Ridge = paths[0].Ridges[p]
            EffectiveDimension = paths[0].EffectiveDimension[p]
            Gcv = paths |> Array.averageBy (fun path -> path.Gcv[p])
            LogLikelihood = Some(paths |> Array.sumBy (fun path -> path.LogLikelihood[p]))
            Training = take RidgePath.residuals
            LeaveOneOut = take RidgePath.leaveOneOut
            CrossValidation =
                held |> Option.map (Array.map (RidgePath.column p) >> RidgeScores.sideBySide rows)
        }

    let private along name kernel spectrum folds (targets: Matrix<float>) mean rule choice (ridges: float[]) =
        result {
            do! SolveTrust.checkDigits name (Spectrum.values spectrum) (Array.min ridges)
            let paths = RidgePath.ofOutputs spectrum targets ridges
            let residuals = residuals kernel paths targets ridges
            do! SolveTrust.checkResiduals name ridges residuals
            let! held = folds |> Option.traverseResult (CrossValidation.ofOutputs spectrum paths)
            let scored = Array.init ridges.Length (ofPaths targets.Rows paths held)
            let points = scored |> Array.map (RidgeScores.point rule mean targets)
            let! chosen = RidgeScores.choose choice points

            let alpha p =
                paths
                |> Array.map (fun path -> RidgePath.column p path.Coefficients)
                |> RidgeScores.sideBySide targets.Rows

            return {
                Points = points
                Chosen = points[chosen]
                Stationary = None
                Coefficients = alpha chosen
                Fitted = RidgeScores.difference targets scored[chosen].Training
                LeftOut = RidgeScores.difference targets scored[chosen].LeaveOneOut
                SmallestRidgeCoefficients = alpha 0
                Residuals = residuals[chosen]
                Rank = spectrum.Rows
                Certificate =
                    SolveTrust.certificate spectrum spectrum.Rows ridges[chosen] (Array.max residuals[chosen])
                IsSpectral = true
            }
        }

    /// The grid, and the stationary ridge beside its best one, if there is any and it is better.
    let private refine (settings: RidgeSettings) spectrum targets ridges along =
        result {
            let! (grid: RidgeFit) = along ridges
            let best = Array.IndexOf(ridges, grid.Chosen.Ridge)

            match RidgeRefinement.beside settings.ChooseBy spectrum targets ridges best with
            | None -> return grid
            | Some ridge ->
                let! (refined: RidgeFit) = along [| ridge |]
                let points = Array.append grid.Points refined.Points |> Array.sortBy _.Ridge
                let! chosen = RidgeScores.choose settings.ChooseBy points

                return {
                    (if points[chosen].Ridge = ridge then refined else grid) with
                        Points = points
                        Stationary = Some ridge
                        SmallestRidgeCoefficients = grid.SmallestRidgeCoefficients
                }
        }

    /// `name` says in refusals which matrix the kernel is, `spectrum` is its eigendecomposition; targets are N × outputs and stand for classes
    /// by `rule`; `folds` names each row's fold, from 0.
    let fit
        (name: string)
        (source: RidgeSource)
        (folds: int[] option)
        (kernel: KernelMatrix)
        (spectrum: Spectrum)
        (rule: ClassRule)
        (targets: Matrix<float>)
        : Result<RidgeFit, PipelineError> =
        result {
            do! SolveTrust.check name kernel targets
            do! checkSource name source
            let! mean = KernelMatrix.meanDiagonal name kernel
            let along = along name kernel spectrum folds targets mean rule
            let grid settings = RidgeSettings.grid settings |> Array.map (fun relative -> relative * mean)

            match source with
            | RidgeSource.Given ridge ->
                let! rank = if ridge = 0.0 then SolveTrust.checkRank name spectrum else Ok spectrum.Rows

                return!
                    if rank < spectrum.Rows then
                        limit name kernel spectrum rank targets mean rule
                    else
                        along RidgeChoice.LeaveOneOut [| ridge |]
            | RidgeSource.Selected settings -> return! along settings.ChooseBy (grid settings)
            | RidgeSource.Refined settings ->
                return! along settings.ChooseBy |> refine settings spectrum targets (grid settings)
        }
