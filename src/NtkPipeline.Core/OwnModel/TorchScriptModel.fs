namespace NtkPipeline.Core

open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open TorchSharp

/// Models that torch.jit.save has written, run by LibTorch. A program that this LibTorch cannot compile ends the process, since TorchSharp
/// does not catch that: whoever reads files of other people tries them in a process of its own first.
[<RequireQualifiedAccess>]
module TorchScriptModel =

    /// Handles of one tensor have their numbers at one place.
    let private areOne (a: torch.Tensor) (b: torch.Tensor) =
        let ofA = a.bytes
        let ofB = b.bytes

        a.shape = b.shape
        && a.numel () > 0L
        && Unsafe.AreSame(&MemoryMarshal.GetReference ofA, &MemoryMarshal.GetReference ofB)

    /// A tensor that several layers share is listed once for each of them.
    let private once (named: (string * torch.Tensor) list) : OwnParameter list =
        ([], named)
        ||> List.fold (fun (found: OwnParameter list) (name, next) ->
            if found |> List.exists (fun parameter -> areOne parameter.Leaf next) then
                found
            else
                { Name = name; Leaf = next } :: found)
        |> List.rev

    /// The bytes that a tensor's numbers reach over.
    let private reach (t: torch.Tensor) : float =
        let last =
            Array.fold2
                (fun sum size stride -> sum + float (size - 1L) * float stride)
                0.0
                t.shape
                (t.stride ())

        if t.numel () = 0L then 0.0 else float (t.element_size ()) * (last + 1.0)

    let private checkParameters (held: int64) (all: (string * torch.Tensor) list) =
        let trained = all |> List.filter (fun (_, t) -> t.is_floating_point () && t.requires_grad)
        let types = trained |> List.map (fun (_, t) -> t.dtype) |> List.distinct

        match all, trained, types with
        | [], _, _ ->
            Error
                "it has no parameters; a model that was frozen (torch.jit.freeze) has none: save it before that"
        | _, [], _ ->
            Error $"none of its %d{all.Length} parameters was saved as one to be trained (requires_grad)"
        | _, _, [ (torch.ScalarType.Float32 | torch.ScalarType.Float64) as one ] ->
            match all |> List.tryFind (fun (_, t) -> reach t > float held) with
            | Some(name, _) ->
                Error $"its parameter '%s{PlainLine.ofWords name}' is larger than what the archive holds"
            | None -> Ok(one, trained)
        | _, _, others ->
            let names = others |> List.map string |> String.concat ", "
            Error $"its parameters are %s{names}; all float32 or all float64 are computed here"

    let private load (bytes: byte[]) (held: int64) =
        use scope = torch.NewDisposeScope()
        let script = torch.jit.load<torch.Tensor, torch.Tensor>(bytes, DeviceType.CPU, 0L)
        script.eval ()
        let inputs = script.GetNumberOfInputs()

        if inputs <> 1 then
            raise (ModelStop $"its forward takes %d{inputs} inputs, and one is wanted")

        let named = [
            for struct (name, parameter) in script.named_parameters () do
                name, scope.Detach(parameter :> torch.Tensor)
        ]

        checkParameters held named
        |> Result.map (fun (kind, trained) -> {
            Format = "TorchScript"
            Type = kind
            RowShape = None
            Parameters = once trained
            Apply = fun x -> script.call x
        })

    /// The model of an archive's bytes; refused, as a clause that follows the file's name, where it is damaged, has no parameters, or takes
    /// more than one input. Trained is what was saved as a parameter and with requires_grad; buffers are constants.
    let read (bytes: byte[]) : Result<OwnModel, string> =
        TorchScriptArchive.check bytes
        |> Result.bind (fun held -> OwnModel.attempt (fun () -> load bytes held) |> Result.bind id)
