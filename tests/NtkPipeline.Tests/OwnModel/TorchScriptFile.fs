/// TorchScript archives as torch.jit.save writes them: a zip archive of stored parts, the module's tensors in a pickle, its program as
/// Python. Written by hand, since TorchSharp makes none: what LibTorch reads of it is the test of the writer.
module NtkPipeline.Tests.TorchScriptFile

open System
open System.IO
open System.IO.Compression
open System.Text

/// An attribute of the module.
type TsTensor = {
    Name: string
    Sizes: int64 list
    Values: float[]
    IsTrained: bool
    /// A buffer is no parameter.
    IsBuffer: bool
    /// The tensor before it that it is another name of.
    SharedWith: string option
}

let trained (name: string) (sizes: int64 list) (values: float[]) : TsTensor = {
    Name = name
    Sizes = sizes
    Values = values
    IsTrained = true
    IsBuffer = false
    SharedWith = None
}

let private utf8 (text: string) = Encoding.UTF8.GetBytes text
let private op (code: char) = [| byte code |]
let private text (value: string) = Array.concat [ op 'X'; BitConverter.GetBytes value.Length; utf8 value ]
let private whole (value: int64) = Array.append (op 'J') (BitConverter.GetBytes(int value))
let private named (place: string) (name: string) = utf8 $"c%s{place}\n%s{name}\n"
let private tuple (parts: byte[] list) = Array.concat [ op '('; Array.concat parts; op 't' ]
let private flag value = [| (if value then 0x88uy else 0x89uy) |]

/// torch._utils._rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks).
let private pickled (isDouble: bool) (key: int) (tensor: TsTensor) =
    let strides = List.scanBack (*) tensor.Sizes 1L |> List.tail

    let storage =
        Array.append
            (tuple [
                text "storage"
                named "torch" (if isDouble then "DoubleStorage" else "FloatStorage")
                text (string key)
                text "cpu"
                whole (List.fold (*) 1L tensor.Sizes)
            ])
            (op 'Q')

    Array.concat [
        named "torch._utils" "_rebuild_tensor_v2"
        tuple [
            storage
            whole 0L
            tuple (List.map whole tensor.Sizes)
            tuple (List.map whole strides)
            flag tensor.IsTrained
            Array.concat [ named "collections" "OrderedDict"; op ')'; op 'R' ]
        ]
        op 'R'
    ]

let private numbers isDouble (values: float[]) =
    if isDouble then
        values |> Array.collect (fun value -> BitConverter.GetBytes value)
    else
        values |> Array.collect (fun value -> BitConverter.GetBytes(float32 value))

/// The module's state: every tensor in its order; one that is another's second name is looked up in the pickle's memory.
let private state isDouble (tensors: TsTensor list) =
    let place name = tensors |> List.findIndex (fun tensor -> tensor.Name = name)

    let value k (tensor: TsTensor) =
        match tensor.SharedWith with
        | Some other -> Array.append (op 'h') [| byte (place other) |]
        | None -> Array.concat [ pickled isDouble k tensor; op 'q'; [| byte k |] ]

    Array.concat [
        op '}'
        op '('
        text "training"
        flag true
        for k, tensor in List.indexed tensors do
            text tensor.Name
            value k tensor
        op 'u'
    ]

let private code (arguments: string) (tensors: TsTensor list) (body: string list) =
    let names isBuffer =
        tensors
        |> List.filter (fun tensor -> tensor.IsBuffer = isBuffer)
        |> List.map (fun tensor -> $"\"%s{tensor.Name}\", ")
        |> String.concat ""

    String.concat "\n" [
        "class Net(Module):"
        $"  __parameters__ = [%s{names false}]"
        $"  __buffers__ = [%s{names true}]"
        "  training : bool"
        for tensor in tensors do
            $"  %s{tensor.Name} : Tensor"
        "  def forward(self: __torch__.Net,"
        $"    %s{arguments}) -> Tensor:"
        for line in body do
            $"    %s{line}"
        ""
    ]

/// The parts of an archive by name.
let private zip (parts: (string * byte[]) list) : byte[] =
    use stream = new MemoryStream()

    (use archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen = true)

     for name, bytes in parts do
         let entry = archive.CreateEntry($"net/%s{name}", CompressionLevel.NoCompression)
         use part = entry.Open()
         part.Write(bytes, 0, bytes.Length))

    stream.ToArray()

let private parts isDouble arguments (tensors: TsTensor list) (body: string list) = [
    "data.pkl",
    Array.concat [
        [| 0x80uy; 2uy |]
        named "__torch__" "Net"
        op ')'
        [| 0x81uy |]
        state isDouble tensors
        op 'b'
        op '.'
    ]
    "code/__torch__.py", utf8 (code arguments tensors body)
    "constants.pkl", [| 0x80uy; 2uy; byte ')'; byte '.' |]
    for k, tensor in List.indexed tensors do
        if tensor.SharedWith.IsNone then
            $"data/%d{k}", numbers isDouble tensor.Values
    "version", utf8 "10\n"
]

/// A module whose forward has this body, in float64 or float32.
let write (isDouble: bool) (tensors: TsTensor list) (body: string list) : byte[] =
    zip (parts isDouble "x: Tensor" tensors body)

/// The same with other arguments.
let taking (arguments: string) (tensors: TsTensor list) (body: string list) : byte[] =
    zip (parts true arguments tensors body)

/// What torch.save writes of tensors: no program.
let withoutProgram (tensors: TsTensor list) : byte[] =
    parts true "x: Tensor" tensors [ "return x" ]
    |> List.filter (fun (name, _) -> not (name.StartsWith "code"))
    |> zip
