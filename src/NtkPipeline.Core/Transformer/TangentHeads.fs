namespace NtkPipeline.Core

open System
open TorchSharp

/// Heads w of f = w·φ(x), one a row, float32.
[<RequireQualifiedAccess>]
module TangentHeads =

    let private norm (heads: Matrix<float32>) (number: int) =
        (Matrix.row number heads).ToArray() |> Array.sumBy (fun entry -> float entry * float entry) |> sqrt

    /// A kernel goes with the square of its head's norm: beyond these, float32 would hold ∞, or 0 where no gradient is 0.
    let private leastNorm, mostNorm = 1e-9, 1e9

    /// Whether the encoder can have the heads of a name, such as their file's. A head of zeros is one; else its norm is from 10⁻⁹ to 10⁹.
    let checkNamed
        (name: string)
        (shape: EncoderShape)
        (heads: Matrix<float32>)
        : Result<unit, PipelineError> =
        let refuse sentence = Error(DataRefused $"%s{name}: %s{sentence}.")

        let isOutside number =
            let norm = norm heads number
            norm <> 0.0 && (norm < leastNorm || norm > mostNorm)

        match Matrix.firstNonFinite32 heads with
        | _ when heads.Rows = 0 -> refuse "there is none"
        | Some(i, j) -> refuse $"entry %d{j} of head %d{i} (counted from 0) is not a finite number"
        | None when heads.Columns <> shape.Width ->
            refuse
                $"each row is a head, of %d{heads.Columns} entries, and the encoder's vectors have %d{shape.Width}"
        | None ->
            match [ 0 .. heads.Rows - 1 ] |> List.tryFind isOutside with
            | None -> Ok()
            | Some number ->
                refuse
                    $"head %d{number} (counted from 0) has the norm %.3g{norm heads number}, and its kernel goes with the square: bring it to a norm from %g{leastNorm} to %g{mostNorm}"

    /// Whether the encoder can have them.
    let check (shape: EncoderShape) (heads: Matrix<float32>) : Result<unit, PipelineError> =
        checkNamed "heads" shape heads

    /// w ~ N(0, I/width): the mean of their kernels tends to 1/width times the sum of the kernels of all entries of φ (Hutchinson 1990).
    /// A further head leaves those before it as they are.
    let random (seed: Seed) (width: int) (count: int) : Matrix<float32> =
        use _ = torch.NewDisposeScope()

        let head number =
            use generator = Seed.generator (Seed.derive $"head/%d{number}" seed)

            torch
                .randn([| int64 width |], dtype = torch.float32, generator = generator)
                .div_((sqrt (float width)).ToScalar())
            |> Tensors.toArray32

        Array.init count head |> Matrix.ofRows width

    /// The power of two nearest a head's norm; 1 of one that is 0.
    let scale (heads: Matrix<float32>) (number: int) : float =
        match norm heads number with
        | 0.0 -> 1.0
        | norm -> Math.Pow(2.0, Math.Round(Math.Log2 norm))

    /// A head over a number as a tensor, which belongs to the caller.
    let tensor
        (precision: torch.ScalarType)
        (device: torch.Device)
        (heads: Matrix<float32>)
        (divisor: float)
        (number: int)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()

        (Tensors.ofMatrix32 (Matrix.gatherRows [| number |] heads))
            .flatten()
            .``to``(precision)
            .div(divisor.ToScalar())
            .``to``(device)
            .MoveToOuterDisposeScope()
