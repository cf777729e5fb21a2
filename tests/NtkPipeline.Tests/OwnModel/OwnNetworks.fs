/// Networks of our own language as other people's files, and the tangent kernel by its definition.
module NtkPipeline.Tests.OwnNetworks

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.TorchScriptFile

let private number (value: float) = value.ToString("R", Globalization.CultureInfo.InvariantCulture)

let private function' (activation: Activation) =
    match Activation.print activation with
    | "relu" -> "torch.relu", "Relu"
    | "erf" -> "torch.erf", "Erf"
    | "tanh" -> "torch.tanh", "Tanh"
    | "gelu" -> "torch.gelu", "Gelu"
    | other -> failtest $"%s{other} is not exported"

let private values (t: torch.Tensor) = List.ofArray t.shape, Tensors.toArray64 (t.``to`` torch.float64)

/// W and B of every dense layer by name.
let parameters (theta: DenseParameters[]) : (string * (int64 list * float[])) list = [
    for k, layer in Array.indexed theta do
        $"w%d{k}", values layer.W

        match layer.B with
        | Some b -> $"b%d{k}", values b
        | None -> ()
]

/// As torch.jit.save has it: NTK's scales stand as numbers in the program.
let torchScript (isDouble: bool) (network: Network) (theta: DenseParameters[]) : byte[] =
    let mutable next = 0

    let rec lines layers = [
        for layer in layers do
            match layer with
            | Dense(_, prior) ->
                let k = next
                next <- next + 1
                let struct (weight, bias) = Forward.scales prior (int theta[k].W.shape[1])
                $"h = torch.mul(torch.matmul(h, torch.t(self.w%d{k})), %s{number weight})"

                if theta[k].B.IsSome then
                    $"h = torch.add(h, torch.mul(self.b%d{k}, %s{number bias}))"
            | Activate activation -> $"h = %s{fst (function' activation)}(h)"
            | LayerNorm _
            | Residual _
            | Tokens _ -> failtest "not exported"
    ]

    let body = [ "h = x"; yield! lines network.Layers; "return h" ]
    write isDouble [ for name, (sizes, values) in parameters theta -> trained name sizes values ] body

let real (isDouble: bool) (name: string) (sizes: int64 list) (numbers: float[]) : OnnxTensor =
    let bytes =
        if isDouble then
            numbers |> Array.collect (fun value -> BitConverter.GetBytes value)
        else
            numbers |> Array.collect (fun value -> BitConverter.GetBytes(float32 value))

    {
        Name = name
        Sizes = sizes
        Element = if isDouble then 11 else 1
        Content = OnnxContent.Bytes(ArraySegment bytes)
    }

let node (operator: string) (inputs: string list) (output: string) attributes : OnnxNode = {
    Operator = operator
    Name = $"/%s{output}"
    Inputs = inputs
    Outputs = [ output ]
    Attributes = Map.ofList attributes
}

