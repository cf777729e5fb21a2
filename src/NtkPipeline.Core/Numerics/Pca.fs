namespace NtkPipeline.Core

open System
open TorchSharp

/// Principal components of some rows.
type PcaModel = {
    /// The rows' mean.
    Mean: float[]
    /// Components × columns, orthonormal rows, the one of largest variance first.
    Components: Matrix<float>
    /// The rows' variance (of n − 1) along each component.
    Variances: float[]
    /// The share of the whole variance that each component explains.
    ExplainedVariance: float[]
    /// Coordinates are divided by their standard deviation.
    Whitened: bool
}

/// How principal components are found.
[<RequireQualifiedAccess>]
type PcaSolver =
    /// The eigenvectors of the covariance: columns² · rows and columns³ operations.
    | Exact
    /// A randomised block Krylov space of the covariance, which is never formed: `RandomisedEigen`.
    | Randomised
    /// Randomised where few components of many columns are wanted, else exact.
    | Auto

/// Principal component analysis in float64.
[<RequireQualifiedAccess>]
module Pca =

    let private refuse (x: Matrix<float32>) reason =
        Error(NumbersRefused $"PCA of a %d{x.Rows} × %d{x.Columns} embedding: %s{reason}")

    /// Exact up to so many columns, where `Auto` decides.
    let private mostColumns = 1500

    let private isRandomised solver dimensions (x: Matrix<float32>) =
        match solver with
        | PcaSolver.Exact -> false
        | PcaSolver.Randomised -> true
        | PcaSolver.Auto -> x.Columns > mostColumns && 5 * dimensions <= min x.Columns x.Rows

    let private check (dimensions: int) (x: Matrix<float32>) =
        match Matrix.firstNonFinite32 x with
        | _ when dimensions < 1 -> refuse x $"%d{dimensions} dimensions are none"
        | _ when dimensions > x.Columns ->
            refuse x $"%d{dimensions} dimensions are more than its %d{x.Columns} columns"
        | _ when dimensions > x.Rows ->
            refuse x $"%d{dimensions} dimensions are more than its %d{x.Rows} rows"
        | _ when x.Rows < 2 -> refuse x "one row has no variance"
        | Some(i, j) -> refuse x $"the entry of row %d{i}, column %d{j}, is not a finite number"
        | None -> Ok()

    /// All eigenvalues of the covariance and its eigenvectors in columns, largest first.
    let private exact (centred: torch.Tensor) (divisor: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let struct (ascending, vectors) = torch.linalg.eigh (centred.t().mm centred / divisor)
        Tensors.toArray64 (ascending.flip 0L), vectors.flip(1L).MoveToOuterDisposeScope()

    let private model isRandomised seed dimensions (x: Matrix<float32>) =
        use _ = torch.NewDisposeScope()
        // A copy in LibTorch's own memory: aligned the same way in every run.
        let rows = (Tensors.ofMatrix32 x).``to`` torch.float64
        let mean = rows.mean ([| 0L |], keepdim = true)
        let centred = rows - mean
        let divisor = torch.tensor (float (x.Rows - 1))

        let variances, vectors =
            if isRandomised then
                RandomisedEigen.leading dimensions seed x.Columns (fun q ->
                    centred.t().mm(centred.mm q) / divisor)
            else
                exact centred divisor

        let variances = variances |> Array.map (max 0.0)

        let total =
            if isRandomised then
                (centred.square().sum() / divisor).item<float>()
            else
                Array.sum variances

        if total = 0.0 then
            refuse x "all its rows are the same"
        else
            let components = vectors.t().narrow(0L, 0L, int64 dimensions)
            let largest = components.abs().argmax(1L, keepdim = true)
            let signs = components.gather(1L, largest).sign()
            let variances = Array.truncate dimensions variances

            Ok {
                Mean = Tensors.toArray64 mean
                Components = Tensors.toMatrix64 (components * signs)
                Variances = variances
                ExplainedVariance = variances |> Array.map (fun v -> v / total)
                Whitened = false
            }

    /// The `dimensions` leading principal components of the rows; each component's largest entry is positive. The seed is
    /// the randomised solver's.
    let fitBy
        (solver: PcaSolver)
        (seed: Seed)
        (dimensions: int)
        (x: Matrix<float32>)
        : Result<PcaModel, PipelineError> =
        check dimensions x
        |> Result.bind (fun () -> model (isRandomised solver dimensions x) seed dimensions x)

    /// The same, exactly.
    let fit (dimensions: int) (x: Matrix<float32>) : Result<PcaModel, PipelineError> =
        fitBy PcaSolver.Exact (Seed.root 0UL) dimensions x

    /// How `fitBy` found these components of these rows, for people: "pca exact, whitened".
    let describe (solver: PcaSolver) (model: PcaModel) (x: Matrix<float32>) : string =
        let how = if isRandomised solver model.Variances.Length x then "randomised" else "exact"
        $"""pca %s{how}%s{if model.Whitened then ", whitened" else ""}"""

    /// The first of a model's components.
    let truncate (dimensions: int) (model: PcaModel) : PcaModel =
        if dimensions > model.Variances.Length then
            invalidArg (nameof dimensions) $"%d{dimensions} of %d{model.Variances.Length} components"

        {
            model with
                Components = model.Components |> Matrix.gatherRows [| 0 .. dimensions - 1 |]
                Variances = Array.truncate dimensions model.Variances
                ExplainedVariance = Array.truncate dimensions model.ExplainedVariance
        }

    /// The same components with coordinates of variance 1. Refused where a component has no variance to divide by.
    let whiten (model: PcaModel) : Result<PcaModel, PipelineError> =
        let smallest = 1e-12 * model.Variances[0]

        match model.Variances |> Array.tryFindIndex (fun variance -> variance <= smallest) with
        | Some k ->
            Error(
                NumbersRefused
                    $"PCA: component %d{k + 1} of %d{model.Variances.Length} has no variance, so it cannot be whitened"
            )
        | None -> Ok { model with Whitened = true }

    /// The rows' coordinates along the components: rows × dimensions. Rows of other columns are a bug of the caller.
    let transform (model: PcaModel) (x: Matrix<float32>) : Matrix<float32> =
        if x.Columns <> model.Mean.Length then
            invalidArg (nameof x) $"%d{x.Columns} columns, and the components have %d{model.Mean.Length}"

        use _ = torch.NewDisposeScope()
        let rows = (Tensors.ofMatrix32 x).``to`` torch.float64
        let centred = rows - Tensors.ofArray64 model.Mean
        let coordinates = centred.mm ((Tensors.ofMatrix64 model.Components).clone().t())

        if model.Whitened then
            Tensors.toMatrix32 (coordinates / (Tensors.ofArray64 model.Variances).sqrt())
        else
            Tensors.toMatrix32 coordinates

    /// Rows less the mean of the reference's rows, every column kept. The mean is taken in float64.
    let centre (reference: Matrix<float32>) (x: Matrix<float32>) : Matrix<float32> =
        if x.Columns <> reference.Columns then
            invalidArg (nameof x) $"%d{x.Columns} columns, and the reference has %d{reference.Columns}"

        use _ = torch.NewDisposeScope()
        let mean = (Tensors.ofMatrix32 reference).``to``(torch.float64).mean([| 0L |], keepdim = true)
        Tensors.toMatrix32 ((Tensors.ofMatrix32 x).``to``(torch.float64) - mean)

    let private normOf (row: ReadOnlySpan<float32>) =
        let mutable sum = 0.0

        for entry in row do
            sum <- sum + float entry * float entry

        sqrt sum

    /// Every row divided by its Euclidean norm, and the rows that are zero: these stay zero. A row that is not finite is
    /// a bug of the caller.
    let normaliseRows (x: Matrix<float32>) : Matrix<float32> * int[] =
        let norms = Array.init x.Rows (fun i -> normOf (Matrix.row i x))

        match norms |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some i -> invalidArg (nameof x) $"row %d{i} is not finite"
        | None ->
            let divisors = norms |> Array.map (fun norm -> if norm = 0.0 then 1.0 else norm)

            let values =
                x.Values |> Array.mapi (fun k entry -> float32 (float entry / divisors[k / x.Columns]))

            Matrix.create x.Rows x.Columns values,
            [|
                for i in 0 .. x.Rows - 1 do
                    if norms[i] = 0.0 then
                        i
            |]
