namespace NtkPipeline.Core

/// A way to the empirical kernel.
type EmpiricalMethod =
    /// J(X) J(Z)ᵀ.
    | Contraction
    /// A kernel–vector product for every column and output.
    | VectorProducts
    /// Two Gram products a dense layer, from one backward pass.
    | Structured

/// The ways by name, and the tiles that each can be computed in.
[<RequireQualifiedAccess>]
module EmpiricalMethod =

    let all = [ Structured; VectorProducts; Contraction ]

    let print (way: EmpiricalMethod) : string =
        match way with
        | Contraction -> "jacobian"
        | VectorProducts -> "vector-product"
        | Structured -> "structured"

    /// "auto" is none: the cheapest that fits is taken.
    let parse (text: string) : Result<EmpiricalMethod option, string> =
        if text = "auto" then
            Ok None
        else
            match all |> List.tryFind (fun way -> print way = text) with
            | Some way -> Ok(Some way)
            | None -> Error $"'%s{text}' is not a method; write auto, structured, vector-product or jacobian"

    /// Rows that are taken together, on whose multiples tiles begin.
    let block (way: EmpiricalMethod) : int =
        match way with
        | Contraction -> 32
        | VectorProducts -> 256
        | Structured -> int OutputTraces.block

    /// The sides that tiles may have, largest first. More than the first would only make it longer until a stopped computation can go
    /// on from a finished tile.
    let sides (way: EmpiricalMethod) : int list =
        List.unfold (fun side -> if side < block way then None else Some(side, side / 2)) 2048
