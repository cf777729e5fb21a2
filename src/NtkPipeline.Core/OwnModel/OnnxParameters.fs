namespace NtkPipeline.Core

/// Which numbers of an ONNX file are a network's parameters. The file does not say: a weight and the 0.5 of a gelu are both initialisers.
/// So the rule is by use, whatever a tensor is called, and whether it is an initialiser or a constant node. A tensor of real numbers is a
/// parameter where it, or what Transpose, Reshape, Flatten, Squeeze, Unsqueeze, Cast, Slice, Split, Concat or Expand make of it, is
///     a factor of MatMul, a factor or summand of Gemm; the filter or bias of Conv; the slope of PRelu;
///     the scale or shift of LayerNormalization, BatchNormalization or InstanceNormalization; the table of Gather;
///     a summand of Add or a factor of Mul, if it has at least one axis: a number without axes is arithmetic.
/// All other tensors are constants: shapes and places; running means and variances; what Sub, Div and Pow take (a normalisation's, say).
[<RequireQualifiedAccess>]
module internal OnnxParameters =

    let private passing =
        set [
            "Transpose"
            "Reshape"
            "Flatten"
            "Squeeze"
            "Unsqueeze"
            "Cast"
            "Slice"
            "Split"
            "Concat"
            "Expand"
        ]

    /// Whether a node takes a parameter at a place; `hasAxes`: the tensor is no single number without axes.
    let private isPlace (node: OnnxNode) (place: int) (hasAxes: bool) =
        match node.Operator, place with
        | "MatMul", _
        | "Gemm", _
        | ("Conv" | "PRelu"), (1 | 2)
        | ("LayerNormalization" | "BatchNormalization" | "InstanceNormalization"), (1 | 2)
        | "Gather", 0 -> true
        | ("Add" | "Mul"), _ -> hasAxes
        | _ -> false

    /// The parameters' tensors, in the order of the nodes that use them.
    let find (graph: OnnxGraph) : OnnxTensor list =
        let uses =
            [
                for node in graph.Nodes do
                    for place, name in List.indexed node.Inputs do
                        name, (node, place)
            ]
            |> List.groupBy fst
            |> List.map (fun (name, uses) -> name, List.map snd uses)
            |> Map.ofList

        let rec isUsed hasAxes (depth: int) (name: string) =
            depth < 32
            && Map.tryFind name uses
               |> Option.defaultValue []
               |> List.exists (fun (node, place) ->
                   isPlace node place hasAxes
                   || passing.Contains node.Operator
                      && (place = 0 || node.Operator = "Concat")
                      && node.Outputs |> List.exists (isUsed hasAxes (depth + 1)))

        let isReal (tensor: OnnxTensor) = List.contains tensor.Element [ 1; 10; 11; 16 ]

        graph.Nodes
        |> List.collect _.Inputs
        |> List.distinct
        |> List.choose (fun name -> Map.tryFind name graph.Tensors)
        |> List.filter (fun tensor -> isReal tensor && isUsed (not tensor.Sizes.IsEmpty) 0 tensor.Name)
