namespace NtkPipeline.Core

/// What is learned from: the kernels of some networks, their weighted sum if there are several, on rows with targets.
type LearnProblem = {
    Kind: KernelKind
    Networks: Network list
    /// The rows that every network sees, unless it has some of its own.
    X: Matrix<float>
    /// The same N rows as each network sees them, in the order of the networks; empty where all see X.
    Views: Matrix<float> list
    /// N × outputs.
    Y: Matrix<float>
    By: LearnBy
    /// The ridge to start from, above 0.
    StartRidge: RidgeValue
} with

    /// What each network sees.
    member this.Seen: Matrix<float> list =
        if this.Views.IsEmpty then
            this.Networks |> List.map (fun _ -> this.X)
        else
            this.Views

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
        elif
            problem.Seen.Length <> problem.Networks.Length
            || problem.Views |> List.exists (fun view -> view.Rows <> problem.X.Rows)
        then
            invalidArg (nameof problem) "views are of the same rows, and one a network"
        elif problem.X.Rows <> problem.Y.Rows || problem.Y.Columns = 0 then
            refuse $"there are %d{problem.Y.Rows} targets for %d{problem.X.Rows} rows of inputs"
        elif problem.X.Rows < 2 || problem.X.Columns = 0 then
            refuse $"inputs of %d{problem.X.Rows} × %d{problem.X.Columns} are too few"
        elif problem.X.Rows > mostRows then
            refuse $"%d{problem.X.Rows} rows are too many, and %d{mostRows} the most; take a subset"
        else
            match
                problem.X :: problem.Views
                |> List.tryPick (fun view ->
                    Matrix.firstNonFinite view |> Option.map (fun (i, j) -> view, i, j)),
                Matrix.firstNonFinite problem.Y
            with
            | Some(view, i, j), _ ->
                refuse $"the inputs hold %g{view[i, j]} at row %d{i}, column %d{j} (counted from 0)"
            | None, Some(i, _) -> refuse $"the target of row %d{i} (counted from 0) is not a finite number"
            | None, None ->
                problem.Networks
                |> List.fold
                    (fun sound network -> sound |> Result.bind (fun () -> TensorKernel.check network))
                    (Ok())
                |> Result.mapError NumbersRefused
                |> Result.bind (fun () -> RegressionTargets.checkFinite problem.Y)
                |> Result.bind (fun () -> RegressionTargets.check problem.Y.Values)
