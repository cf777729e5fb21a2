namespace NtkPipeline.Arrays

open System
open NtkPipeline.Core

/// .NET's two-dimensional arrays as matrices, and back. Every value is copied.
[<RequireQualifiedAccess>]
module internal Arrays =

    let toMatrix (values: float[,]) : Matrix<float> =
        Matrix.init (Array2D.length1 values) (Array2D.length2 values) (fun i j -> values[i, j])

    let ofMatrix (m: Matrix<float>) : float[,] = Array2D.init m.Rows m.Columns (fun i j -> m[i, j])

    /// N numbers as N × 1.
    let column (values: float[]) : float[,] = Array2D.init values.Length 1 (fun i _ -> values[i])

    /// Refuses what is no finite number; `name` is the argument's.
    let checkFinite (name: string) (values: float[,]) : unit =
        match Matrix.firstNonFinite (toMatrix values) with
        | None -> ()
        | Some(row, column) ->
            Refused.because
                $"%s{name}: entry (%d{row}, %d{column}) is %g{values[row, column]}; every entry must be a finite number"

    let private least (name: string) (value: 'a) (isEnough: bool) (need: string) : unit =
        if not isEnough then
            Refused.because $"%s{name} is %O{value}; it must be %s{need}"

    let atLeast (name: string) (smallest: int) (value: int) : unit =
        least name value (value >= smallest) $"at least %d{smallest}"

    let positive (name: string) (value: float) : unit =
        least name value (value > 0.0 && Double.IsFinite value) "above 0 and finite"
