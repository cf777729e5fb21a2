namespace NtkPipeline.Core

open System

/// Choosing what a network's kernel is made of for some inputs, and refusing inputs that have none.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module KernelSource =

    let private side = UnheldKernel.side

    /// Whether entries of tiles, taken at regular steps, are the definition's to within 2e-6·√(K_xx K_zz).
    let private agrees (source: KernelSource) (xs: KernelRows) =
        let tiles, buffer, diagonal =
            UnheldKernel.symmetric source xs, UnheldKernel.newBuffer (), UnheldKernel.diagonal source xs

        let count = 61

        seq { 0 .. count - 1 }
        |> Seq.forall (fun sample ->
            let i = int (int64 sample * int64 (xs.Count - 1) / int64 count)
            let j = int (int64 (sample * 37 % count) * int64 (xs.Count - 1) / int64 count)
            tiles.Fill buffer (i / side * side) (j / side * side)
            let found = buffer.Values[i % side * side + j % side]

            let expected =
                if i = j then
                    diagonal[i]
                else
                    source.Entry(UnitRows.moments xs.Units i xs.Units j)

            abs (found - expected) <= 2e-6 * sqrt (diagonal[i] * diagonal[j]))

    let private checkInputs (x: Matrix<float>) =
        match Matrix.firstNonFinite x with
        | _ when x.Rows = 0 || x.Columns = 0 ->
            Error(
                NumbersRefused
                    $"kernel: the inputs are %d{x.Rows} × %d{x.Columns}, so there is nothing to compare"
            )
        | Some(row, column) ->
            Error(
                NumbersRefused
                    $"kernel: the inputs hold %g{x[row, column]} at row %d{row}, column %d{column} (counted from 0)"
            )
        | None -> Ok()

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
            let xs = UnheldKernel.rows x
            let entry = KernelKind.entry kind network x.Columns xs.Units.Norms
            let definition = { Entry = entry; Plan = None }

            let source =
                if isSingle then
                    TableGram.plan network entry xs.Units.Norms
                    |> Option.map (fun plan -> { definition with Plan = Some plan })
                    |> Option.filter (fun source -> agrees source xs)
                    |> Option.defaultValue definition
                else
                    definition

            let most = if source.Plan.IsSome then float Single.MaxValue else 1e150

            UnheldKernel.diagonal source xs |> checkDiagonal most |> Result.map (fun () -> source, xs))
