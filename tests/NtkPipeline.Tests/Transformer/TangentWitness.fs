/// Gradients of the small encoder by every parameter, a text at a time, by autograd alone: what tangent kernels are held against.
module NtkPipeline.Tests.TangentWitness

open TorchSharp
open NtkPipeline.Core

/// The head that the tests use.
let head (seed: int) (width: int) : Matrix<float32> = Matrices.normal seed 1 width |> Matrix.map float32

/// A head's row as a tensor in float64.
let headTensor (heads: Matrix<float32>) : torch.Tensor =
    Tensors.ofMatrix32(heads).select(0L, 0L).``to`` torch.float64

/// ∂f/∂θ of one text, by the parameters' names.
let gradients (weights: EncoderWeights) (head: torch.Tensor) (text: int[]) : Map<string, torch.Tensor> =
    use scope = torch.NewDisposeScope()
    use _ = torch.enable_grad ()

    let parameters = SmallEncoder.tensors weights |> Map.map (fun _ t -> t.detach().requires_grad_ true)

    let pooled =
        BertEncoder.embed
            weights.Pooling
            weights.Shape
            (BertEncoder.layers weights.Shape parameters)
            (SmallEncoder.batch [| text |])

    let names = EncoderShape.parameters weights.Shape |> List.map fst |> Array.ofList

    torch.autograd.grad ([| pooled.matmul(head).sum() |], names |> Array.map (fun name -> parameters[name]))
    |> Seq.map (fun gradient -> scope.MoveToOuter gradient)
    |> Seq.zip names
    |> Map.ofSeq

/// The part of the encoder that a parameter belongs to.
let partOf (name: string) : TangentPart =
    let layer =
        if name.StartsWith "encoder.layer." then
            Some(int (name.Split '.').[2])
        else
            None

    let kind =
        if name = EncoderShape.words then TangentKind.Words
        elif name = EncoderShape.positions then TangentKind.Positions
        elif name = EncoderShape.types then TangentKind.Types
        elif name.Contains "LayerNorm" then TangentKind.Norm
        elif name.EndsWith ".bias" then TangentKind.Bias
        elif name.Contains EncoderShape.query then TangentKind.Query
        elif name.Contains EncoderShape.key then TangentKind.Key
        elif name.Contains EncoderShape.value then TangentKind.Value
        elif name.Contains EncoderShape.attended then TangentKind.Attended
        elif name.Contains EncoderShape.inner then TangentKind.Inner
        else TangentKind.Outer

    { Layer = layer; Kind = kind }

/// The exact tangent kernel of some parameters of texts with themselves, in float64.
let kernelOf
    (isWanted: string -> bool)
    (weights: EncoderWeights)
    (head: torch.Tensor)
    (texts: int[][])
    : Matrix<float> =
    use _ = torch.NewDisposeScope()

    let rows =
        texts
        |> Array.map (fun text ->
            gradients weights head text
            |> Map.toArray
            |> Array.filter (fst >> isWanted)
            |> Array.map (fun (_, gradient) -> gradient.flatten ())
            |> torch.cat)
        |> torch.stack

    rows.mm (rows.t ()) |> Tensors.toMatrix64

/// That of all parameters.
let kernel weights head texts : Matrix<float> = kernelOf (fun _ -> true) weights head texts

/// max |a − b| over the largest |b|.
let relativeGap (a: Matrix<float>) (b: Matrix<float>) : float =
    Matrices.gap a b / (b.Values |> Array.fold (fun most x -> max most (abs x)) 0.0)
