namespace NtkPipeline.Core

/// What is learned from: the kernels of some networks, their weighted sum if there are several, on rows with targets.
type LearnProblem = {
    Kind: KernelKind
    Networks: Network list
    X: Matrix<float>
    /// N × outputs.
    Y: Matrix<float>
    By: LearnBy
    /// The ridge to start from, relative to mean(diag K).
    StartRidge: float
}

type LearnSettings = {
    /// The gradient's largest entry, by logarithms of hyperparameters, at which the minimum is found.
    Tolerance: float
    MostSteps: int
}

/// Checking what is learned from before anything is computed.
[<RequireQualifiedAccess>]
module LearnProblem =

    /// More rows than this take minutes a step.
    let mostRows = 4000

    let check (problem: LearnProblem) : Result<unit, PipelineError> =
        let refuse reason = Error(NumbersRefused $"learn: %s{reason}")

        if problem.Networks.IsEmpty then
            invalidArg (nameof problem) "no network"
        elif problem.X.Rows <> problem.Y.Rows || problem.Y.Columns = 0 then
            refuse $"there are %d{problem.Y.Rows} targets for %d{problem.X.Rows} rows of inputs"
        elif problem.X.Rows < 2 || problem.X.Columns = 0 then
            refuse $"inputs of %d{problem.X.Rows} × %d{problem.X.Columns} are too few"
        elif problem.X.Rows > mostRows then
            refuse $"%d{problem.X.Rows} rows are too many, and %d{mostRows} the most; take a subset"
        else
            match Matrix.firstNonFinite problem.X, Matrix.firstNonFinite problem.Y with
            | Some(i, j), _ ->
                refuse $"the inputs hold %g{problem.X[i, j]} at row %d{i}, column %d{j} (counted from 0)"
            | None, Some(i, _) -> refuse $"the target of row %d{i} (counted from 0) is not a finite number"
            | None, None ->
                problem.Networks
                |> List.fold
                    (fun sound network -> sound |> Result.bind (fun () -> TensorKernel.check network))
                    (Ok())
                |> Result.mapError NumbersRefused
