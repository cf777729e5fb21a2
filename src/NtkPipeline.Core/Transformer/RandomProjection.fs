namespace NtkPipeline.Core

open TorchSharp

/// A random matrix P, rows × columns, with E[PᵀP] = I, made to be applied fast: columns are first folded, random signs before them, to
/// a few times as many numbers as there are rows, and these are rotated. The rows of P are orthogonal, and P of a fold of any width has
/// the variance of a rotation of all columns: of ⟨Px, Px⟩ about 2|x|⁴(1/rows − 1/columns).
[<NoEquality; NoComparison>]
type RandomProjection = {
    /// Signs: folds × folded; none where nothing is folded.
    Folds: torch.Tensor option
    /// Rows of random orthogonal matrices, transposed: folded × rows.
    Frames: torch.Tensor
}

[<RequireQualifiedAccess>]
module RandomProjection =

    /// Columns are folded to at least so many times the rows.
    let private spread = 3

    /// In how many folds columns are laid over one another.
    let folds (rows: int) (columns: int) : int =
        seq { columns .. -1 .. 1 }
        |> Seq.find (fun folds -> folds = 1 || columns % folds = 0 && columns / folds >= spread * rows)

    /// Rows of random orthogonal matrices, as many of these as it takes, times √(columns/rows).
    let private frames (generator: torch.Generator) (rows: int) (columns: int) =
        let frame count =
            let sizes = [| int64 columns; int64 count |]
            let normal = torch.randn (sizes, dtype = torch.float64, generator = generator)
            let struct (q, _) = torch.linalg.qr normal
            q.t ()

        torch
            .cat([| for start in 0..columns .. rows - 1 -> frame (min columns (rows - start)) |], 0L)
            .mul_((sqrt (float columns / float rows)).ToScalar())

    /// Independent random signs, float64.
    let signs (generator: torch.Generator) (sizes: int64[]) : torch.Tensor =
        torch
            .randint(0L, 2L, sizes, dtype = torch.float64, generator = generator)
            .mul_(2.0.ToScalar())
            .sub_(1.0.ToScalar())

    /// A projection times a number, in float64 on the CPU.
    let draw (seed: Seed) (scale: float) (rows: int) (columns: int) : RandomProjection =
        use scope = torch.NewDisposeScope()
        use generator = Seed.generator seed
        let folds = folds rows columns
        let folded = columns / folds

        {
            Folds =
                if folds = 1 then
                    None
                else
                    Some(signs generator [| int64 folds; int64 folded |] |> scope.MoveToOuter)
            Frames =
                (frames generator rows folded).mul(scale.ToScalar()).t().contiguous() |> scope.MoveToOuter
        }

    /// The same on a device, in a precision.
    let toDevice
        (precision: torch.ScalarType)
        (device: torch.Device)
        (projection: RandomProjection)
        : RandomProjection =
        let ready (t: torch.Tensor) = t.``to``(precision).``to`` device

        {
            Folds = projection.Folds |> Option.map ready
            Frames = ready projection.Frames
        }

    /// P x of each token: texts × tokens × rows, from texts × tokens × columns.
    let apply (projection: RandomProjection) (x: torch.Tensor) : torch.Tensor =
        match projection.Folds with
        | None -> x.matmul projection.Frames
        | Some signs ->
            use _ = torch.NewDisposeScope()
            let folded = signs.shape[1]
            let sum = x.narrow(-1L, 0L, folded).mul signs[0L]

            for fold in 1L .. signs.shape[0] - 1L do
                sum.addcmul_ (x.narrow (-1L, fold * folded, folded), signs[fold], 1.0.ToScalar()) |> ignore

            sum.matmul(projection.Frames).MoveToOuterDisposeScope()
