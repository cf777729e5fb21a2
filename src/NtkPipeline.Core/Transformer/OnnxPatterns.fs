namespace NtkPipeline.Core

/// A dense layer as it stands in a graph.
[<NoComparison>]
type OnnxDense = {
    Input: string
    Weight: OnnxTensor
    /// The weight is (in, out), as MatMul takes it, not (out, in).
    InFirst: bool
    Bias: OnnxTensor
}

/// A LayerNorm as it stands in a graph.
[<NoComparison>]
type OnnxNorm = { Input: string; Gain: OnnxTensor; Shift: OnnxTensor; Epsilon: float }

/// Values of a graph, seen as what makes them; every form that exporters give a part of a transformer.
module internal OnnxPatterns =

    let near (a: float) (b: float) : bool = abs (a - b) <= 1e-6 * abs b

    let (|Node|_|) (graph: OnnxGraph) (operator: string) (value: string) : OnnxNode option =
        Map.tryFind value graph.Makers |> Option.filter (fun node -> node.Operator = operator)

    /// The inputs of the node that makes a value.
    let (|Op|_|) graph operator value : string list option =
        match value with
        | Node graph operator node -> Some node.Inputs
        | _ -> None

    let (|Constant|_|) (graph: OnnxGraph) (value: string) : OnnxTensor option =
        Map.tryFind value graph.Tensors

    let (|Wholes|_|) graph value : int64 list option =
        match value with
        | Constant graph tensor -> OnnxTensor.wholes tensor |> Result.toOption |> Option.map List.ofArray
        | _ -> None

    /// A constant that is one number.
    let (|Scalar|_|) graph value : float option =
        match value with
        | Wholes graph [ whole ] -> Some(float whole)
        | Constant graph tensor when List.forall ((=) 1L) tensor.Sizes ->
            match OnnxTensor.reals tensor with
            | Ok [| real |] -> Some(float real)
            | _ -> None
        | _ -> None

    /// A constant and another value, joined in either order.
    let (|With|_|) graph operator value : (OnnxTensor * string) option =
        match value with
        | Op graph operator [ Constant graph tensor; other ]
        | Op graph operator [ other; Constant graph tensor ] -> Some(tensor, other)
        | _ -> None

    /// A number and another value, joined in either order.
    let (|WithScalar|_|) graph operator value : (float * string) option =
        match value with
        | Op graph operator [ Scalar graph number; other ]
        | Op graph operator [ other; Scalar graph number ] -> Some(number, other)
        | _ -> None

    /// A value as a number times values that are no products of their own.
    let rec (|Product|) graph value : float * string list =
        match value with
        | WithScalar graph "Mul" (number, Product graph (factor, others)) -> number * factor, others
        | Op graph "Div" [ Product graph (factor, others); Scalar graph number ] -> factor / number, others
        | Op graph "Mul" [ Product graph (a, left); Product graph (b, right) ] -> a * b, left @ right
        | other -> 1.0, [ other ]

    let attribute (node: OnnxNode) (name: string) (usual: OnnxAttribute) : OnnxAttribute =
        Map.tryFind name node.Attributes |> Option.defaultValue usual

    /// A node's whole numbers of this name: an attribute, or in newer files its second input.
    let private axes graph (node: OnnxNode) name =
        match attribute node name OnnxAttribute.Other, node.Inputs with
        | OnnxAttribute.Wholes wholes, _ -> Some wholes
        | OnnxAttribute.Other, [ _; Wholes graph wholes ] -> Some wholes
        | _ -> None

    /// The axes in a new order.
    let (|Transpose|_|) graph (order: int64 list) value : string option =
        match value with
        | Node graph "Transpose" node when
            attribute node "perm" OnnxAttribute.Other = OnnxAttribute.Wholes order
            ->
            List.tryHead node.Inputs
        | _ -> None

    /// The mean along the last of three axes.
    let private (|Mean|_|) graph value =
        match value with
        | Node graph "ReduceMean" node when
            List.contains (axes graph node "axes") [ Some [ -1L ]; Some [ 2L ] ]
            ->
            List.tryHead node.Inputs
        | _ -> None

    let private (|Square|_|) graph value =
        match value with
        | Op graph "Pow" [ x; Scalar graph 2.0 ] -> Some x
        | Op graph "Mul" [ x; y ] when x = y -> Some x
        | _ -> None

    /// γ (x − mean) / √(variance + ε) + β, whole or in parts.
    let (|Norm|_|) graph value : OnnxNorm option =
        match value with
        | Node graph "LayerNormalization" ({ Inputs = [ x; Constant graph gain; Constant graph shift ] } as node) ->
            match
                attribute node "axis" (OnnxAttribute.Whole -1L),
                attribute node "epsilon" (OnnxAttribute.Real 1e-5f)
            with
            | OnnxAttribute.Whole(-1L | 2L), OnnxAttribute.Real epsilon ->
                Some { Input = x; Gain = gain; Shift = shift; Epsilon = float epsilon }
            | _ -> None
        | With graph "Add" (shift,
                            With graph "Mul" (gain, Op graph "Div" [ centred; Op graph "Sqrt" [ inner ] ])) ->
            match centred, inner with
            | Op graph "Sub" [ x; Mean graph ofX ],
              WithScalar graph "Add" (epsilon, Mean graph (Square graph squared)) when
                ofX = x && squared = centred
                ->
                Some { Input = x; Gain = gain; Shift = shift; Epsilon = epsilon }
            | _ -> None
        | _ -> None

    /// A weight and whether it is (in, out), as MatMul takes it.
    let private (|Weight|_|) graph value =
        match value with
        | Constant graph weight -> Some(weight, true)
        | Transpose graph [ 1L; 0L ] (Constant graph weight) -> Some(weight, false)
        | _ -> None

    let private isPlain (gemm: OnnxNode) =
        attribute gemm "alpha" (OnnxAttribute.Real 1.0f) = OnnxAttribute.Real 1.0f
        && attribute gemm "beta" (OnnxAttribute.Real 1.0f) = OnnxAttribute.Real 1.0f
        && attribute gemm "transA" (OnnxAttribute.Whole 0L) = OnnxAttribute.Whole 0L

    /// x W + b: MatMul and Add, or Gemm between the Reshapes that it needs.
    let (|Dense|_|) graph value : OnnxDense option =
        match value with
        | With graph "Add" (bias, Op graph "MatMul" [ x; Weight graph (weight, inFirst) ]) ->
            Some { Input = x; Weight = weight; InFirst = inFirst; Bias = bias }
        | Op graph "Reshape" (Node graph "Gemm" gemm :: _) ->
            match gemm.Inputs with
            | [ Op graph "Reshape" (x :: _); Weight graph (weight, inFirst); Constant graph bias ] when
                isPlain gemm
                ->
                let isKept = attribute gemm "transB" (OnnxAttribute.Whole 0L) = OnnxAttribute.Whole 0L
                Some { Input = x; Weight = weight; InFirst = (inFirst = isKept); Bias = bias }
            | _ -> None
        | _ -> None

    /// x Φ(x), whole or in parts; with the error function, not the approximation by tanh.
    let (|Gelu|_|) graph value : string option =
        match value with
        | Node graph "Gelu" node when
            attribute node "approximate" (OnnxAttribute.Text "none") = OnnxAttribute.Text "none"
            ->
            List.tryHead node.Inputs
        | Product graph (half,
                         ([ x; WithScalar graph "Add" (1.0, Op graph "Erf" [ Product graph (c, [ inner ]) ]) ] | [ WithScalar graph "Add" (1.0,
                                                                                                                                           Op graph "Erf" [ Product graph (c,
                                                                                                                                                                           [ inner ]) ])
                                                                                                                   x ])) when
            near half 0.5 && near c (sqrt 0.5) && inner = x
            ->
            Some x
        | _ -> None
