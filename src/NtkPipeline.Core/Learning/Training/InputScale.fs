namespace NtkPipeline.Core

/// The norm that unit rows are brought to before a network sees them: 1, as the written method has it, or √d, at which wide
/// networks are lazy (MATH: a network of inputs of norm 1 has diag Θ = 1/d and must move its weights far to reach ±1).
[<RequireQualifiedAccess>]
type InputScale =
    | Unit
    | SqrtD

[<RequireQualifiedAccess>]
module InputScale =

    let all: InputScale list = [ InputScale.Unit; InputScale.SqrtD ]

    let print (scale: InputScale) : string =
        match scale with
        | InputScale.Unit -> "unit"
        | InputScale.SqrtD -> "sqrt-d"

    /// In sentences; `print` is what settings and results name it by.
    let words (scale: InputScale) : string =
        match scale with
        | InputScale.Unit -> "‖x‖ = 1"
        | InputScale.SqrtD -> "‖x‖ = √d"

    let parse (text: string) : Result<InputScale, string> = PrintedUnion.parse "an input scale" print all text

    /// ‖x‖ of a row that had norm 1, with d columns.
    let norm (columns: int) (scale: InputScale) : float =
        match scale with
        | InputScale.Unit -> 1.0
        | InputScale.SqrtD -> sqrt (float columns)

    /// The factor from the kernel at ‖x‖ = √d to the kernel at this scale: a bias-free ReLU network is homogeneous, so that
    /// Θ(s x, s z) = s² Θ(x, z).
    let kernelFactor (columns: int) (scale: InputScale) : float =
        match scale with
        | InputScale.Unit -> 1.0 / float columns
        | InputScale.SqrtD -> 1.0
