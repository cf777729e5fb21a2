namespace NtkPipeline.Core

/// What can be regressed on.
[<RequireQualifiedAccess>]
module RegressionTargets =

    /// Beyond it, sums of squares leave float64; where an output's largest target lies below the other, the squares of its errors do.
    let private largestTarget, smallestTarget = 1e150, 1e-140

    /// Every target, N × outputs, is a finite number whose square is one too, and no output's are so small that its errors' squares vanish.
    let checkFinite (targets: Matrix<float>) : Result<unit, PipelineError> =
        let which i k =
            if k = 0 then
                $"the target of training row %d{i} is %g{targets[i, k]}"
            else
                $"target %d{k} of training row %d{i} (both counted from 0) is %g{targets[i, k]}"

        match
            Matrix.firstNonFinite targets,
            targets.Values |> Array.tryFindIndex (fun y -> abs y > largestTarget)
        with
        | Some(i, k), _ -> Error(NumbersRefused $"%s{which i k}, not a finite number")
        | None, Some place ->
            let row, column = place / targets.Columns, place % targets.Columns

            Error(
                NumbersRefused
                    $"%s{which row column}, and float64 holds no sums of such squares; divide all targets by a constant"
            )
        | None, None ->
            let largest k = Seq.init targets.Rows (fun i -> abs targets[i, k]) |> Seq.fold max 0.0
            let isLost size = size > 0.0 && size < smallestTarget

            match Seq.init targets.Columns largest |> Seq.tryFindIndex isLost with
            | Some k ->
                let whose =
                    if targets.Columns = 1 then
                        "the largest target"
                    else
                        $"the largest of targets %d{k} (counted from 0)"

                Error(
                    NumbersRefused
                        $"%s{whose} is %g{largest k}, and squares of its errors vanish in float64; multiply all targets by a constant"
                )
            | None -> Ok()

    /// Every target is a finite number, and one at least is not 0.
    let check (targets: float[]) : Result<unit, PipelineError> =
        checkFinite (Matrix.create targets.Length 1 targets)
        |> Result.bind (fun () ->
            if targets |> Array.forall ((=) 0.0) then
                Error(NumbersRefused "all targets are 0, so there is nothing to learn")
            else
                Ok())
