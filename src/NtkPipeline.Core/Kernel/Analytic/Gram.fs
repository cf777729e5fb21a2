namespace NtkPipeline.Core

/// Analytic kernel matrices. `None` as the second set of rows means the rows with themselves: one half is computed and
/// written twice, and the diagonal has angle exactly 0. In float64 every entry is that of `AnalyticNtk`, computed from the two
/// rows alone, so neither tiles nor threads nor other rows change a bit of it; activations without a closed form are summed by
/// Hermite series, which are checked on some of the norms to be within 1e-12 of the definition, or else it is used. In float32 entries come from a cosine table wherever one holds
/// (`TableGram`), within 2e-6 of the definition relative to √(K_xx K_zz), which is checked on sampled pairs; where none
/// holds they are the definition's, rounded. No finite input gives a NaN: what does not fit the precision is refused.
[<RequireQualifiedAccess>]
module Gram =

    let private compute
        (precision: Precision<'t>)
        (rule: Network -> int -> float[] -> UnitRows * UnitRows -> GramRule<'t>)
        (network: Network)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        : Result<Matrix<'t>, PipelineError> =
        KernelInputs.checkEntries x.Rows (z |> Option.map _.Rows |> Option.defaultValue x.Rows)
        |> Result.bind (fun () -> KernelInputs.checkColumns x.Columns (z |> Option.map _.Columns))
        |> Result.bind (fun () -> KernelInputs.checkFinite Precision.double "x" 0 x)
        |> Result.bind (fun () ->
            z |> Option.map (KernelInputs.checkFinite Precision.double "z" 0) |> Option.defaultValue (Ok()))
        |> Result.bind (fun () ->
            let xs = UnitRows.ofMatrix x
            let zs = z |> Option.map UnitRows.ofMatrix |> Option.defaultValue xs
            let norms = if z.IsSome then Array.append xs.Norms zs.Norms else xs.Norms
            let rows, columns = GramRule.sampled xs.Norms.Length zs.Norms.Length
            let rule = rule network x.Columns norms (UnitRows.gather rows xs, UnitRows.gather columns zs)
            let result = if z.IsSome then rule.Between xs zs else rule.Symmetric xs

            // By Cauchy and Schwarz, a symmetric kernel is finite where its diagonal is.
            let overflow =
                match z with
                | Some _ ->
                    result.Values
                    |> Array.tryFindIndex (precision.IsFinite >> not)
                    |> Option.map (fun k -> k / result.Columns, k % result.Columns)
                | None ->
                    seq { 0 .. result.Rows - 1 }
                    |> Seq.tryFind (fun i -> not (precision.IsFinite result[i, i]))
                    |> Option.map (fun i -> i, i)

            match overflow with
            | None -> Ok result
            | Some(row, column) -> KernelInputs.refuseOverflow "rows" precision row column)

    let private wide (m: Matrix<float32>) : Matrix<float> = Matrix.map float m

    let private wideRule kind network columns norms (_: UnitRows * UnitRows) =
        GramRule.double kind network columns norms

    /// K in float64.
    let nngp64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute Precision.double (wideRule AnalyticNtk.nngpBy) network x z

    /// Θ in float64.
    let ntk64 (network: Network) (x: Matrix<float>) (z: Matrix<float> option) =
        compute Precision.double (wideRule AnalyticNtk.ntkBy) network x z

    /// K in float32.
    let nngp (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute Precision.single (GramRule.single AnalyticNtk.nngpBy) network (wide x) (Option.map wide z)

    /// Θ in float32.
    let ntk (network: Network) (x: Matrix<float32>) (z: Matrix<float32> option) =
        compute Precision.single (GramRule.single AnalyticNtk.ntkBy) network (wide x) (Option.map wide z)
