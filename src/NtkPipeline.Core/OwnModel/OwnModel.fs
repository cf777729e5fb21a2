namespace NtkPipeline.Core

open System
open System.IO
open System.Runtime.InteropServices
open TorchSharp

/// Why a model cannot be computed on a row, as a clause that follows its file's name. Whoever asked for all rows makes a refusal of it.
type internal ModelStop(clause: string) =
    inherit Exception(clause)

/// One parameter of a model: a leaf of autograd. A tensor that several layers share is one parameter.
[<NoEquality; NoComparison>]
type OwnParameter = { Name: string; Leaf: torch.Tensor }

/// A network that somebody else has trained, at its weights, as a function of one row at a time.
[<NoEquality; NoComparison>]
type OwnModel = {
    /// "TorchScript" or "ONNX".
    Format: string
    /// What it is computed in: float32 or float64.
    Type: torch.ScalarType
    /// One row's axes as the network takes it, −1 where the file leaves an axis open; none where it says nothing.
    RowShape: int64 list option
    Parameters: OwnParameter list
    /// f of 1 × row shape, of any shape. What it cannot compute raises a `ModelStop` or what LibTorch raises: see `attempt`.
    Apply: torch.Tensor -> torch.Tensor
}

[<RequireQualifiedAccess>]
module OwnModel =

    /// How many numbers the parameters are.
    let count (model: OwnModel) : int64 =
        model.Parameters |> List.sumBy (fun parameter -> parameter.Leaf.numel ())

    /// What LibTorch says, less its stack: of a TorchScript program's failure the last words, which name the reason.
    let internal words (e: exn) : string =
        let lines = e.Message.Split '\n' |> Array.map _.Trim() |> Array.filter ((<>) "")
        let named = "RuntimeError: "

        match lines |> Array.tryFindBack _.StartsWith(named), Array.tryHead lines with
        | Some line, _ -> PlainLine.within 300 line[named.Length ..]
        | None, Some line -> PlainLine.within 300 line
        | None, None -> e.GetType().Name

    /// Computes something of a model; what the model or LibTorch refuses is a clause.
    let internal attempt (compute: unit -> 'a) : Result<'a, string> =
        try
            Ok(compute ())
        with
        | :? ModelStop as e -> Error e.Message
        | :? ExternalException
        | :? InvalidDataException
        | :? ArgumentException
        | :? InvalidCastException
        | :? NotSupportedException
        | :? NotImplementedException
        | :? InvalidOperationException as e -> Error $"it cannot be computed: %s{words e}"

    let private size (shape: int64 list) = shape |> List.fold (fun n axis -> n * float axis) 1.0

    let private print (shape: int64 list) =
        shape |> List.map (fun axis -> if axis < 0L then "?" else string axis) |> String.concat " × "

    /// One row's axes for so many columns: as a person says, as the model says, or as the rows are stored (`stored`: their axes but the first).
    let rowShape (asked: int64 list option) (stored: int64 list) (columns: int) (model: OwnModel) =
        let fits shape = size shape = float columns

        match asked, model.RowShape with
        | Some shape, _ when fits shape -> Ok shape
        | Some shape, _ ->
            Error
                $"--input-shape %s{print shape} is %g{size shape} numbers a row, and the rows have %d{columns} columns"
        | None, Some shape when List.forall (fun axis -> axis > 0L) shape ->
            if fits shape then
                Ok shape
            else
                Error
                    $"it takes rows of %s{print shape}, which are %g{size shape} numbers, and the rows have %d{columns}"
        | None, Some shape when List.length (List.filter (fun axis -> axis < 0L) shape) = 1 ->
            let others = shape |> List.filter (fun axis -> axis > 0L) |> size
            let left = float columns / others

            if left = floor left && left >= 1.0 then
                Ok(shape |> List.map (fun axis -> if axis < 0L then int64 left else axis))
            else
                Error $"it takes rows of %s{print shape}, and %d{columns} columns are no such row"
        | None, _ -> Ok stored
