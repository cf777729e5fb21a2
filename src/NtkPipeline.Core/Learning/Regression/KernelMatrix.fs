namespace NtkPipeline.Core

open System
open TorchSharp

/// A kernel matrix in the precision it was made in. All mathematics on it is in float64.
[<RequireQualifiedAccess>]
type KernelMatrix =
    | Single of Matrix<float32>
    | Double of Matrix<float>

/// Reading kernel matrices, and refusing what is none. `name` says in refusals which matrix it was.
[<RequireQualifiedAccess>]
module KernelMatrix =

    let rows (kernel: KernelMatrix) : int =
        match kernel with
        | KernelMatrix.Single m -> m.Rows
        | KernelMatrix.Double m -> m.Rows

    let columns (kernel: KernelMatrix) : int =
        match kernel with
        | KernelMatrix.Single m -> m.Columns
        | KernelMatrix.Double m -> m.Columns

    /// How far from the true value a stored entry of size 1 may lie by rounding alone, a few operations included.
    let entryRounding (kernel: KernelMatrix) : float =
        match kernel with
        | KernelMatrix.Single _ -> 4.0 * Math.ScaleB(1.0, -24)
        | KernelMatrix.Double _ -> 4.0 * Math.ScaleB(1.0, -53)

    let entry (i: int) (j: int) (kernel: KernelMatrix) : float =
        match kernel with
        | KernelMatrix.Single m -> float m[i, j]
        | KernelMatrix.Double m -> m[i, j]

    /// The entries at (rows × columns), in the order of the indices.
    let gather (rows: int[]) (columns: int[]) (kernel: KernelMatrix) : KernelMatrix =
        match kernel with
        | KernelMatrix.Single m -> KernelMatrix.Single(Matrix.gather rows columns m)
        | KernelMatrix.Double m -> KernelMatrix.Double(Matrix.gather rows columns m)

    /// The diagonal of a square matrix.
    let diagonal (kernel: KernelMatrix) : float[] = Array.init (rows kernel) (fun i -> entry i i kernel)

    /// The mean of a square matrix's diagonal, which a ridge is relative to.
    let meanDiagonal (name: string) (kernel: KernelMatrix) : Result<float, PipelineError> =
        match diagonal kernel |> Array.average with
        | mean when mean > 0.0 -> Ok mean
        | mean -> Error(NumbersRefused $"%s{name}: the mean of its diagonal is %g{mean}, not positive")

    /// A float64 tensor of the entries for what copies it itself; it may stand over the matrix, and must not be written to.
    let view (kernel: KernelMatrix) : torch.Tensor =
        match kernel with
        | KernelMatrix.Single m ->
            use _ = torch.NewDisposeScope()
            ((Tensors.ofMatrix32 m).``to`` torch.float64).MoveToOuterDisposeScope()
        | KernelMatrix.Double m -> Tensors.ofMatrix64 m

    /// A float64 tensor with its own copy of the entries.
    let toTensor (kernel: KernelMatrix) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let copy =
            match kernel with
            | KernelMatrix.Single m -> (Tensors.ofMatrix32 m).``to`` torch.float64
            | KernelMatrix.Double m -> (Tensors.ofMatrix64 m).clone()

        copy.MoveToOuterDisposeScope()

    /// Every entry is a finite number.
    let checkFinite (name: string) (kernel: KernelMatrix) : Result<unit, PipelineError> =
        match kernel with
        | KernelMatrix.Single m -> Matrix.firstNonFinite32 m
        | KernelMatrix.Double m -> Matrix.firstNonFinite m
        |> function
            | None -> Ok()
            | Some(i, j) ->
                let value = entry i j kernel
                Error(NumbersRefused $"%s{name}: its entry (%d{i}, %d{j}) is %g{value}, not a finite number")

    /// Both halves are visited tile by tile, so that neither is read against the grain.
    let private tile = 64

    /// The pair (i, j), i > j, whose entries differ most, and by how much.
    let private mostAsymmetric (read: int -> float) n =
        let mutable worst, at = 0.0, (0, 0)

        for top in 0..tile .. n - 1 do
            for left in 0..tile..top do
                for i in top .. min n (top + tile) - 1 do
                    for j in left .. min i (left + tile) - 1 do
                        let difference = abs (read (i * n + j) - read (j * n + i))

                        if difference > worst then
                            worst <- difference
                            at <- i, j

        worst, at

    /// What mirrored entries may differ by, of the largest diagonal entry: many roundings of float32, in whichever precision a kernel that
    /// was computed in it is stored now.
    let private asymmetry = 1e-5

    let private checkSymmetric name kernel =
        let n = rows kernel

        let read =
            match kernel with
            | KernelMatrix.Single m -> fun k -> float m.Values[k]
            | KernelMatrix.Double m -> fun k -> m.Values[k]

        let scale = diagonal kernel |> Array.fold (fun most x -> max most (abs x)) 0.0
        let worst, (i, j) = mostAsymmetric read n

        if worst <= asymmetry * scale then
            Ok()
        else
            Error(
                NumbersRefused
                    $"%s{name}: it is not symmetric; entry (%d{i}, %d{j}) is %.9g{entry i j kernel} but entry (%d{j}, %d{i}) is %.9g{entry j i kernel}, which differ by %.2g{worst}"
            )

    /// Square, not empty, finite, and symmetric but for rounding.
    let check (name: string) (kernel: KernelMatrix) : Result<unit, PipelineError> =
        let n, m = rows kernel, columns kernel

        if n <> m then
            Error(NumbersRefused $"%s{name}: it has %d{n} rows and %d{m} columns, so it is not square")
        elif n = 0 then
            Error(NumbersRefused $"%s{name}: it is empty")
        else
            checkFinite name kernel |> Result.bind (fun () -> checkSymmetric name kernel)
