namespace NtkPipeline.Core

/// Which of the O × O numbers that a pair of inputs has are wanted of a network with O outputs, Θ̂_op(x, z) = ∇f_o(x)·∇f_p(z).
/// Shapes and the mean are those of the neural-tangents library.
type Outputs =
    /// (1/O)·Σ_o Θ̂_oo: N × M, whose limit is the analytic kernel.
    | Trace
    /// Θ̂_oo: N × M × O.
    | Diagonal
    /// Θ̂_op: N × M × O × O.
    | Full

/// What of an empirical kernel is wanted.
type KernelForm = {
    Outputs: Outputs
    /// Each dense layer's own contribution, in the order of the text, as the array's first axis: their sum is the kernel.
    IsByLayer: bool
}

[<RequireQualifiedAccess>]
module KernelForm =

    /// One number a pair, of the whole network.
    let plain: KernelForm = { Outputs = Trace; IsByLayer = false }

    /// The last axes of the array: what one pair of inputs has.
    let inner (form: KernelForm) (outputs: int) : int list =
        match form.Outputs with
        | Trace -> []
        | Diagonal -> [ outputs ]
        | Full -> [ outputs; outputs ]

    /// The first axis of the array, if there is one: the dense layers.
    let sheets (form: KernelForm) (network: Network) : int option =
        if form.IsByLayer then
            Some(List.length (Network.denseLayers 1 network))
        else
            None

    /// How many numbers one pair of inputs has, of one sheet.
    let numbers (form: KernelForm) (outputs: int) : int = inner form outputs |> List.fold (*) 1

    let parseOutputs (text: string) : Result<Outputs, string> =
        match text with
        | "trace" -> Ok Trace
        | "diagonal" -> Ok Diagonal
        | "full" -> Ok Full
        | other -> Error $"'%s{other}' is not a choice of outputs; write trace, diagonal or full"
