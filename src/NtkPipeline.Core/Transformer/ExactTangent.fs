namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// The exact tangent kernel of an encoder's scalar output f = w·φ(x), over all of its parameters, the mean over heads w:
///     Θ̂(x, z) = Σ over parameters of ∂f(x)/∂θ · ∂f(z)/∂θ,
/// part by part, in tiles. For texts of more tokens than some 15 it is cheaper to form the gradients of each weight matrix than to
/// meet every pair of tokens. The head's own part, φ·φ' and that of a constant, is not in it.
[<RequireQualifiedAccess>]
module ExactTangent =

    /// The numbers of texts, as rows that tiles are made of.
    let private places first count =
        RowSource.ofMatrix (Matrix.create count 1 [| first .. first + count - 1 |])

    let private padded (ids: int[]) = TokenBatches.paddedLength ids.Length

    /// Parameters and heads on the device, for as long as the tiles may be asked for.
    let private draw precision device weights (heads: Matrix<float32>) =
        use scope = torch.NewDisposeScope()
        let parameters = BertEncoder.tensors precision device weights
        let directions = Array.init heads.Rows (TangentHeads.tensor precision device heads 1.0)
        parameters |> Map.iter (fun _ t -> scope.Detach t |> ignore)
        directions |> Array.iter (fun t -> scope.Detach t |> ignore)
        parameters, directions

    /// The kernel of texts with others (none: with themselves) in tiles of a side, one sheet for each group of parts. `heads` has one a
    /// row. Its tensors are held as long as the tiles are; refused is what `EncodeTexts.check` refuses, and heads that do not fit.
    let tiles
        (precision: Precision<'t>)
        (device: Device)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (side: int)
        (groups: TangentPart list list)
        (x: int[][])
        (z: int[][] option)
        : Result<KernelTiles<'t>, PipelineError> =
        result {
            do! EncodeTexts.check weights.Shape x
            do! EncodeTexts.check weights.Shape (defaultArg z [||])
            do! TangentHeads.check weights.Shape heads
            let! device = Device.resolve device

            let parameters, directions = draw precision.Type device weights heads
            let longest = Array.append x (defaultArg z [||]) |> Array.map padded |> Array.fold max 0
            let all = Array.append x (defaultArg z [||])

            let prepare (places: Matrix<int>) =
                places.Values
                |> Array.map (Array.get all)
                |> ExactGradients.ofTexts weights parameters precision.Type device directions longest

            let sheets above left : 't[] =
                use _ = torch.NewDisposeScope()
                let parts = groups |> List.concat |> List.distinct

                let found =
                    torch.zeros (
                        [| int64 groups.Length; above.Places.shape[0]; left.Places.shape[0] |],
                        dtype = torch.float64,
                        device = device
                    )

                for part in parts do
                    use _ = torch.NewDisposeScope()
                    let kernel = ExactKernel.ofPart part above left

                    groups
                    |> List.iteri (fun sheet group ->
                        if List.contains part group then
                            found.select(0L, int64 sheet).add_ kernel |> ignore)

                let values = Array.zeroCreate<'t>(int (found.numel ()))
                (precision.Tensor values found.shape).copy_ found |> ignore
                values

            return
                StripTiles.create
                    precision
                    (if groups.Length = 1 then None else Some groups.Length)
                    []
                    side
                    (places 0 x.Length)
                    (z |> Option.map (fun z -> places x.Length z.Length))
                    {
                        Inputs = "texts"
                        Scope = fun () -> torch.NewDisposeScope()
                        Prepare = prepare
                        Between = fun _ _ above left -> sheets above left
                        Symmetric = fun _ above -> sheets above above
                    }
        }

    /// The exact kernel of texts with themselves, in float32 and in as much memory as it takes within `memory` bytes. `advance` is told how
    /// many tiles are done, and how many there are.
    let symmetric
        (device: Device)
        (memory: float)
        (weights: EncoderWeights)
        (heads: Matrix<float32>)
        (advance: int -> int -> unit)
        (texts: int[][])
        : Result<Matrix<float32>, PipelineError> =
        result {
            let lengths = texts |> Array.map _.Length
            let! side, _ = ExactTangentCost.plan memory 4 weights.Shape heads.Rows lengths None
            let groups = [ TangentPart.all weights.Shape ]
            let! tiles = tiles Precision.single device weights heads side groups texts None
            let count = KernelTiles.count tiles
            let finished = ref 0

            let told = {
                tiles with
                    ComputeRow =
                        fun top lefts receive ->
                            tiles.ComputeRow top lefts (fun tile ->
                                finished.Value <- finished.Value + 1
                                advance finished.Value count
                                receive tile)
            }

            let! values = KernelTiles.toArray told
            return Matrix.create texts.Length texts.Length values
        }
