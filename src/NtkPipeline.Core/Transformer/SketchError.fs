namespace NtkPipeline.Core

/// How far a sketched kernel lies from the exact one of the same texts.
type SketchError = {
    /// ‖K̂ − K‖_F / ‖K‖_F.
    Frobenius: float
    /// Root mean square of (K̂_ii − K_ii)/K_ii.
    Diagonal: float
    /// Root mean square of (K̂_ij − K_ij)/√(K_ii K_jj), i ≠ j; 0 of one text.
    OffDiagonal: float
}

[<RequireQualifiedAccess>]
module SketchError =

    /// Refused (`NumbersRefused`) where the exact kernel has a text without gradients: the errors are relative to its diagonal.
    let measure (exact: Matrix<float32>) (sketched: Matrix<float32>) : Result<SketchError, PipelineError> =
        let count = exact.Rows

        if exact.Columns <> count || sketched.Rows <> count || sketched.Columns <> count || count = 0 then
            invalidArg
                (nameof sketched)
                $"%d{sketched.Rows} × %d{sketched.Columns} is not the kernel of %d{count} × %d{exact.Columns}"

        match seq { 0 .. count - 1 } |> Seq.tryFind (fun i -> not (exact[i, i] > 0.0f)) with
        | Some i ->
            Error(
                NumbersRefused
                    $"sketch error: the exact kernel's entry of text %d{i} (counted from 0) with itself is %g{exact[i, i]}."
            )
        | None ->
            let mutable squares, errors, diagonal, off = 0.0, 0.0, 0.0, 0.0

            for i in 0 .. count - 1 do
                for j in 0 .. count - 1 do
                    let k = float exact[i, j]
                    let error = float sketched[i, j] - k
                    let relative = error * error / (float exact[i, i] * float exact[j, j])
                    squares <- squares + k * k
                    errors <- errors + error * error

                    if i = j then diagonal <- diagonal + relative else off <- off + relative

            let pairs = float count * float (count - 1)

            Ok {
                Frobenius = sqrt (errors / squares)
                Diagonal = sqrt (diagonal / float count)
                OffDiagonal = if count = 1 then 0.0 else sqrt (off / pairs)
            }
