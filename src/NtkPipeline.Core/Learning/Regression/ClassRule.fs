namespace NtkPipeline.Core

open System

/// How targets and outputs stand for classes.
[<RequireQualifiedAccess>]
type ClassRule =
    /// One output whose targets take two values: above the cut it is the one class, else the other.
    | Cut of at: float
    /// One output a class: the largest names it.
    | Largest
    /// Numbers that name no class.
    | Numbers

/// Cutting 0/1 targets at ½ is not equivalent to cutting ±1 at 0: a ridge pulls outputs towards 0, which is the boundary of ±1 but
/// the middle of one class of 0/1, and a kernel without a constant function cannot undo it.
[<RequireQualifiedAccess>]
module ClassRule =

    let private ofColumn (values: float[]) =
        match values |> Array.distinct |> Array.sort with
        | [| low; high |] when low < 0.0 && high > 0.0 -> ClassRule.Cut 0.0
        | [| low; high |] -> ClassRule.Cut((low + high) / 2.0)
        | _ -> ClassRule.Numbers

    /// What divides the two classes of one output; 0 where targets are numbers.
    let cut (targets: float[]) : float =
        match ofColumn targets with
        | ClassRule.Cut at -> at
        | ClassRule.Largest
        | ClassRule.Numbers -> 0.0

    let private largest (m: Matrix<float>) i =
        let row = (Matrix.row i m).ToArray()
        Array.IndexOf(row, Array.max row)

    let private isOneHot (m: Matrix<float>) =
        (Array.distinct m.Values).Length = 2
        && Seq.forall
            (fun i ->
                let row = (Matrix.row i m).ToArray()
                (row |> Array.filter ((=) (Array.max row))).Length = 1)
            (seq { 0 .. m.Rows - 1 })

    /// One column of two values is cut at 0 if it lies between them, else half way; several columns of two values, the greater
    /// exactly once in each row, are one a class. Targets, N × outputs, not empty.
    let ofTargets (targets: Matrix<float>) : ClassRule =
        if targets.Columns = 1 then ofColumn targets.Values
        elif isOneHot targets then ClassRule.Largest
        else ClassRule.Numbers

    /// Labels whose boundary is 0, and the outputs that leave such residuals y − f beside them.
    let private centred at (targets: Matrix<float>) (residuals: Matrix<float>) =
        let labels = targets.Values |> Array.map (fun y -> y - at)
        labels, Array.map2 (-) labels residuals.Values

    /// The share of rows that outputs name the right class of, from their residuals y − f; N × outputs. None where targets are numbers.
    let accuracy (rule: ClassRule) (targets: Matrix<float>) (residuals: Matrix<float>) : float option =
        match rule with
        | ClassRule.Cut at -> centred at targets residuals ||> Metrics.accuracy |> Some
        | ClassRule.Largest ->
            let outputs =
                Matrix.init targets.Rows targets.Columns (fun i k -> targets[i, k] - residuals[i, k])

            let hits =
                [| 0 .. targets.Rows - 1 |] |> Array.filter (fun i -> largest targets i = largest outputs i)

            Some(float hits.Length / float targets.Rows)
        | ClassRule.Numbers -> None

    /// F1 of the class above the cut; none where there is no cut.
    let f1 (rule: ClassRule) (targets: Matrix<float>) (residuals: Matrix<float>) : float option =
        match rule with
        | ClassRule.Cut at -> centred at targets residuals ||> Metrics.f1 |> Some
        | ClassRule.Largest
        | ClassRule.Numbers -> None

    /// A class for each row that stratified folds share out evenly: above the cut or not, or of the first class or not; for numbers,
    /// above 0 in the first column or not.
    let isPositive (rule: ClassRule) (targets: Matrix<float>) : bool[] =
        Array.init targets.Rows (fun i ->
            match rule with
            | ClassRule.Cut at -> targets[i, 0] > at
            | ClassRule.Largest -> largest targets i = 0
            | ClassRule.Numbers -> targets[i, 0] > 0.0)
