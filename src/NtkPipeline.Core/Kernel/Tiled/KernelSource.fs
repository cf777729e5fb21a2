namespace NtkPipeline.Core

open System

/// Input rows, prepared for kernels with other rows.
type KernelRows = {
    Units: UnitRows
    /// Their directions in float32.
    Packed: PackedRows
} with

    member this.Count = this.Units.Norms.Length

[<RequireQualifiedAccess>]
module KernelRows =

    /// Every row of a matrix.
    let ofMatrix (x: Matrix<float>) : KernelRows =
        let units = UnitRows.ofMatrix x
        { Units = units; Packed = PackedRows.ofMatrix units.Units }

    /// Some of the rows.
    let gather (indices: int[]) (rows: KernelRows) : KernelRows =
        let units = UnitRows.gather indices rows.Units
        { Units = units; Packed = PackedRows.ofMatrix units.Units }

/// A network's kernel on some set of inputs: what tiles are made of.
[<NoEquality; NoComparison>]
type KernelSource = {
    /// The definition, in float64.
    Entry: Moments -> float
    /// The cosine table of float32 products, if one holds for these inputs.
    Plan: TableGram.Plan option
}

/// Choosing what a network's kernel is made of for some inputs, and refusing inputs that have none.
[<RequireQualifiedAccess>]
module KernelSource =

    /// K(x, x) of every row, in float64.
    let diagonal (source: KernelSource) (xs: KernelRows) : float[] =
        xs.Units.Norms |> Array.map (Moments.same >> source.Entry)

    let private checkInputs (x: Matrix<float>) =
        if x.Rows = 0 || x.Columns = 0 then
            KernelInputs.refuse $"x is %d{x.Rows} × %d{x.Columns}, so there is nothing to compare"
        else
            KernelInputs.checkFinite Precision.double "x" 0 x

    /// By Cauchy and Schwarz, every entry is finite where the diagonal is.
    let private checkDiagonal (most: float) (values: float[]) =
        match values |> Array.tryFindIndex (fun value -> not (value <= most)) with
        | None -> Ok()
        | Some row ->
            Error(
                NumbersRefused
                    $"kernel: of row %d{row} (counted from 0) with itself it is %g{values[row]}, more than can be computed with; scale the inputs down"
            )

    /// A network's kernel for these inputs, and the inputs prepared. `isSingle`: float32 by the cosine table, wherever one holds and
    /// stands the check on sampled pairs; else, and with `isSingle` off, the definition in float64.
    let create
        (kind: KernelKind)
        (network: Network)
        (isSingle: bool)
        (x: Matrix<float>)
        : Result<KernelSource * KernelRows, PipelineError> =
        checkInputs x
        |> Result.bind (fun () ->
            let xs = KernelRows.ofMatrix x
            let entry = KernelKind.entry kind network x.Columns xs.Units.Norms
            let definition = { Entry = entry; Plan = None }

            let source =
                if isSingle then
                    let rows, columns = GramRule.sampled xs.Count xs.Count
                    let samples = UnitRows.gather rows xs.Units, UnitRows.gather columns xs.Units
                    { definition with Plan = GramRule.table network entry xs.Units.Norms samples }
                else
                    definition

            let most = if source.Plan.IsSome then float Single.MaxValue else 1e150

            diagonal source xs |> checkDiagonal most |> Result.map (fun () -> source, xs))
