namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// A kernel and its training rows, ready for tiles.
[<NoEquality; NoComparison>]
type TiledKernel = { Source: KernelSource; Xs: KernelRows }

/// What regressions of any size need of a kernel that need not be held. One array, or one row, a system.
[<RequireQualifiedAccess>]
module TiledKernel =

    /// Rows whose residuals are computed by the definition as well.
    let private sampled = 64

    let norm (values: float[]) : float = values |> Array.sumBy (fun x -> x * x) |> sqrt

    /// ‖y − (K + λ)α‖/‖y‖ at some of the rows.
    let private residualsAt
        (kernel: TiledKernel)
        (tiles: UnheldKernel)
        (rows: int[])
        (systems: RidgeSystems)
        (alphas: float[][])
        =
        let products = KernelProduct.multiply tiles (Matrix.ofRows kernel.Xs.Count alphas)

        Array.init alphas.Length (fun s ->
            let y, alpha, ridge = systems.Targets[s], alphas[s], systems.Ridges[s]
            let off = rows |> Array.mapi (fun k row -> y[row] - products[s, k] - ridge * alpha[row])
            let size = rows |> Array.map (fun row -> y[row]) |> norm
            norm off / (if size = 0.0 then 1.0 else size))

    /// ‖y − (K + λ)α‖/‖y‖ of each system.
    let residuals (kernel: TiledKernel) : RidgeSystems -> float[][] -> float[] =
        residualsAt kernel (UnheldKernel.symmetric kernel.Source kernel.Xs) [| 0 .. kernel.Xs.Count - 1 |]

    /// The same on a few rows, by the definition.
    let sampledResiduals (kernel: TiledKernel) : RidgeSystems -> float[][] -> float[] =
        let count = min sampled kernel.Xs.Count
        let rows = Array.init count (fun k -> int (int64 k * int64 kernel.Xs.Count / int64 count))
        let definition = { kernel.Source with Plan = None }
        let tiles = UnheldKernel.between definition (KernelRows.gather rows kernel.Xs) kernel.Xs
        residualsAt kernel tiles rows

    /// K·v for every row v of a matrix, with kernel entries kept between products in at most so many bytes.
    let product
        (budget: int64)
        (kernel: TiledKernel)
        : Matrix<float> -> Result<Matrix<float>, PipelineError> =
        let tiles = UnheldKernel.symmetric kernel.Source kernel.Xs |> KeptTiles.remember budget kernel.Source

        KernelProduct.multiply tiles >> Ok

    /// f on some rows from weights of the kernel functions of some training rows; a row a system.
    let predict (kernel: TiledKernel) (weights: float[][]) (asked: KernelRows) : Matrix<float> =
        let tiles = UnheldKernel.between kernel.Source asked kernel.Xs
        KernelProduct.multiply tiles (Matrix.ofRows kernel.Xs.Count weights)

    /// Where a Cholesky factor shows no trust, eigenvalues decide, if there is room for them.
    let private exactAt mayDecompose whole ridge (targets: float[][]) =
        result {
            for y in targets do
                do! RegressionTargets.check y

            let columns = Matrix.init targets[0].Length targets.Length (fun i s -> targets[s][i])

            match! RidgeFit.trySolve "the kernel" whole ridge columns with
            | Some solution -> return solution
            | None when mayDecompose -> return! RidgeFit.solve "the kernel" whole ridge columns
            | None ->
                return!
                    Error(
                        NumbersRefused
                            $"the kernel with ridge %g{ridge}: only its eigenvalues can tell whether a solve is to be trusted, and there is no memory for them; use a larger ridge, or allow more memory"
                    )
        }

    /// α and ‖y − (K + λ)α‖/‖y‖ of each system, from the whole matrix; systems come ridge by ridge.
    let exact
        (mayDecompose: bool)
        (kernel: TiledKernel)
        (systems: RidgeSystems)
        : Result<float[][] * float[], PipelineError> =
        let whole =
            UnheldKernel.symmetric kernel.Source kernel.Xs |> UnheldKernel.whole |> KernelMatrix.Double

        Array.zip systems.Ridges systems.Targets
        |> Array.groupBy fst
        |> List.ofArray
        |> List.traverseResultM (fun (ridge, group) -> exactAt mayDecompose whole ridge (Array.map snd group))
        |> Result.map (fun solutions ->
            solutions
            |> Seq.collect (fun solution ->
                solution.Residuals
                |> Seq.mapi (fun s residual -> RidgePath.column s solution.Coefficients, residual))
            |> Array.ofSeq
            |> Array.unzip)

    /// A preconditioner of at most `rank` columns; `tell` hears of columns found and the share of the trace they leave.
    let lowRank
        (rank: int)
        (seed: Seed)
        (tell: int -> float -> unit)
        (kernel: TiledKernel)
        : Result<Preconditioner, PipelineError> =
        PivotedCholesky.columns kernel.Source kernel.Xs
        |> PivotedCholesky.factorise rank (Seed.derive "pivots" seed) tell
        |> Result.map Preconditioner.create

    /// The same kernel on some of the rows.
    let some (rows: int[]) (kernel: TiledKernel) : TiledKernel = {
        kernel with
            Xs = KernelRows.gather rows kernel.Xs
    }
