namespace NtkPipeline.Core

open System.Globalization
open TorchSharp

/// Files of trained models, told apart by how they begin.
[<RequireQualifiedAccess>]
module OwnModelFile =

    /// Whether a file's bytes are an archive, which only TorchScript's are of the models that are read.
    let isTorchScript (bytes: byte[]) : bool = TorchScriptArchive.isZip bytes

    /// "3x32x32": one row's axes.
    let parseShape (text: string) : Result<int64 list, string> =
        let axis (part: string) =
            match System.Int32.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture) with
            | true, size when size > 0 -> Some(int64 size)
            | _ -> None

        let axes = text.Split 'x' |> List.ofArray |> List.map axis

        if List.forall Option.isSome axes && axes.Length <= 8 then
            Ok(List.choose id axes)
        else
            Error $"'%s{PlainLine.ofWords text}' is no shape of a row; write its axes, such as 3x32x32"

    /// The model of a file's bytes. `asked`: "float32" or "float64", none for what its parameters are; an ONNX file's can be computed in
    /// either, a TorchScript program says its types itself.
    let read (asked: string option) (path: string) (bytes: byte[]) : Result<OwnModel, PipelineError> =
        let kind = asked |> Option.map (fun name -> if name = "float32" then torch.float32 else torch.float64)

        let found =
            if isTorchScript bytes then
                TorchScriptModel.read bytes
                |> Result.bind (fun model ->
                    if kind |> Option.forall ((=) model.Type) then
                        Ok model
                    else
                        Error
                            $"it is TorchScript of %O{model.Type} and is computed in that; leave --precision out")
            else
                OnnxModel.read kind bytes

        found |> Result.mapError (fun clause -> DataRefused $"%s{path}: %s{clause}.")

    /// Whether it is computed in float32; else in float64.
    let isSingle (model: OwnModel) : bool = model.Type = torch.float32
