namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Training times judged on rows that are really held out. The rows of each fold leave, the kernel of those that are left is decomposed
/// by itself, and from it every time follows as a spectral filter: one eigendecomposition a fold.
[<RequireQualifiedAccess>]
module StoppingFolds =

    let private column (values: float[]) = Matrix.create values.Length 1 values

    /// f at some rows, rows × times, trained on the others only.
    let private outputs name kernel (targets: float[]) (times: float<flow>[]) (out: int[]) =
        let kept = [| 0 .. targets.Length - 1 |] |> Array.except out
        let learnt = kept |> Array.map (fun i -> targets[i])
        let zeros count = column (Array.zeroCreate count)
        // The loss is a mean: fewer rows take less time to come as far.
        let share = float kept.Length / float targets.Length

        result {
            let! spectrum = KernelMatrix.gather kept kept kernel |> Spectrum.decompose name

            let! trained =
                [ for time in times -> Training.Flow(time * share) ]
                |> ClosedForm.train spectrum (zeros kept.Length) (column learnt)

            let coefficients =
                Matrix.init kept.Length times.Length (fun i k -> trained[k].Coefficients.Values[i])

            let start = Matrix.init out.Length times.Length (fun _ _ -> 0.0)

            return
                ClosedForm.predict (KernelMatrix.gather out kept kernel) start {
                    Fitted = start
                    Coefficients = coefficients
                }
        }

    /// f at every row, N × times, from f₀ = 0 and trained on the rows of the other folds alone. t/N, and so the filter of each
    /// eigenvalue, is what it is for all N rows, as a ridge stays what it is. `folds` names each row's fold, two at least; `name` says
    /// in refusals which kernel it was.
    let heldOut
        (name: string)
        (kernel: KernelMatrix)
        (targets: float[])
        (times: float<flow>[])
        (folds: int[])
        : Result<Matrix<float>, PipelineError> =
        if folds.Length <> targets.Length || (Array.distinct folds).Length < 2 then
            invalidArg
                (nameof folds)
                $"%d{folds.Length} rows in folds for %d{targets.Length} targets; at least two folds are needed"

        let held = Array.zeroCreate (targets.Length * times.Length)

        Array.indexed folds
        |> Array.groupBy snd
        |> List.ofArray
        |> List.traverseResultM (fun (_, members) ->
            let out = Array.map fst members

            outputs name kernel targets times out
            |> Result.map (fun found ->
                out
                |> Array.iteri (fun k row ->
                    Array.blit found.Values (k * times.Length) held (row * times.Length) times.Length)))
        |> Result.map (fun _ -> Matrix.create targets.Length times.Length held)
