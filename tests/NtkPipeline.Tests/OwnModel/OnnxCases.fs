/// Graphs of a few nodes, beside what LibTorch makes of the same rows.
module NtkPipeline.Tests.OnnxCases

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.OwnNetworks


let wholes (name: string) (values: int64 list) : OnnxTensor = {
    Name = name
    Sizes = [ values.Length ]
    Element = 7
    Content = OnnxContent.Wholes(Array.ofList values)
}

let scalar (name: string) (value: float) = real true name [] [| value |]

let list name values = name, OnnxAttribute.Wholes values
let one name value = name, OnnxAttribute.Whole value

/// Numbers of some shape, by name.
let made (name: string) (sizes: int64 list) =
    let count = int (List.fold (*) 1L sizes)
    real true name sizes [| for k in 1..count -> 0.3 * sin (float (5 * k)) + 0.1 |]

let asTensor (t: OnnxTensor) =
    match t.Content with
    | OnnxContent.Bytes bytes ->
        let values =
            Array.init (bytes.Count / 8) (fun k -> System.BitConverter.ToDouble(bytes.Slice(8 * k, 8)))

        torch.tensor(values).reshape(Array.ofList t.Sizes)
    | _ -> failtest "real numbers"

/// A name; the operators' version; what nodes make "y" of "v", and of which tensors; a row's axes; the same in LibTorch's own words.
type Case = string * int * OnnxNode list * OnnxTensor list * int64 list * (torch.Tensor -> torch.Tensor)

let test ((name, opset, nodes, tensors, shape, expected): Case) : Test =
    testCase name
    <| fun () ->
        use _ = torch.NewDisposeScope()
        let unit = real true "unit" [ 1L ] [| 1.0 |]

        let bytes =
            OnnxFile.ofRows
                opset
                11
                [ "x", shape ]
                [ "y" ]
                (node "Mul" [ "x"; "unit" ] "v" [] :: nodes)
                (unit :: tensors)

        let model = Expect.wantOk (OwnModelFile.read None "m" bytes) "read"
        let sizes = Array.append [| 1L |] (Array.ofList shape)
        let count = int (Array.fold (*) 1L sizes)
        let x = torch.tensor([| for k in 1..count -> 1.5 * sin (float (3 * k)) |]).reshape sizes
        let found, wanted = model.Apply x, expected x
        Expect.equal found.shape wanted.shape "its shape"
        near 1e-12 (Tensors.toArray64 wanted) (Tensors.toArray64 found)
