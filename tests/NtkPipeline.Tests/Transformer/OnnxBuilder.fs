/// An ONNX graph of an encoder that grows node by node.
namespace NtkPipeline.Tests

open System
open NtkPipeline.Core
open NtkPipeline.Tests.OnnxForm

/// Every operation and tensor gets a name that says nothing.
type OnnxBuilder(form: Form, weights: EncoderWeights) =
    let nodes, tensors = ResizeArray<OnnxNode>(), ResizeArray<OnnxTensor>()

    let sizes = Map.ofList (EncoderShape.parameters weights.Shape)

    let numbers =
        EncoderShape.parameters weights.Shape |> List.mapi (fun k (name, _) -> name, k) |> Map.ofList

    member _.Form = form
    member _.Shape = weights.Shape
    member _.Nodes = List.ofSeq nodes
    member _.Tensors = List.ofSeq tensors

    member _.Node(operator: string, inputs: string list, ?attributes: (string * OnnxAttribute) list) =
        let add operator inputs attributes =
            let output = $"%s{operator}-%d{nodes.Count}"

            nodes.Add {
                Operator = operator
                Name = $"/%s{output}"
                Inputs = inputs
                Outputs = [ output ]
                Attributes = Map.ofList attributes
            }

            output

        let output = add operator inputs (defaultArg attributes [])
        if form.IsCopied then add "Identity" [ output ] [] else output

    member _.Tensor(name: string, sizes: int64 list, element, content) =
        tensors.Add { Name = name; Sizes = sizes; Element = element; Content = content }
        name

    member this.Reals(name, sizes: int64 list, values: float32[]) =
        let content =
            if form.IsListed then
                OnnxContent.Reals values
            else
                OnnxContent.Bytes(ArraySegment(values |> Array.collect BitConverter.GetBytes))

        this.Tensor(name, sizes, OnnxTensor.float32Type, content)

    member this.Constant(sizes, element, content) =
        let name = $"c%d{nodes.Count}-%d{tensors.Count}"
        let tensor = { Name = name; Sizes = sizes; Element = element; Content = content }

        if form.IsListed then
            this.Node("Constant", [], [ "value", OnnxAttribute.Tensor tensor ])
        else
            this.Tensor(name, sizes, element, content)

    member this.Scalar(value: float) = this.Constant([], 1, OnnxContent.Reals [| float32 value |])

    member this.Wholes(values: int64 list) =
        this.Constant([ values.Length ], 7, OnnxContent.Wholes(Array.ofList values))

    /// The sum, in the form's order.
    member this.Add(a: string, b: string) =
        this.Node("Add", (if form.IsBiasFirst then [ b; a ] else [ a; b ]))

    member this.Transpose(order: int64 list, x: string) =
        this.Node("Transpose", [ x ], [ "perm", OnnxAttribute.Wholes order ])

    /// An encoder's parameter.
    member this.Parameter(name: string) =
        this.Reals($"w.%d{numbers[name]}", List.ofArray sizes[name], weights.Values[name])

    /// A weight as MatMul takes it, (in, out).
    member this.Matrix(name: string) =
        let rows, columns = int sizes[name].[0], int sizes[name].[1]
        let values = weights.Values[name]
        let transposed = Array.init values.Length (fun k -> values[(k % rows) * columns + k / rows])
        this.Reals($"onnx::MatMul_%d{numbers[name]}", [ int64 columns; int64 rows ], transposed)
