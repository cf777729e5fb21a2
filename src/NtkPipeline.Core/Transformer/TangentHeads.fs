namespace NtkPipeline.Core

open System
open TorchSharp

/// Heads w of f = w·φ(x), one a row, float32.
[<RequireQualifiedAccess>]
module TangentHeads =

    let private refuse sentence = Error(DataRefused $"heads: %s{sentence}.")

    /// Whether the encoder can have them.
    let check (shape: EncoderShape) (heads: Matrix<float32>) : Result<unit, PipelineError> =
        match Matrix.firstNonFinite32 heads with
        | _ when heads.Rows = 0 -> refuse "there is none"
        | Some(i, j) -> refuse $"entry %d{j} of head %d{i} (counted from 0) is not a finite number"
        | None when heads.Columns <> shape.Width ->
            refuse $"they have %d{heads.Columns} entries, and the encoder's vectors have %d{shape.Width}"
        | None -> Ok()

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
        let squares =
            (Matrix.row number heads).ToArray() |> Array.sumBy (fun entry -> float entry * float entry)

        if squares = 0.0 then
            1.0
        else
            Math.Pow(2.0, Math.Round(0.5 * Math.Log2 squares))

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