/// As torch.onnx.export has it; scales are numbers without axes. A layer in standard parameterisation is one Gemm.
let onnx (isDouble: bool) (network: Network) (theta: DenseParameters[]) : byte[] =
    let nodes, scalars = ResizeArray<OnnxNode>(), ResizeArray<OnnxTensor>()
    let fresh () = $"v%d{nodes.Count}"

    let add operator inputs attributes =
        let output = fresh ()
        nodes.Add(node operator inputs output attributes)
        output

    let scaled (value: string) (factor: float) =
        let name = $"c%d{scalars.Count}"
        scalars.Add(real isDouble name [] [| factor |])
        add "Mul" [ value; name ] []

    let dense k (prior: Prior) (x: string) =
        let struct (weight, bias) = Forward.scales prior (int theta[k].W.shape[1])

        match prior.Parameterisation, theta[k].B with
        | Standard, Some _ -> add "Gemm" [ x; $"w%d{k}"; $"b%d{k}" ] [ "transB", OnnxAttribute.Whole 1L ]
        | _, b ->
            let turned = add "Transpose" [ $"w%d{k}" ] [ "perm", OnnxAttribute.Wholes [ 1L; 0L ] ]
            let z = scaled (add "MatMul" [ x; turned ] []) weight
            if b.IsSome then add "Add" [ z; scaled $"b%d{k}" bias ] [] else z

    let (_, output) =
        ((0, "x"), network.Layers)
        ||> List.fold (fun (k, x) layer ->
            match layer with
            | Dense(_, prior) -> k + 1, dense k prior x
            | Activate activation -> k, add (snd (function' activation)) [ x ] []
            | LayerNorm _
            | Residual _
            | Tokens _ -> failtest "not exported")

    let weights = [
        for name, (sizes, values) in parameters theta -> real isDouble name sizes values
    ]

    let features = theta[0].W.shape[1]

    OnnxFile.ofRows
        20
        (if isDouble then 11 else 1)
        [ "x", [ features ] ]
        [ output ]
        (List.ofSeq nodes)
        (weights @ List.ofSeq scalars)

/// Θ̂ by its definition, rows (x, o) by columns (z, p), of any function of parameters and rows, in float64.
let definition
    (f: torch.Tensor[] -> torch.Tensor -> torch.Tensor)
    (parameters: torch.Tensor[])
    (x: torch.Tensor)
    (z: torch.Tensor)
    : Matrix<float> =
    use _ = torch.NewDisposeScope()

    let leaves =
        parameters |> Array.map (fun p -> p.``to``(torch.float64).detach().clone().requires_grad_ true)

    let jacobian (x: torch.Tensor) =
        let y = (f leaves (x.``to`` torch.float64)).reshape -1L

        torch.stack [|
            for i in 0L .. y.shape[0] - 1L do
                torch.autograd.grad ([| y[i] |], leaves, retain_graph = true)
                |> Seq.map _.reshape(-1L)
                |> Array.ofSeq
                |> torch.cat
        |]

    Tensors.toMatrix64 ((jacobian x).mm((jacobian z).t()))

/// What a kernel array holds of that, in this form: C order.
let inForm (outputs: Outputs) (count: int) (all: Matrix<float>) : float[] =
    let rows, columns = all.Rows / count, all.Columns / count

    [|
        for i in 0 .. rows - 1 do
            for j in 0 .. columns - 1 do
                match outputs with
                | Trace -> Seq.average [ for o in 0 .. count - 1 -> all[i * count + o, j * count + o] ]
                | Diagonal ->
                    for o in 0 .. count - 1 do
                        all[i * count + o, j * count + o]
                | Full ->
                    for o in 0 .. count - 1 do
                        for p in 0 .. count - 1 do
                            all[i * count + o, j * count + p]
    |]

/// The kernel of a file's bytes, as the command computes it.
let kernel
    (precision: Precision<'t>)
    (asked: string option)
    (shape: int64 list option)
    (outputs: Outputs)
    (memory: float)
    (bytes: byte[])
    (x: Matrix<'t>)
    (z: Matrix<'t> option)
    : Result<float[], PipelineError> =
    OwnModelFile.read asked "model" bytes
    |> Result.bind (fun model ->
        let request = { Model = model; File = "model"; RowShape = shape; Outputs = outputs }
        let x, z = RowSource.ofMatrix x, Option.map RowSource.ofMatrix z
        let machine = { Device = torch.CPU; Threads = torch.get_num_threads () }

        OwnKernel.plan precision memory request [ int64 x.ColumnCount ] x z
        |> Result.bind (fun plan ->
            (OwnKernel.job precision machine request plan x z).Tiles
            |> KernelTiles.toArray
            |> Result.map (Array.map precision.ToFloat)))

let near (tolerance: float) (expected: float[]) (found: float[]) =
    let largest = expected |> Array.map abs |> Array.max
    Expect.equal found.Length expected.Length "entries"
    let gap = Array.map2 (fun a b -> abs (a - b)) expected found |> Array.max
    Expect.isLessThan (gap / largest) tolerance "the largest difference, of the largest entry"
