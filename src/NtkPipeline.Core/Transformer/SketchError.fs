namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// How far a sketched kernel lies from the exact one of the same texts.
type SketchError = {
    /// ‖K̂ − K‖_F / ‖K‖_F.
    Frobenius: float
    /// Root mean square of (K̂_ii − K_ii)/K_ii.
    Diagonal: float
    /// Root mean square of (K̂_ij − K_ij)/√(K_ii K_jj), i ≠ j; 0 of one text.
    OffDiagonal: float
}

/// That of some texts, the first ones of those sketched.
type SketchCheck = { Texts: int; Error: SketchError }

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

    /// The error of sketched gradients at the first `count` texts, whose exact gradients take so many bytes at most. None where a text has
    /// no gradient, as with a head of zeros. Refused: too little memory, and what reading the sketch refuses.
    let ofChunks
        (device: Device)
        (memory: float)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (count: int)
        (texts: int[][])
        (chunks: TangentChunks)
        : Result<SketchCheck option, PipelineError> =
        result {
            let! rows = chunks.Read 0
            let count = min count rows[0].Values.Rows
            let first = [| 0 .. count - 1 |]

            let ofHead (rows: TangentRows) =
                TangentKernel.symmetric [ { rows with Values = Matrix.gatherRows first rows.Values } ]

            let sum (a: Matrix<float32>) (b: Matrix<float32>) =
                Matrix.create count count (Array.map2 (+) a.Values b.Values)

            let sketched =
                rows
                |> Array.map ofHead
                |> Array.reduce sum
                |> Matrix.map (fun entry -> entry / float32 rows.Length)

            let! exact =
                ExactTangent.symmetric device memory weights heads (fun _ _ -> ()) texts[.. count - 1]

            if first |> Array.exists (fun i -> not (exact[i, i] > 0.0f)) then
                return None
            else
                let! error = measure exact sketched
                return Some { Texts = count; Error = error }
        }
